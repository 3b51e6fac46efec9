//! Small lenient readings of JSON values.
//!
//! Recordings are other people's data: a field of an unexpected type is read
//! as missing, never as a reason to give up on the rest.

use std::borrow::Cow;

pub(super) use crate::json::elements;

use crate::json::Json;

/// A struct of those members of an object that a decoder looks at, found in one pass.
///
/// Each is the first of its name; it is missing where it is `null`, and where
/// the fields are `of` an array, a number or a string.
macro_rules! fields {
    (
        $(#[$about:meta])*
        $seen:vis struct $name:ident {
            $($(#[$about_field:meta])* $seen_field:vis $field:ident: $key:literal $(| $alias:literal)*,)*
        }
    ) => {
        $(#[$about])*
        #[derive(Debug, Default, Clone, Copy)]
        $seen struct $name<'a> {
            $($(#[$about_field])* $seen_field $field: Option<$crate::json::Json<'a>>,)*
        }

        impl<'a> $name<'a> {
            $seen fn of(json: $crate::json::Json<'a>) -> Self {
                let mut fields = Self::default();
                let members = json.members().filter(|(_, value)| !value.is_null());
                for (name, value) in members {
                    match name.text().as_deref() {
                        $(Some($key $(| $alias)*) => {
                            fields.$field.get_or_insert(value);
                        })*
                        _ => {}
                    }
                }
                fields
            }
        }
    };
}
pub(super) use fields;

/// A string.
pub(super) fn text<'a>(value: Option<Json<'a>>) -> Option<Cow<'a, str>> {
    value?.text()
}

/// A string that the caller keeps, cut where it is longer than any name should be.
pub(super) fn name(value: Option<Json<'_>>) -> Option<String> {
    text(value).map(|text| crate::text::cut(&text, MAX_NAME_BYTES).to_owned())
}

/// A number from 0.
pub(super) fn number(value: Option<Json<'_>>) -> Option<u64> {
    value?.number()
}

/// How many bytes a string's content has; of any other value, its JSON.
pub(super) fn length(value: Option<Json<'_>>) -> u64 {
    let Some(value) = value else { return 0 };
    let content = value.text().map(|text| text.len());
    content.unwrap_or(value.raw_bytes()) as u64
}

/// Far longer than any id, name or model; bounds what a recording makes us keep of each.
pub(super) const MAX_NAME_BYTES: usize = 256;
