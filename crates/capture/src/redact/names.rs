//! Which names give their values away as secrets: of headers, keys, variables, options, parameters.
//!
//! One list for every place. A name is read without its separators and in lower
//! case, from its end: `X-API-Key`, `Api_Key`, `openaiApiKey` and `API_KEY_2` are
//! all an `apikey`.

/// What a name says of its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameKind {
    /// The value is a secret.
    Secret,
    /// The value is a secret that a person may have chosen: short, a word with a digit.
    Password,
    /// The value is a secret, after the word for its scheme: `Bearer …`.
    Authorization,
    /// The value is a list of cookies: names stay, values are secrets.
    Cookie,
    /// Nothing but `token`: a secret, but also the word for a piece of text.
    Token,
    /// A secret, or something harmless of the same name: the value decides.
    Ambiguous,
    /// The id of a session: of a login, or of a conversation.
    Session,
    /// A key of some kind: of a deployment, a licence, a consumer; or one that is no secret.
    Key,
    /// A code of a few digits, or a longer one.
    Code,
}

impl NameKind {
    /// Whether names of this kind are also those of what is no secret: the value decides.
    pub(super) fn is_ambiguous(self) -> bool {
        matches!(self, Self::Ambiguous | Self::Key | Self::Session)
    }
}

/// What the name of a JSON key, a header in a text, a variable or an option says.
pub(super) fn classify(name: &[u8]) -> Option<NameKind> {
    let plain = NormalizedName::of(name);
    let mut name = plain.as_bytes();
    loop {
        if let Some(kind) = lookup(name) {
            return Some(kind);
        }
        name = without_suffix(name)?;
    }
}

/// What the name of a header says.
pub(super) fn classify_header(name: &str) -> Option<NameKind> {
    let bytes = name.as_bytes();
    let is_known = |known: &&str| known.len() == name.len() && name.eq_ignore_ascii_case(known);
    if SECRET_HEADERS.iter().any(is_known) {
        return Some(NameKind::Secret);
    }
    if name.eq_ignore_ascii_case("sec-websocket-key") {
        return None;
    }
    if HARMLESS_HEADERS.iter().any(is_known) {
        return None;
    }
    let plain = NormalizedName::of(bytes);
    if SECRET_HEADER_ENDS
        .iter()
        .any(|end| ends_with(plain.as_bytes(), end))
    {
        return Some(NameKind::Secret);
    }
    match classify(bytes) {
        // A header has no words for a value, but an id or a hash.
        Some(NameKind::Token | NameKind::Password | NameKind::Code | NameKind::Key) => {
            Some(NameKind::Secret)
        }
        kind => kind,
    }
}

/// Whether the value of a query parameter or form field of this name is a secret.
pub(super) fn is_secret_parameter(name: &[u8]) -> bool {
    // `user[password]`, `a.b.pin`: the innermost name counts; `id.token.hint` is one name.
    let name = name.strip_suffix(b"]").unwrap_or(name);
    let name = name.rsplit(|byte| *byte == b'[').next().unwrap_or(name);
    let innermost = name.rsplit(|byte| *byte == b'.').next().unwrap_or(name);
    let plain = NormalizedName::of(innermost);
    SECRET_PARAMETERS.contains(&plain.as_bytes())
        || plain.as_bytes().ends_with(b"signature")
        || [innermost, name]
            .into_iter()
            .any(|name| classify(name).is_some_and(|kind| !kind.is_ambiguous()))
}

/// Whether a name is one of those that are a secret's in JSON and in a query, and a word in code and prose.
pub fn is_common_word(name: &[u8]) -> bool {
    // npm's `_auth` is no word.
    if name.starts_with(b"_") {
        return false;
    }
    let plain = NormalizedName::of(name);
    WHOLE_NAMES.iter().any(|(word, kind)| {
        *word == plain.as_bytes() && matches!(kind, NameKind::Ambiguous | NameKind::Session)
    })
}

/// Whether a name is one whose value came from a real login: worth knowing wherever it turns up.
pub(super) fn is_oauth(name: &[u8]) -> bool {
    let plain = NormalizedName::of(name);
    OAUTH_NAMES.contains(&plain.as_bytes())
}

/// Every name of a secret, without separators: a test spells them all and holds redaction against them.
pub fn secret_names() -> impl Iterator<Item = (&'static str, NameKind)> {
    let ends = ENDS.iter().flat_map(|(_, ends)| ends.iter());
    let ends = ends.filter_map(|(name, kind)| Some((*name, (*kind)?)));
    let names = ends.chain(WHOLE_NAMES.iter().copied());
    names.map(|(name, kind)| (str::from_utf8(name).expect("names are ASCII"), kind))
}

/// What a name without separators says.
fn lookup(plain: &[u8]) -> Option<NameKind> {
    if plain.len() <= LONGEST_WHOLE
        && let Some((_, kind)) = WHOLE_NAMES.iter().find(|(name, _)| *name == plain)
    {
        return Some(*kind);
    }
    if plain == b"key" {
        return None;
    }
    let last = plain.last()?;
    let (_, ends) = ENDS.iter().find(|(letter, _)| letter == last)?;
    let (_, kind) = ends.iter().find(|(end, _)| ends_with(plain, end))?;
    *kind
}

/// A name without a number or a word at its end that changes nothing: `API_KEY_2`, `password_old`.
fn without_suffix(plain: &[u8]) -> Option<&[u8]> {
    let digits = plain.iter().rev().take_while(|byte| byte.is_ascii_digit());
    let digits = digits.count();
    if digits > 0 {
        return Some(&plain[..plain.len() - digits]);
    }
    let suffix = SUFFIXES.iter().find(|suffix| ends_with(plain, suffix))?;
    let rest = plain.len() - suffix.len();
    (rest > 0).then(|| &plain[..rest])
}

/// The same as `ends_with` of a slice, which calls a function even where the last letters differ.
#[inline]
fn ends_with(name: &[u8], end: &[u8]) -> bool {
    match (name, end) {
        ([.., first, second], [.., one, other]) => {
            first == one && second == other && name.ends_with(end)
        }
        _ => false,
    }
}

/// A name in lower case without separators; of a long one its end.
struct NormalizedName {
    bytes: [u8; MAX_NORMALIZED],
    start: usize,
}

impl NormalizedName {
    fn of(name: &[u8]) -> Self {
        let mut plain = Self {
            bytes: [0; MAX_NORMALIZED],
            start: MAX_NORMALIZED,
        };
        let letters = name.iter().rev().filter(|byte| !is_separator(**byte));
        for byte in letters.take(MAX_NORMALIZED) {
            plain.start -= 1;
            plain.bytes[plain.start] = byte.to_ascii_lowercase();
        }
        plain
    }

    fn as_bytes(&self) -> &[u8] {
        &self.bytes[self.start..]
    }
}

/// What may be between the words of a name.
pub(super) fn is_separator(byte: u8) -> bool {
    matches!(byte, b'_' | b'-' | b'.' | b' ')
}

/// The end of a name that is looked at: more than the longest in the lists, with what is added to it.
const MAX_NORMALIZED: usize = 40;

/// A longer name is none: it is data.
pub(super) const MAX_NAME: usize = 256;

type EndRule = (&'static [u8], Option<NameKind>);

/// How names of secrets end, by their last letter; the first that fits decides,
/// and `None` says that the name is harmless.
const ENDS: &[(u8, &[EndRule])] = &[
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

/// Names that are a secret's when they are nothing else: as the end of another they say little.
const WHOLE_NAMES: &[(&[u8], NameKind)] = &[
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
const LONGEST_WHOLE: usize = 9;

/// Words that are often put behind the name of a secret.
const SUFFIXES: &[&[u8]] = &[
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

/// Headers that are secret whatever their names end with.
const SECRET_HEADERS: &[&str] = &[
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

/// How names of headers end that are words elsewhere.
const SECRET_HEADER_ENDS: &[&[u8]] = &[b"signature", b"jwt", b"bearer"];

/// Headers that are in nearly every message, and hold no secret.
const HARMLESS_HEADERS: &[&str] = &[
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

/// Parameters that are secret in a query or a form, beside those that are anywhere.
const SECRET_PARAMETERS: &[&[u8]] = &[
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

/// Members of OAuth's requests and answers (RFC 6749, RFC 7636, RFC 8628) with a secret in them.
const OAUTH_NAMES: &[&[u8]] = &[
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
