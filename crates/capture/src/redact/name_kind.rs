//! What a name says about its value.

/// What a name says about its value.
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
