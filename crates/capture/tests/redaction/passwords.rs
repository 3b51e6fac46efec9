//! Passwords that people choose, arguments of commands, tokens and keys: in the output of tools.

use crate::secrets::{Random, leaks};
use crate::{fingerprints, is_json, redact, redactor};

/// Passwords that a person might choose: each has a digit, a sign or a capital.
const CHOSEN: &[&str] = &[
    "Tr0ub4dor&3",
    "hunter2!x",
    "Winter2026!",
    "c0rrectH0rse",
    "pa55w0rd#1",
];

/// Checks a place, in a text alone and in JSON: the secret goes, all else stays.
fn check(place: &str, secret: &str) {
    let redactor = redactor();
    let text = place.replace("{}", secret);
    for (text, place) in [
        (text.clone(), place.to_owned()),
        (
            serde_json::to_string(&[&text]).unwrap(),
            serde_json::to_string(&[place]).unwrap(),
        ),
    ] {
        let redacted = redact(&redactor, &text);
        let fingerprint = *fingerprints(&redacted).first().unwrap_or(&"");
        let expected = place.replace("{}", &format!("<redacted:{fingerprint}>"));
        assert_eq!(redacted, expected, "{text}");
        assert_eq!(is_json(&redacted), is_json(&text), "{text}");
    }
}

#[test]
fn passwords_that_people_choose_are_found_by_their_names() {
    for place in [
        "PASSWORD={}\n",
        "export DB_PASSWORD='{}'\n",
        "export PGPASSWORD=\"{}\"\n",
        "password: {}\n",
        "password: \"{}\"\n",
        "smtp_password = {}\n",
        "spring.datasource.password={}\n",
        "<password>{}</password>",
        "<user name=\"a\" password=\"{}\"/>",
        "const password = \"{}\";",
        "mysql_root_password: '{}'",
        "psql postgres://app:{}@db.internal/app",
        "redis://:{}@cache:6379/0",
        "Server=db;User Id=sa;Password={};Encrypt=yes",
        "{'user': 'sa', 'password': '{}'}",
        "login with --password {} --verbose",
        "login with --password={} --verbose",
    ] {
        CHOSEN.iter().for_each(|secret| check(place, secret));
    }
}

#[test]
fn arguments_of_commands_are_found() {
    for place in [
        "curl -u admin:{} https://host/",
        "curl -uadmin:{} https://host/",
        "curl --user 'admin:{}' https://host/",
        "sshpass -p {} ssh host",
        "sshpass -p{} ssh host",
        "sshpass -p '{}' ssh host",
        "mysql -u root -p{} app",
        "mysqldump -h db -u root -p{} app > dump.sql",
        "docker login -u bob -p {} registry.example.com",
        "redis-cli -h cache -a {} ping",
        "ldapsearch -x -D cn=admin -w {} -b dc=x",
        "echo {} | docker login -u bob --password-stdin",
    ] {
        CHOSEN.iter().for_each(|secret| check(place, secret));
    }
    let mut random = Random(6);
    for place in [
        "curl -H 'X-API-Key: {}' https://host/",
        "curl -H \"X-Auth-Token: {}\" https://host/",
        "curl -H 'Authorization: Splunk {}' https://host/",
        "aws configure set aws_secret_access_key {}",
        "tool --api-key {} run",
        "tool --api-key={} run",
        "tool --token {}",
        "npm config set //registry.example.com/:_authToken {}",
        "http -a admin:{} :8000/x",
    ] {
        check(place, &random.text(30));
        check(place, &format!("-{}", random.text(30)));
    }
}

#[test]
fn shapes_are_found_between_colours_and_percent_signs() {
    let mut random = Random(7);
    for place in [
        "\u{1b}[32m{}\u{1b}[0m",
        "token\u{1b}[0m {}\u{1b}[1;31m!",
        "https%3A%2F%2Fhost%2F%3Fx%3D{}%26b",
        "https://host/{}/x",
        "({})",
        "[{}]",
        "<{}>",
        "a,{},b",
        "path=/x;{};",
    ] {
        for prefix in ["sk-", "ghp_", "glpat-", "xoxb-", "hf_", "AIza", "npm_"] {
            check(place, &format!("{prefix}{}", random.text(36)));
        }
    }
}

/// Lines of a key in armor, made up.
fn armour(random: &mut Random, end: &str) -> (String, Vec<String>) {
    let lines: Vec<String> = (0..5).map(|_| random.text(64)).collect();
    (lines.join(end), lines)
}

#[test]
fn keys_in_armour_are_found_whole_cut_and_in_pieces() {
    let mut random = Random(8);
    let redactor = redactor();
    let kinds = [
        "RSA PRIVATE KEY",
        "PRIVATE KEY",
        "OPENSSH PRIVATE KEY",
        "PGP PRIVATE KEY BLOCK",
    ];
    for kind in kinds {
        let (begin, end) = (
            format!("-----BEGIN {kind}-----"),
            format!("-----END {kind}-----"),
        );
        for between in ["\n", "\r\n", "\\n", "\",\n  \""] {
            let (body, lines) = armour(&mut random, between);
            for text in [
                format!("{begin}{between}{body}{between}{end}\nnext"),
                format!("key = \"\"\"{begin}{between}{body}{between}{end}\"\"\""),
                format!("{begin}{between}{body}"),
            ] {
                for text in [serde_json::to_string(&[&text]).unwrap(), text] {
                    let redacted = redact(&redactor, &text);
                    assert!(
                        !lines.iter().any(|line| leaks(&redacted, line)),
                        "{text}\n{redacted}"
                    );
                    assert_eq!(is_json(&redacted), is_json(&text), "{redacted}");
                }
            }
        }
    }
}
