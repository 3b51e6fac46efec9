//! Commands that take a secret as an argument under a name that says nothing: `curl -u`, `sshpass -p`.
//!
//! Options whose name says what they hold (`--password`) need no entry: they are found as any name is.

/// A command, and where among its arguments secrets are.
pub(super) struct Command {
    /// In lower case; the last of its words where it has several.
    pub(super) name: &'static str,
    pub(super) rules: &'static [Rule],
}

/// Where a secret is among the words behind a command.
pub(super) enum Rule {
    /// After one of these options, as the next word or joined to the option.
    Value(&'static [&'static str]),
    /// Joined to this option: `-pV`.
    Joined(&'static str),
    /// After one of these options, as `user:V` with this separator; without one, a token.
    Pair(&'static [&'static str], u8),
    /// After one of these options, as a list of cookies.
    Cookies(&'static [&'static str]),
    /// The word at this position, not counting options.
    At(usize),
    /// The same, when the value looks random.
    RandomAt(usize),
    /// What is piped into it: `echo V | …`.
    Piped,
    /// Its standard input: `<<< V`.
    HereString,
    /// `user/V@host`
    Login,
}

const fn command(name: &'static str, rules: &'static [Rule]) -> Command {
    Command { name, rules }
}

/// The commands. A name must not be a word that texts are full of.
pub(super) const COMMANDS: &[Command] = &[
    command(
        "curl",
        &[
            Rule::Pair(&["-u", "--user", "-U", "--proxy-user"], b':'),
            Rule::Cookies(&["-b", "--cookie"]),
            Rule::Value(&["--pass", "--proxy-pass", "--tlspassword"]),
        ],
    ),
    command("sshpass", &[Rule::Value(&["-p"])]),
    command("mysql", &[Rule::Joined("-p")]),
    command("mysqldump", &[Rule::Joined("-p")]),
    command("mysqladmin", &[Rule::Joined("-p")]),
    command("mariadb", &[Rule::Joined("-p")]),
    command("mongo", &[Rule::Value(&["-p"])]),
    command("mongosh", &[Rule::Value(&["-p"])]),
    command("mongodump", &[Rule::Value(&["-p"])]),
    command("redis-cli", &[Rule::Value(&["-a", "--pass"])]),
    command(
        "login",
        &[
            Rule::Value(&["-p"]),
            Rule::RandomAt(0),
            Rule::RandomAt(1),
            Rule::Piped,
        ],
    ),
    command("ldapsearch", &[Rule::Value(&["-w"])]),
    command("ldapmodify", &[Rule::Value(&["-w"])]),
    command("ldapadd", &[Rule::Value(&["-w"])]),
    command("ldapwhoami", &[Rule::Value(&["-w"])]),
    command("http ", &[Rule::Pair(&["-a", "--auth"], b':')]),
    command("https ", &[Rule::Pair(&["-a", "--auth"], b':')]),
    command("xh ", &[Rule::Pair(&["-a", "--auth"], b':')]),
    command("bindpw ", &[Rule::At(0)]),
    command("rootpw ", &[Rule::At(0)]),
    command("snyk auth", &[Rule::RandomAt(0)]),
    command("doctl auth", &[Rule::Value(&["-t"])]),
    command("htpasswd", &[Rule::At(2)]),
    command("chpasswd", &[Rule::Piped]),
    command("sudo -s", &[Rule::Piped]),
    command("-stdin", &[Rule::Piped]),
    command("unzip", &[Rule::Value(&["-P"])]),
    command("zip ", &[Rule::Value(&["-P"])]),
    command("openssl", &[Rule::Value(&["-k"])]),
    command("ssh-keygen", &[Rule::Value(&["-N", "-P"])]),
    command("convertto-securestring", &[Rule::At(0)]),
    command(
        "secret set",
        &[Rule::Value(&["--body", "-b"]), Rule::HereString],
    ),
    command("secret put", &[Rule::HereString]),
    command("sqlplus", &[Rule::Login]),
    command("7z ", &[Rule::Joined("-p")]),
    command("smbclient", &[Rule::Pair(&["-U", "--user"], b'%')]),
    command("sqlcmd", &[Rule::Value(&["-P"])]),
    command("rabbitmqctl", &[Rule::At(2)]),
    command("net user", &[Rule::At(1)]),
    command("alias set", &[Rule::At(2), Rule::At(3)]),
    command("identified by '", &[Rule::At(0)]),
    command("plink", &[Rule::Value(&["-pw"])]),
    command("pscp", &[Rule::Value(&["-pw"])]),
    command("twine", &[Rule::Value(&["-p"])]),
    command("add-generic-password", &[Rule::Value(&["-w"])]),
    command("rclone", &[Rule::Value(&["--password"])]),
];
