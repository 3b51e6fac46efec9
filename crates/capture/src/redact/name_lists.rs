//! The lists that `names` reads: of keys and variables, of headers, of parameters.
//!
//! Names are in lower case and without separators, but for those of headers.

use super::name_kind::NameKind;

/// The end of a name; `None` says that a name with this end is harmless.
type EndRule = (&'static [u8], Option<NameKind>);

/// How names of secrets end, by their last letter; the first that fits decides.
pub(super) const ENDS: &[(u8, &[EndRule])] = &[
    (
        b'n',
        &[
            (b"nexttoken", None),
            (b"pagetoken", None),
            (b"continuationtoken", None),
            (b"synctoken", None),
            (b"eostoken", None),
            (b"bostoken", None),
            (b"padtoken", None),
            (b"unktoken", None),
            (b"septoken", None),
            (b"clstoken", None),
            (b"masktoken", None),
            (b"stoptoken", None),
            (b"pertoken", None),
            (b"maxtoken", None),
            (b"token", Some(NameKind::Secret)),
            (b"authorization", Some(NameKind::Authorization)),
            (b"clientassertion", Some(NameKind::Secret)),
            (b"dsn", Some(NameKind::Ambiguous)),
        ],
    ),
    (
        b't',
        &[
            (b"secret", Some(NameKind::Secret)),
            (b"idtokenhint", Some(NameKind::Secret)),
        ],
    ),
    (
        b'd',
        &[
            (b"password", Some(NameKind::Password)),
            (b"passwd", Some(NameKind::Password)),
            (b"otpseed", Some(NameKind::Secret)),
            (b"oldpwd", None),
            (b"pwd", Some(NameKind::Password)),
            (b"secretid", Some(NameKind::Secret)),
            (b"sessionid", Some(NameKind::Session)),
            (b"sessid", Some(NameKind::Session)),
        ],
    ),
    (
        b'e',
        &[
            (b"passphrase", Some(NameKind::Password)),
            (b"passcode", Some(NameKind::Code)),
            (b"cookie", Some(NameKind::Cookie)),
            (b"devicecode", Some(NameKind::Secret)),
            (b"usercode", Some(NameKind::Secret)),
            (b"authorizationcode", Some(NameKind::Secret)),
            (b"authcode", Some(NameKind::Code)),
            (b"mfacode", Some(NameKind::Code)),
            (b"backupcode", Some(NameKind::Code)),
            (b"recoverycode", Some(NameKind::Code)),
            (b"verificationcode", Some(NameKind::Code)),
            (b"otpcode", Some(NameKind::Code)),
            (b"totpcode", Some(NameKind::Code)),
            (b"seedphrase", Some(NameKind::Secret)),
            (b"cnonce", Some(NameKind::Ambiguous)),
            (b"nextnonce", Some(NameKind::Ambiguous)),
        ],
    ),
    (
        b'y',
        &[
            (b"apikey", Some(NameKind::Secret)),
            (b"accesskey", Some(NameKind::Secret)),
            (b"secretkey", Some(NameKind::Secret)),
            (b"privatekey", Some(NameKind::Secret)),
            (b"accountkey", Some(NameKind::Secret)),
            (b"signingkey", Some(NameKind::Secret)),
            (b"encryptionkey", Some(NameKind::Secret)),
            (b"subscriptionkey", Some(NameKind::Secret)),
            (b"masterkey", Some(NameKind::Secret)),
            (b"hmackey", Some(NameKind::Secret)),
            (b"sessionkey", Some(NameKind::Secret)),
            (b"publickey", None),
            (b"cachekey", None),
            (b"idempotencykey", None),
            (b"websocketkey", None),
            (b"foreignkey", None),
            (b"partitionkey", None),
            (b"sortkey", None),
            (b"hashkey", None),
            (b"rangekey", None),
            (b"hotkey", None),
            (b"objectkey", None),
            // Any other kind of key: of a deployment, a licence, a consumer.
            (b"surrogatekey", None),
            (b"monkey", None),
            (b"turkey", None),
            (b"key", Some(NameKind::Key)),
        ],
    ),
    (b'r', &[(b"codeverifier", Some(NameKind::Secret))]),
    (
        b's',
        &[
            (b"credentials", Some(NameKind::Secret)),
            (b"bypass", None),
            (b"compass", None),
            (b"pass", Some(NameKind::Password)),
            (b"backupcodes", Some(NameKind::Code)),
            (b"recoverycodes", Some(NameKind::Code)),
            (b"passwords", Some(NameKind::Password)),
        ],
    ),
    (b'g', &[(b"connectionstring", Some(NameKind::Ambiguous))]),
    (
        b'l',
        &[
            (b"credential", Some(NameKind::Secret)),
            (b"webhookurl", Some(NameKind::Ambiguous)),
        ],
    ),
    // Credentials of Ruby's bundler for a host, by that host's name.
    (b'm', &[(b"contribsyscom", Some(NameKind::Secret))]),
    (b'k', &[(b"psk", Some(NameKind::Secret))]),
    (
        b'h',
        &[
            (b"xauth", Some(NameKind::Secret)),
            (b"masterauth", Some(NameKind::Secret)),
        ],
    ),
    (b'c', &[(b"mnemonic", Some(NameKind::Secret))]),
    (
        b'f',
        &[
            (b"csrf", Some(NameKind::Ambiguous)),
            (b"xsrf", Some(NameKind::Ambiguous)),
        ],
    ),
    (b'p', &[(b"otp", Some(NameKind::Code))]),
];

/// Names that only count whole: as the end of another name they say little.
pub(super) const WHOLE_NAMES: &[(&[u8], NameKind)] = &[
    (b"token", NameKind::Token),
    (b"auth", NameKind::Ambiguous),
    (b"bearer", NameKind::Ambiguous),
    (b"code", NameKind::Ambiguous),
    (b"jwt", NameKind::Ambiguous),
    (b"rt", NameKind::Ambiguous),
    (b"sas", NameKind::Ambiguous),
    (b"sid", NameKind::Session),
    (b"sig", NameKind::Ambiguous),
    (b"signature", NameKind::Ambiguous),
    (b"pin", NameKind::Code),
    (b"ntlm", NameKind::Ambiguous),
];

/// The longest of them.
pub(super) const LONGEST_WHOLE: usize = 9;

/// Words that often follow the name of a secret and change nothing: `password_old`.
pub(super) const SUFFIXES: &[&[u8]] = &[
    b"old",
    b"new",
    b"prod",
    b"production",
    b"dev",
    b"test",
    b"staging",
    b"live",
    b"sandbox",
    b"backup",
    b"value",
    b"val",
    b"string",
    b"str",
    b"hash",
    b"plaintext",
    b"cleartext",
    b"plain",
    b"text",
    b"raw",
    b"base64",
    b"b64",
    b"encoded",
    b"hex",
    b"confirmation",
    b"confirm",
    b"again",
    b"current",
    b"previous",
    b"default",
    b"primary",
    b"secondary",
    b"base",
    b"aws",
];

/// Headers that are secret whatever their names end in.
pub(super) const SECRET_HEADERS: &[&str] = &[
    "chatgpt-account-id",
    "mcp-session-id",
    "x-auth",
    "x-honeycomb-team",
    "x-session",
    "x-hub-signature",
    "x-hub-signature-256",
    "x-signature",
    "authentication-info",
    "proxy-authentication-info",
];

/// Ends of the names of headers that are common words elsewhere.
pub(super) const SECRET_HEADER_ENDS: &[&[u8]] = &[b"signature", b"jwt", b"bearer"];

/// Headers of nearly every message that hold no secret: a shortcut.
pub(super) const HARMLESS_HEADERS: &[&str] = &[
    "host",
    "date",
    "accept",
    "content-type",
    "content-length",
    "transfer-encoding",
    "connection",
    "user-agent",
    "server",
];

/// Parameters that are secret in a query or a form, and nowhere else.
pub(super) const SECRET_PARAMETERS: &[&[u8]] = &[
    b"key",
    b"code",
    b"sig",
    b"sas",
    b"auth",
    b"appid",
    b"assertion",
    b"ticket",
    b"jwt",
    b"session",
    b"sid",
    b"loginhinttoken",
    b"samlresponse",
    b"samlart",
    b"wresult",
];

/// Members with a secret in OAuth's requests and answers (RFC 6749, RFC 7636, RFC 8628).
pub(super) const OAUTH_NAMES: &[&[u8]] = &[
    b"accesstoken",
    b"refreshtoken",
    b"idtoken",
    b"clientsecret",
    b"apikey",
    b"subjecttoken",
    b"actortoken",
    b"authtoken",
    b"sessiontoken",
];
