//! The macro `fields!`: the borrowed counterpart of `#[derive(Deserialize)]`.

/// Declares a struct of the named members of an object, and `of`, which finds them in one pass.
///
/// The first member of a name counts. Each field is `None` if its member is missing or `null`,
/// and all are if the value is not an object.
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
