//! What is no secret stays: code, configuration, prose, and what analysis needs.

use super::{redact, redactor};

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
