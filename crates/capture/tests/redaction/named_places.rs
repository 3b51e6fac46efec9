//! Where a name meets a value, by what the name may hold there.

use capture::redact::NameKind;

/// A place for a name and its value.
pub(crate) struct Place {
    /// `{n}` is the name, `{v}` the value.
    text: &'static str,
    pub(crate) name: Name,
    /// Whether it is the body of a form, or a query, and read as one.
    pub(crate) is_form: bool,
    /// How often the text is put into a JSON string.
    levels: u32,
}

/// What a name in a place looks like.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Name {
    /// Anything, in quotes.
    Quoted,
    /// The name of a parameter of a query or a form.
    Parameter,
    /// Anything, without quotes.
    Bare,
    /// The name of a variable.
    Identifier,
}

impl Place {
    const fn new(name: Name, text: &'static str) -> Self {
        Self {
            text,
            name,
            is_form: false,
            levels: 0,
        }
    }

    const fn form(text: &'static str) -> Self {
        Self {
            is_form: true,
            ..Self::new(Name::Parameter, text)
        }
    }

    /// In a string of a JSON document, in a string of another, so many levels deep.
    const fn nested(self, levels: u32) -> Self {
        Self { levels, ..self }
    }

    pub(crate) fn is_json(&self) -> bool {
        self.text.starts_with('{')
    }

    /// Whether the name is followed by a blank.
    pub(crate) fn has_blank(&self) -> bool {
        self.text.contains("{n} ")
    }

    /// Whether the name is a member's, behind another and a dot.
    pub(crate) fn is_member(&self) -> bool {
        self.text.contains(".{n}")
    }

    /// What is before and after the value of a name.
    pub(crate) fn around(&self, name: &str, kind: NameKind) -> (String, String) {
        let mut text = self.text.replace("{n}", name);
        if kind == NameKind::Cookie {
            text = text.replace("{v}", "sid={v}; Path=/");
        }
        if kind == NameKind::Authorization && (self.is_json() || text.contains(": {v}")) {
            text = text.replace("{v}", "Splunk {v}");
        }
        for _ in 0..self.levels {
            let string = serde_json::to_string(&text).expect("a string is JSON");
            text = format!(r#"{{"output":{string},"n":1}}"#);
        }
        let (before, after) = text.split_once("{v}").expect("a place has a value");
        (before.to_owned(), after.to_owned())
    }
}

const fn quoted(text: &'static str) -> Place {
    Place::new(Name::Quoted, text)
}

const fn bare(text: &'static str) -> Place {
    Place::new(Name::Bare, text)
}

const fn variable(text: &'static str) -> Place {
    Place::new(Name::Identifier, text)
}

pub(crate) const PLACES: &[Place] = &[
    // JSON, and JSON in strings.
    quoted(r#"{"{n}":"{v}"}"#),
    quoted(r#"{"a":[{"{n}" : "{v}", "b":1}]}"#),
    quoted("{\n  \"{n}\":\n    \"{v}\"\n}"),
    quoted(r#"{"{n}":"{v}"}"#).nested(1),
    quoted(r#"{"{n}": "{v}", "b": 1}"#).nested(2),
    quoted(r#"{"{n}":"{v}"}"#).nested(3),
    quoted(r#"{"a":"{\u0022{n}\u0022:\u0022{v}\u0022}"}"#),
    quoted(r#"{"a":"{\u0022{n}\u0022: \u0022{v}\u0022}"}"#).nested(1),
    quoted(r#"{"service:{n}":"{v}"}"#),
    // Names and values as members and as lists.
    quoted(r#"{"name":"{n}","value":"{v}"}"#),
    quoted(r#"{"name": "{n}", "value": "{v}"}"#).nested(1),
    quoted(r#"{"value":"{v}","name":"{n}"}"#),
    quoted(r#"{"key":"{n}","value":"{v}"}"#),
    quoted(r#"[["{n}","{v}"],["b","c"]]"#),
    quoted(r#"[["{n}", "{v}"]]"#).nested(1),
    // Maps in code.
    quoted(r"{'{n}': '{v}', 'b': 1}"),
    quoted(r"{'{n}': '{v}'}").nested(1),
    quoted("    \"{n}\": \"{v}\",\n"),
    quoted(r#"'{n}' => '{v}',"#),
    quoted(r#"{ "{n}" => "{v}" }"#).nested(1),
    quoted(r#"map.put("{n}", "{v}");"#),
    quoted(r#"vec![("{n}", "{v}")]"#).nested(1),
    quoted(r#"config["{n}"] = "{v}""#),
    quoted(r#"os.environ['{n}'] = '{v}'"#).nested(1),
    quoted(r#"req.setHeader("{n}", "{v}")"#),
    quoted(r#"<add key="{n}" value="{v}"/>"#),
    quoted(r#"<entry key="{n}">{v}</entry>"#),
    // Code.
    variable(r#"let {n} = "{v}";"#),
    variable(r#"const {n}: &str = "{v}";"#).nested(1),
    variable(r"const {n}: string = '{v}'"),
    variable(r"{n} = '{v}'").nested(1),
    variable(r#"{n} := "{v}""#),
    variable(r#"String {n} = "{v}";"#),
    variable(r#"var {n} string = "{v}""#),
    variable(r#"#define {n} "{v}""#),
    variable(r#"#define {n} "{v}""#).nested(1),
    variable(r#"f({n}="{v}", b=1)"#).nested(1),
    variable(r#"{ {n}: "{v}" }"#),
    variable(r#"client.{n} = "{v}""#),
    // Shells and their files.
    variable("{n}={v}\n"),
    variable("A=1\n{n}={v}\nB=2\n").nested(1),
    variable("export {n}={v}\n").nested(1),
    variable("{n}=\"{v}\"\n").nested(1),
    variable("{n}='{v}' make\n").nested(2),
    variable(r#"{"a":"{n}=\u0022{v}\u0022 make"}"#),
    bare("tool --{n} {v} --verbose").nested(1),
    bare("tool --{n}={v}"),
    // Configuration.
    bare("{n}: {v}\n"),
    bare("a:\n  {n}: \"{v}\"\n").nested(1),
    bare("  {n}: '{v}'\n"),
    bare("{n} = \"{v}\"\n"),
    bare("[a]\n{n} = {v}\n").nested(1),
    bare("{n}={v}\n"),
    bare("app.{n}={v}\n").nested(1),
    bare("<{n}>{v}</{n}>"),
    bare("<a:{n}>{v}</a:{n}>").nested(1),
    bare("<x {n}=\"{v}\" b=\"c\"/>"),
    // Headers in shell lines and logs.
    bare("curl -H '{n}: {v}' https://host/"),
    bare("curl -H \"{n}: {v}\" https://host/").nested(1),
    bare("> {n}: {v}\r\n> accept: */*\r\n").nested(1),
    bare("2026-01-02 INFO {n}={v} a=b").nested(1),
    bare("DEBUG header {n}: {v}\n"),
    // Queries and forms.
    Place::form("a=1&{n}={v}&b=2"),
    Place::form("user[{n}]={v}&b=2"),
    Place::form("a.b.{n}={v}"),
    Place::new(Name::Parameter, "GET https://host/p?a=1&{n}={v}&b=2 200"),
    Place::new(Name::Parameter, "https://host/p?{n}={v}").nested(1),
    Place::new(Name::Parameter, FORM_DATA),
    Place::new(Name::Parameter, FORM_DATA).nested(1),
    Place::new(Name::Parameter, FORM_DATA).nested(2),
];

/// A field of a multipart form.
const FORM_DATA: &str =
    "--x\r\nContent-Disposition: form-data; name=\"{n}\"\r\n\r\n{v}\r\n--x--\r\n";
