//! Secrets in tables, in SQL and after commands: the name is in another line, or there is none.

use crate::secrets::{Random, leaks};
use crate::{is_json, redact, redactor};

/// Texts with `{v}` where the secret is.
const TEXTS: &[&str] = &[
    "user,password\nbob,{v}\n",
    "id,api_key,name\n1,{v},bob\n2,,eve\n",
    "user\tpassword\nbob\t{v}",
    "| user | password |\n|---|---|\n| bob | {v} |",
    "| api_key | {v} |",
    "INSERT INTO t (name, password) VALUES ('bob', '{v}');",
    "INSERT INTO t (id, api_key, x) VALUES (1, '{v}', 2);",
    "CREATE USER x IDENTIFIED BY '{v}';",
    "SET PASSWORD FOR 'bob' = '{v}';",
    "localhost:5432:db:bob:{v}",
    "*:5433:*:bob:{v}",
    "$p = ConvertTo-SecureString '{v}' -AsPlainText -Force",
    "sqlplus scott/{v}@db",
    "openssl enc -aes-256-cbc -k {v} -in x",
    "ssh-keygen -t ed25519 -N {v} -f k",
    "zip -P {v} x.zip f",
    "gh secret set X --body {v}",
    "wrangler secret put X <<< {v}",
    "bindpw {v}",
    "masterauth {v}",
    "APP_KEY=base64:{v}=",
    "const k = process.env.API_KEY || '{v}';",
    "public string ApiKey { get; set; } = '{v}';",
    "api_key -> {v}",
    "_auth={v}",
];

#[test]
fn the_value_is_found_where_the_name_is_in_another_line_or_missing() {
    let redactor = redactor();
    let mut random = Random(13);
    for text in TEXTS {
        let secret = random.text(26);
        let mut text = text.replace("{v}", &secret);
        for depth in 0..3 {
            let redacted = redact(&redactor, &text);
            assert!(!leaks(&redacted, &secret), "{redacted}");
            assert!(depth == 0 || is_json(&redacted), "{redacted}");
            text = serde_json::json!({ "output": text }).to_string();
        }
    }
}

#[test]
fn lists_in_code_are_no_tables() {
    let redactor = redactor();
    for text in [
        "use a::{\n    EVP_PKEY_new, EVP_PKEY_get0_EC_KEY,\n    NID_X9_62_prime256v1, NID_secp384r1,\n};",
        "enum E {\n    WrongKey,\n    SelectedTls12UsingTls13,\n}",
        "f(token, key,\n  other_value_2, third_value_3)",
        "name, token, count\nreads the tokens, one2 three4, and more",
    ] {
        assert_eq!(redact(&redactor, text), text);
    }
}
