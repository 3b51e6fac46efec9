//! A made-up ChatGPT login that codex accepts.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// The secrets of a made-up login.
pub(crate) struct Login {
    pub(crate) access_token: String,
    pub(crate) refresh_token: &'static str,
}

/// Writes a login into codex's folder.
pub(crate) fn write(codex_home: &Path) -> Login {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let account = "00000000-0000-4000-8000-000000000001";
    let claims = json!({
        "exp": (since + LIFETIME).as_secs(),
        "email": "nobody@example.com",
        "https://api.openai.com/auth": {
            "chatgpt_plan_type": "plus",
            "chatgpt_user_id": "user-nobody",
            "chatgpt_account_id": account,
        },
    });
    let head = json!({"alg": "RS256", "typ": "JWT"});
    let token = format!(
        "{}.{}.{}",
        part(&head),
        part(&claims),
        part(&json!("no signature"))
    );
    let login = Login {
        access_token: token,
        refresh_token: "rt_made_up_refresh_token_000000",
    };
    let file = json!({
        "auth_mode": "chatgpt",
        "OPENAI_API_KEY": null,
        "tokens": {
            "id_token": login.access_token,
            "access_token": login.access_token,
            "refresh_token": login.refresh_token,
            "account_id": account,
        },
        // codex renews a login that is older than eight days.
        "last_refresh": jiff::Timestamp::now().to_string(),
    });
    fs::write(codex_home.join("auth.json"), file.to_string()).unwrap();
    login
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// Long enough that codex has no reason to renew it.
const LIFETIME: Duration = Duration::from_secs(30 * 86_400);
