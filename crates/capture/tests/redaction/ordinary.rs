//! What is not a secret stays: code, configuration, prose, and what analysis needs.

use crate::{redact, redactor};

#[test]
fn what_analysis_needs_is_left_alone() {
    let redactor = redactor();
    for text in [
        r#"{"usage":{"input_tokens":1001,"input_tokens_details":{"cached_tokens":640},"total_tokens":1054}}"#,
        r#"{"max_output_tokens":4096,"prompt_cache_key":"01a20432-6730-7c31-bcbc-4985e1f1079f"}"#,
        r#"{"parameters":{"properties":{"token":{"type":"string","description":"the token"}},"required":["token"]}}"#,
        r#"{"token":null,"password":"","secret":true,"access_token":["a"],"api_key":{"a":"b"}}"#,
        r#"{"logprobs":[{"token":"authentication","logprob":-0.1,"bytes":[97]},{"token":" Hi","logprob":-1}]}"#,
        r#"{"grant_type":"refresh_token","token_type":"Bearer","expires_in":3600,"next_page_token":"abcdef123456"}"#,
        r#"{"text":"Use a Bearer token or Basic authentication; set the api key, the password: it is secret."}"#,
        r#"{"text":"let token = get_token(); password = read(); tokens: 12, token: string"}"#,
        r#"{"text":"task-force disk-usage-of-the-system sk-learn-contrib-all-lower npm_config_user_agent rt_sigprocmask"}"#,
        r#"{"text":"https://github.com/a/b?tab=readme&page=2 git@github.com ssh://git@github.com/x"}"#,
        r#"{"encrypted_content":"gAAAAABo_eyJhbGciOiJIUzI1NiJ9AbCdEf0123456789"}"#,
        r#"{"id":"resp_68a1b2c3d4e5f60718293a4b5c6d7e8f","call_id":"call_Zk3fQ9xW2mT7vB5nR8cL1pY6"}"#,
        r#"{"text":"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"}"#,
        r#"{"code":"invalid_api_key","message":"Incorrect API key provided"}"#,
    ] {
        assert_eq!(redact(&redactor, text), text);
    }
}

/// Lines that a tool prints, one kind after another; none holds a secret.
const ORDINARY: &[&str] = &[
    // Point by point: what looks like one and is none.
    r#"{"max_tokens":4096,"max_completion_tokens":1024,"token_count":812}"#,
    r#"{"logprobs":{"content":[{"token":"ation","logprob":-0.02,"bytes":[97],"top_logprobs":[]}]}}"#,
    "https://host/search?key=value&page=2 and ?token=value in the docs",
    "export OPENAI_API_KEY=$OPENAI_API_KEY\ncurl -H \"Authorization: Bearer $TOKEN\" https://host/",
    "password: ${DB_PASSWORD}\ntoken: {{ secrets.TOKEN }}\napi_key: <your-api-key>",
    r#"{"password":"is too short","token":"is required","secret":"must be set"}"#,
    "sk-learn-2024-edition and sk-learn-contrib are packages",
    // Hashes, identifiers, images.
    "commit 3f53173a9b2c4d5e6f708192a3b4c5d6e7f80912\nMerge: 12d3c4f 9fbc3e9",
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "      \"integrity\": \"sha512-Zk3fQ9xW2mT7vB5nR8cL1pY6dH4gJ0sAuE1bX8cR5vN0kTkW9Qz1hho4PAAANvkYfQv9NomBbjl2y==\",",
    "      \"resolved\": \"https://registry.npmjs.org/left-pad/-/left-pad-1.3.0.tgz\",",
    "checksum = \"0d96a4ff68ad3d9e8ec1d3a4e9f2c8bd1f9f3f0c0e1f9a4d6e5b7c8d9e0f1a2b\"",
    "golang.org/x/net v0.17.0 h1:pVaXccu2ozPjCXewfr1S7xza/zcXTity9cCdXQYSjIM=",
    "id: 01a20432-6730-7c31-bcbc-4985e1f1079f, request_id: req_68a1b2c3d4e5f60718293a4b",
    "![x](data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==)",
    r#"{"type":"image_url","image_url":{"url":"data:image/jpeg;base64,/9j/4AAQSkZJRgABAQEAYABgAAD2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5PTgyPC4zNDL"}}"#,
    "certificate-authority-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJrVENDQVRlZ0F3SUJBZ0lVZk9wWjFzUzNKOVF3RUtn",
    "etag: W/\"5f3d2c1b-1a2b\"\nx-request-id: 8f14e45fceea167a5a36dedd4bea2543",
    // Rust.
    "let token = tokens.next().ok_or(Error::UnexpectedEnd)?;",
    "pub fn with_api_key(mut self, api_key: impl Into<String>) -> Self {",
    "struct Credentials { password: String, api_key: Option<SecretString> }",
    "    token: CancellationToken::new(),\n    key: PrivateKeyDer::Pkcs8(key),",
    "assert_eq!(lexer.next_token(), Some(Token::Identifier(\"foo\")));",
    "#[arg(long, env = \"OPENAI_API_KEY\", hide_env_values = true)]",
    "const MAX_TOKENS: usize = 128 * 1024;\nconst TOKEN_BUCKET_CAPACITY_2: u64 = 1_000_000;",
    "fn authorization_header(&self) -> HeaderValue { self.authorization.clone() }",
    "match key { KeyCode::Enter => submit(), KeyCode::Char(c) => input.push(c) }",
    "pub const STATUS_WRONG_PASSWORD: NTSTATUS = 0xC000006A;\npub const QUERY_SET_COOKIE: u32 = 43u32;",
    "pub const QUERY_AUTHORIZATION: u32 = 28u32;\n    DialogToken: DOT11_DIALOG_TOKEN,",
    // Python.
    "def __init__(self, api_key: str | None = None, *, timeout: float = 60.0) -> None:",
    "api_key = os.environ.get(\"OPENAI_API_KEY\") or getpass.getpass(\"API key: \")",
    "password = hashlib.sha256(password.encode(\"utf-8\")).hexdigest()",
    "tokens = tokenizer.encode(text, add_special_tokens=False)\nfor token in tokens[:10]:",
    "for key, value in sorted(headers.items(), key=lambda item: item[0].lower()):",
    "    secret=request.app.state.settings.session_secret_key,",
    "pytest.raises(AuthenticationError, match=\"password authentication failed\")",
    // TypeScript.
    "const token = await this.tokenProvider.getAccessToken({ forceRefresh: true });",
    "export interface Credentials { accessToken: string; refreshToken?: string; password: string }",
    "headers: { Authorization: `Bearer ${session.accessToken}`, \"x-api-key\": config.apiKey },",
    "if (!process.env.ANTHROPIC_API_KEY) throw new Error(\"ANTHROPIC_API_KEY is not set\");",
    "<input type=\"password\" name=\"password\" autocomplete=\"current-password\" placeholder=\"Password\" />",
    "type TokenKind = \"identifier\" | \"keyword\" | \"punctuation\";",
    // Go.
    "func (c *Client) SetToken(token string) { c.token = token }",
    "\tToken string `json:\"token,omitempty\" yaml:\"token\"`",
    "if err := viper.BindEnv(\"api_key\", \"SERVICE_API_KEY\"); err != nil {",
    "password := os.Getenv(\"DB_PASSWORD\")\nsecretKey := cfg.Section(\"auth\").Key(\"secret_key\").String()",
    // YAML, TOML, INI, Dockerfiles, workflows.
    "env:\n  GITHUB_TOKEN: ${{ secrets.GITHUB_TOKEN }}\n  NPM_TOKEN: ${{ secrets.NPM_TOKEN }}",
    "          valueFrom:\n            secretKeyRef:\n              name: database\n              key: password",
    "ARG NPM_TOKEN\nENV PASSWORD_FILE=/run/secrets/db_password\nRUN --mount=type=secret,id=npm_token npm ci",
    "permissions:\n  id-token: write\n  contents: read",
    "[registries.internal]\ncredential-provider = \"cargo:token\"",
    "      POSTGRES_PASSWORD_FILE: /run/secrets/postgres-password",
    "key: ${{ runner.os }}-cargo-${{ hashFiles('**/Cargo.lock') }}",
    // Git, builds, shells.
    "a1b2c3d capture: the token of a session is redacted in headers\n9f8e7d6 docs: how to set an API key",
    "index 83db48f..bf2a1c9 100644\n--- a/src/token.rs\n+++ b/src/token.rs",
    "diff --git a/crates/auth/src/password.rs b/crates/auth/src/password_hash.rs",
    "remote: Compressing objects: 100% (42/42), done.\nTotal 42 (delta 17), reused 0 (delta 0), pack-reused 0",
    "   Compiling password-hash v0.5.0\n   Compiling secrecy v0.10.3\n   Compiling jsonwebtoken v9.3.1",
    "test auth::tests::rejects_expired_token_2024 ... ok\ntest auth::password_is_hashed ... ok",
    "-rw-------  1 root root  411 Nov 28 17:04 id_ed25519\n-rw-r--r--  1 root root   97 Nov 28 17:04 id_ed25519.pub",
    "ssh-keygen -t ed25519 -C bob@example.com -f ~/.ssh/id_ed25519",
    "docker login -u \"$USER\" --password-stdin < token.txt",
    "curl -u \"$USER:$PASSWORD\" https://host/ && mysql -u root -p app",
    "mkdir -p src/password && cp -p tokens.json /tmp",
    "grep -rn 'password' --include='*.py' . | head -20",
    // Prose.
    "Please enter your password. The password must be at least 12 characters long.",
    "Set the API key in the settings; the token is stored in the keychain.",
    "The bearer token is sent in the Authorization header as described in RFC 6750.",
    "A token is a piece of text: about four characters, so 100 tokens are 75 words.",
    "Basic authentication is disabled; the secret is that there is no secret.",
    "She found the key under the mat: the key to the cellar, not the key to the house.",
    "Passwords are hashed with bcrypt (cost 12) and salted; see docs/security.md#password-storage.",
    "Error: invalid_grant: Token has been expired or revoked (code 400, request 7)",
    "401 Unauthorized: WWW-Authenticate: Bearer realm=\"example\", error=\"invalid_token\"",
    "Cookie: the small one with chocolate. Session: the third of the day.",
    "error code: E0308, exit code: 101, status code 429, promo code in your inbox",
    "| Name | Type | Description |\n| token | string | The token of the page |\n| api_key | string | Your API key |",
    "INSERT INTO settings (name, password_policy) VALUES ('default', 'strict');",
    "CREATE TABLE users (id uuid PRIMARY KEY, password_hash text NOT NULL, token_version int DEFAULT 0);",
];

#[test]
fn what_is_no_secret_stays() {
    let redactor = redactor();
    assert!(ORDINARY.len() >= 67);
    let mut replaced = Vec::new();
    for line in ORDINARY {
        let json = serde_json::json!({"type":"tool_result","content":line}).to_string();
        for text in [(*line).to_owned(), json] {
            let redacted = redact(&redactor, &text);
            if redacted != text {
                replaced.push(redacted);
            }
        }
    }
    assert!(replaced.is_empty(), "{}", replaced.join("\n"));
}
