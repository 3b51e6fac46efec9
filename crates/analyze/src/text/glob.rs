//! Patterns in which `*` matches any text.

/// A pattern such as `*.openai.com`; matches without regard to case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    /// The texts between the stars, in lower case; at least one, which may be empty.
    parts: Vec<String>,
}

impl Pattern {
    pub(crate) fn new(text: &str) -> Self {
        Self {
            parts: text.to_lowercase().split('*').map(str::to_owned).collect(),
        }
    }

    /// Whether it matches the whole of `text`, in time linear in stars times text.
    pub(crate) fn fits(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        let [first, middle @ .., last] = self.parts.as_slice() else {
            return self.parts.iter().all(|part| *part == text);
        };
        let Some(mut rest) = text.strip_prefix(first.as_str()) else {
            return false;
        };
        for part in middle {
            let Some(found) = rest.find(part.as_str()) else {
                return false;
            };
            rest = &rest[found + part.len()..];
        }
        rest.ends_with(last.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything_and_nothing_else_does() {
        for (pattern, text, fits) in [
            ("*.openai.com", "api.openai.com", true),
            ("*.openai.com", "openai.com", false),
            ("*.openai.com", "api.openai.com.evil.example", false),
            ("API.openai.com", "api.OpenAI.com", true),
            ("/v1/*/x*", "/v1/a/b/x", true),
            ("a*a", "a", false),
            ("a*b*a", "aba", true),
            ("*", "", true),
            ("", "", true),
            ("", "x", false),
            ("a.c", "abc", false),
        ] {
            assert_eq!(
                Pattern::new(pattern).fits(text),
                fits,
                "{pattern} on {text}"
            );
        }
    }
}
