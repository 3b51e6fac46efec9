//! Places in texts, headers and command lines; `{}` stands for the secret.

/// Behind names that say that the value is a secret.
pub(super) const NAMED: &[&str] = &[
    r#"{"api_key":"{}"}"#,
    r#"{"config":{"clientSecret": "{}", "retries": 3}}"#,
    r#"{"name":"SERVICE_TOKEN","value":"{}"}"#,
    r#"[["X-Api-Key","{}"],["accept","*/*"]]"#,
    r#"{"env":"{\"ACCESS_TOKEN\":\"{}\"}"}"#,
    "OPENAI_API_KEY={}\nHOME=/root\n",
    "export SESSION_SECRET=\"{}\"",
    "$ env | grep KEY\nSIGNING_KEY_2={}\n",
    "set -x AWS_SECRET_ACCESS_KEY {}",
    "auth:\n  access_token: {}\n  expires: 3600\n",
    "  - name: API_TOKEN\n    value: \"{}\"\n",
    "[service]\nsecret_key = \"{}\"\nport = 80\n",
    "[service]\nApiKey={}\n",
    "app.client-secret={}\n",
    "<configuration><apiKey>{}</apiKey></configuration>",
    "<add key=\"AccessToken\" value=\"{}\"/>",
    "const apiKey = \"{}\";",
    "api_key = '{}'  # for tests",
    "let secret_key: &str = \"{}\";",
    "client := New(WithToken(\"{}\"))\nclient.Token = \"{}\"",
    "config[:auth_token] = '{}'",
    "'refresh_token' => '{}',",
    "> Authorization: Bearer {}\r\n> accept: */*\r\n",
    "curl -H 'X-Api-Key: {}' https://host/v1",
    "2026-11-28T17:04:11Z INFO login access_token={} user=7",
    "POST /token client_id=app&client_secret={}&scope=all",
    "Content-Disposition: form-data; name=\"api_key\"\r\n\r\n{}\r\n--x--",
    "tool --token {} --verbose",
    "$env:SERVICE_API_KEY = \"{}\"",
    "set SERVICE_API_KEY={}\r\nnode index.js\r\n",
    "builder.Configuration[\"Service:ApiKey\"] = \"{}\";",
    "val apiKey: String = \"{}\"",
    "#define API_KEY \"{}\"",
    "variable \"api_key\" {\n  default = \"{}\"\n}",
    "ENV API_KEY={}\nENV PORT=80\n",
    "docker run --rm -e API_KEY={} -p 80:80 image",
    "helm upgrade app . --set auth.apiKey={} --wait",
    "kubectl create secret generic app --from-literal=api_key={}",
    "//registry.example.com/:_authToken={}\n",
    "-API_KEY={}\n+API_KEY=$API_KEY\n",
    "| API_KEY | {} |\n",
    "cookie: theme=dark; session={}\r\n",
    r#"{"headers":{"Authorization":"Bearer {}"}}"#,
    r#"requests.get(url, headers={"X-Api-Key": "{}"})"#,
];

/// Without a name.
pub(super) const UNNAMED: &[&str] = &[
    "use {} please",
    "it printed\n{}\nand ended",
    "https://host/{}/x",
    "git clone https://oauth2:{}@host/repo.git",
    "\u{1b}[32m{}\u{1b}[0m",
    "+    headers = [\"{}\"]",
    "`{}`, then",
    "https%3A%2F%2Fhost%2F%3Fx%3D{}%26b%3D1",
    "<a href=\"https://host/?x={}\">",
    "{}",
];

/// Where people put what they chose.
pub(super) const PASSWORDS: &[&str] = &[
    r#"{"password":"{}"}"#,
    r#"{"login":{"user":"bob","passwd":"{}"}}"#,
    "DB_PASSWORD={}\n",
    "spring.datasource.password={}\n",
    "password: {}\n",
    "password = \"{}\"\n",
    "postgres://app:{}@db.internal:5432/app",
    "Server=db;User Id=sa;Password={};Encrypt=yes",
    "machine host login bob password {}",
    "<password>{}</password>",
];

/// Arguments whose option says nothing, or little.
pub(super) const COMMANDS: &[&str] = &[
    "curl -u admin:{} https://host/",
    "curl --user \"admin:{}\" https://host/",
    "sshpass -p {} ssh host",
    "mysql -u root -p{} app",
    "docker login -u bob -p {} registry.example.com",
    "redis-cli -a {} ping",
    "tool --password {} run",
    "echo {} | docker login -u bob --password-stdin",
];

/// Headers of requests.
pub(super) const HEADERS: &[(&str, &str)] = &[
    ("authorization", "Bearer {}"),
    ("authorization", "Splunk {}"),
    ("proxy-authorization", "Bearer {}"),
    ("x-api-key", "{}"),
    ("X-Goog-Api-Key", "{}"),
    ("cookie", "theme=dark; session={}"),
    ("x-amz-security-token", "{}"),
];
