//! Structs of members: what `#[derive(Deserialize)]` is for types, for values that stay where they are.

/// A struct of those members of an object that somebody looks at, found in one pass.
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
                    let name = name.bytes();
                    $(if *name == *$key.as_bytes() $(|| *name == *$alias.as_bytes())* {
                        fields.$field.get_or_insert(value);
                        continue;
                    })*
                }
                fields
            }
        }
    };
}
pub(crate) use fields;
