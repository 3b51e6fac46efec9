//! What traffic is for, judged by host, path and user agent.
//!
//! A table of rules; the first match wins. The result is a guess from names alone: it groups and
//! colours, and never leaves anything out.

use serde::{Deserialize, Serialize};

use crate::decode::is_model_path;

/// What an exchange is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Requests to a model.
    Model,
    /// Model lists, plugins, announcements, new versions.
    Configuration,
    /// Logins, tokens, account settings.
    Account,
    /// The agent's reports about how it is used.
    Telemetry,
    /// MCP servers, and programs that the agent started.
    Tool,
    /// Anything else.
    Other,
}

impl Purpose {
    /// Its name in reports and filters.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Configuration => "configuration",
            Self::Account => "account",
            Self::Telemetry => "telemetry",
            Self::Tool => "tool",
            Self::Other => "other",
        }
    }

    /// What an exchange with this host and path, by this user agent, is for.
    pub fn of(host: &str, path: &str, agent: &str) -> Self {
        if is_model_path(path) {
            return Self::Model;
        }
        let rule = RULES.iter().find(|(_, hosts, paths)| {
            hosts.iter().any(|part| host.contains(part))
                || paths.iter().any(|part| path.contains(part))
        });
        if let Some((purpose, ..)) = rule {
            return *purpose;
        }
        if TOOL_AGENTS.iter().any(|tool| agent.starts_with(tool)) {
            return Self::Tool;
        }
        let configures = CONFIGURATION.iter().any(|part| path.contains(part));
        if configures {
            Self::Configuration
        } else {
            Self::Other
        }
    }
}

/// Purpose, parts of the host, parts of the path.
const RULES: &[(Purpose, &[&str], &[&str])] = &[
    (
        Purpose::Telemetry,
        &["sentry.io", "statsig", "datadoghq", "segment.io"],
        &[
            "/otlp/",
            "/v1/metrics",
            "/v1/traces",
            "/v1/logs",
            "/rgstr",
            "analytics",
            "telemetry",
            "/event_logging",
        ],
    ),
    (Purpose::Tool, &[], &["/mcp"]),
    (
        Purpose::Account,
        &["auth.openai.com", "auth0."],
        &[
            "/oauth",
            "/accounts",
            "/wham/",
            "/deviceauth",
            "/login",
            "/backend-api/me",
        ],
    ),
];

/// How user agents begin if an agent started the program.
const TOOL_AGENTS: &[&str] = &[
    "git/",
    "curl/",
    "Wget/",
    "python",
    "Python",
    "pip/",
    "uv/",
    "npm/",
    "node",
    "yarn",
    "pnpm",
    "cargo",
    "Go-http-client",
    "go/",
    "gh/",
    "apt",
    "Debian APT",
];

/// Parts of paths from which agents fetch their configuration.
const CONFIGURATION: &[&str] = &[
    "/models",
    "/plugins",
    "/releases",
    "announcement",
    "/settings",
    "/config",
    "/features",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hosts_and_paths_of_codex_are_told_apart() {
        for (host, path, agent, expected) in [
            (
                "api.openai.com",
                "/v1/responses",
                "codex_exec/0.169.0",
                Purpose::Model,
            ),
            (
                "chatgpt.com",
                "/backend-api/codex/models",
                "codex_exec/0.169.0",
                Purpose::Configuration,
            ),
            (
                "ab.chatgpt.com",
                "/otlp/v1/metrics",
                "OTel-OTLP-Exporter-Rust/0.31.0",
                Purpose::Telemetry,
            ),
            (
                "chatgpt.com",
                "/backend-api/codex/analytics-events/events",
                "codex_exec/0.169.0",
                Purpose::Telemetry,
            ),
            (
                "chatgpt.com",
                "/backend-api/wham/settings/user",
                "codex_exec/0.169.0",
                Purpose::Account,
            ),
            (
                "auth.openai.com",
                "/oauth/token",
                "codex_exec/0.169.0",
                Purpose::Account,
            ),
            (
                "chatgpt.com",
                "/backend-api/ps/mcp",
                "codex-mcp-client/0.169.0",
                Purpose::Tool,
            ),
            (
                "github.com",
                "/openai/plugins.git/info/refs",
                "git/2.39.5",
                Purpose::Tool,
            ),
            ("example.com", "/", "", Purpose::Other),
        ] {
            assert_eq!(Purpose::of(host, path, agent), expected, "{host}{path}");
        }
    }
}
