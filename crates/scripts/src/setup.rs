//! How a script sets a machine up: packages, services, kernel settings, files, signals to whoever waits for it.

use iaclint_source::Span;
use iaclint_value::{Name, Text};

use crate::Word;
use crate::invocation::{Invocation, options};
use crate::script::{Command, RedirectKind, ScopeKind, Script};

/// An installation of packages.
#[derive(Clone, Debug)]
pub struct PackageInstall {
    /// The program: `yum`, `dnf`, `apt-get`, `apk`, `amazon-linux-extras`, `zypper`, `pip`, `npm`, `snap`.
    pub manager: Name,
    /// What it installs. Empty for an upgrade of everything.
    pub packages: Vec<Word>,
    /// Whether nobody is asked: `-y`, `--assumeyes`, or a manager that never asks.
    pub assumes_yes: bool,
    /// Whether it runs only where a test found it right.
    pub conditional: bool,
    /// The command, an index into [`Script::commands`].
    pub at: usize,
    /// Where.
    pub span: Option<Span>,
}

impl PackageInstall {
    /// Whether a package of one of these names is installed, versions and variants (`=1.2`, `@18`, `-ce`) not regarded.
    pub fn installs(&self, names: &[&str]) -> bool {
        self.packages.iter().any(|p| {
            let prefix = p.prefix();
            let base = prefix.split(['=', '@', '<', '>', '~']).next().unwrap_or_default();
            names.contains(&base)
                || p.known().is_none() && names.iter().any(|n| base.trim_end_matches(['-', '_']) == *n)
        })
    }
}

/// The installations of a script.
pub fn package_installs(script: &Script) -> Vec<PackageInstall> {
    let mut out = Vec::new();
    for (index, command) in script.commands.iter().enumerate() {
        if let Some(mut install) = install_of(&Invocation::of(&command.words)) {
            install.at = index;
            install.span = command.span;
            install.conditional = script.is_conditional(command);
            out.push(install);
        }
    }
    out
}

pub(crate) fn install_of(invocation: &Invocation<'_>) -> Option<PackageInstall> {
    let manager = invocation.name()?;
    let arguments = invocation.arguments();
    let yes = arguments.iter().any(|w| {
        w.known().is_some_and(|k| {
            matches!(
                &*k,
                "-y" | "--yes"
                    | "--assume-yes"
                    | "--assumeyes"
                    | "-qy"
                    | "-yq"
                    | "-qqy"
                    | "-yqq"
                    | "--noconfirm"
                    | "-n"
            )
        })
    });
    let (verbs, never_asks): (&[&str], bool) = match manager.as_str() {
        "yum" | "dnf" | "microdnf" | "tdnf" => (
            &["install", "localinstall", "groupinstall", "reinstall", "update", "upgrade"],
            manager == "microdnf",
        ),
        "apt-get" | "apt" | "aptitude" => (&["install", "upgrade", "dist-upgrade", "full-upgrade"], false),
        "apk" => (&["add", "upgrade"], true),
        "zypper" => (&["install", "in"], false),
        "amazon-linux-extras" => (&["install", "enable"], false),
        "pip" | "pip3" | "npm" | "snap" | "gem" => (&["install", "ci"], true),
        _ => return None,
    };
    let verb = arguments.iter().position(|w| w.known().is_some_and(|k| verbs.contains(&&*k)))?;
    let mut packages = Vec::new();
    let mut rest = arguments.get(verb + 1..).unwrap_or_default().iter();
    while let Some(word) = rest.next() {
        let prefix = word.prefix();
        match prefix.as_str() {
            // Options of these managers that take a word.
            "-t" | "--virtual" | "-o" | "-c" | "--enablerepo" | "--disablerepo" | "--repository" | "-X"
            | "-r" | "--requirement" | "--prefix" | "-i" | "--index-url" | "--target-release" => {
                rest.next();
            }
            _ if prefix.starts_with('-') => {}
            _ => packages.push(word.clone()),
        }
    }
    Some(PackageInstall {
        manager: manager.into(),
        packages,
        assumes_yes: yes || never_asks,
        conditional: false,
        at: 0,
        span: None,
    })
}

/// What is done to a service.
#[derive(Clone, Debug)]
pub struct ServiceAction {
    /// The service without `.service`.
    pub service: Word,
    /// Whether it is started now.
    pub starts: bool,
    /// Whether it starts with the machine.
    pub enables: bool,
    /// The command, an index into [`Script::commands`].
    pub at: usize,
    /// Where.
    pub span: Option<Span>,
}

impl ServiceAction {
    /// The name of the service, if it is known.
    pub fn name(&self) -> Option<String> {
        self.service.known().map(|k| k.trim_end_matches(".service").to_owned())
    }
}

/// The services that are enabled or started.
pub fn service_actions(script: &Script) -> Vec<ServiceAction> {
    let mut out = Vec::new();
    for (index, command) in script.commands.iter().enumerate() {
        let invocation = Invocation::of(&command.words);
        let plain = invocation.plain();
        let has = |w: &str| plain.iter().any(|p| p == w);
        let words = invocation.arguments();
        let (starts, enables, services): (bool, bool, Vec<Word>) = match plain.first().map(String::as_str) {
            Some("systemctl") => {
                let Some(verb) = words.iter().position(|w| w.known().is_some_and(|k| !k.starts_with('-')))
                else {
                    continue;
                };
                let verb_is = |v: &[&str]| words.get(verb).is_some_and(|w| v.iter().any(|v| w.is(v)));
                let named =
                    words.get(verb + 1..).unwrap_or_default().iter().filter(|w| !w.prefix().starts_with('-'));
                let enables = verb_is(&["enable", "reenable"]);
                (
                    verb_is(&["start", "restart", "reload-or-restart"]) || enables && has("--now"),
                    enables,
                    named.cloned().collect(),
                )
            }
            Some("service") => (
                plain.get(2).is_some_and(|p| p == "start" || p == "restart"),
                false,
                words.first().cloned().into_iter().collect(),
            ),
            Some("chkconfig") => (false, has("on"), words.first().cloned().into_iter().collect()),
            Some("rc-update") => (false, has("add"), words.get(1).cloned().into_iter().collect()),
            Some("start") => (true, false, words.first().cloned().into_iter().collect()),
            _ => continue,
        };
        if starts || enables {
            out.extend(services.into_iter().map(|service| ServiceAction {
                service,
                starts,
                enables,
                at: index,
                span: command.span,
            }));
        }
    }
    out
}

/// A file that a script writes.
#[derive(Clone, Debug)]
pub struct FileWritten {
    /// Its path.
    pub path: Word,
    /// What is written, if it stands in the script: the text of a heredoc, the arguments of `echo`.
    pub content: Option<Text>,
    /// Whether it is added to what is there.
    pub appends: bool,
    /// The command, an index into [`Script::commands`].
    pub at: usize,
    /// Where.
    pub span: Option<Span>,
}

/// The files that a script writes, devices such as `/dev/null` left out.
pub fn files_written(script: &Script) -> Vec<FileWritten> {
    let mut out = Vec::new();
    for (index, command) in script.commands.iter().enumerate() {
        let invocation = Invocation::of(&command.words);
        let heredoc = command
            .redirects
            .iter()
            .find(|r| matches!(r.kind, RedirectKind::Heredoc | RedirectKind::HereString));
        let printed = || printed(&invocation);
        let content = heredoc.map(|h| h.target.text.clone()).or_else(printed);
        for redirect in
            command.redirects.iter().filter(|r| matches!(r.kind, RedirectKind::Write | RedirectKind::Append))
        {
            let path = redirect.target.clone();
            if path.prefix().starts_with("/dev/") {
                continue;
            }
            let appends = redirect.kind == RedirectKind::Append;
            out.push(FileWritten { path, content: content.clone(), appends, at: index, span: command.span });
        }
        if invocation.name().as_deref() == Some("tee") {
            let content = heredoc.map(|h| h.target.text.clone()).or_else(|| piped_into(script, index));
            let appends = invocation.arguments().iter().any(|w| w.is("-a") || w.is("--append"));
            for path in invocation.arguments().iter().filter(|w| !w.prefix().starts_with('-')) {
                if !path.prefix().starts_with("/dev/") {
                    out.push(FileWritten {
                        path: path.clone(),
                        content: content.clone(),
                        appends,
                        at: index,
                        span: command.span,
                    });
                }
            }
        }
    }
    out
}

/// What `echo` or `printf` prints; more than one argument is joined as the shell does.
fn printed(invocation: &Invocation<'_>) -> Option<Text> {
    let name = invocation.name()?;
    if !matches!(name.as_str(), "echo" | "printf") {
        return None;
    }
    let arguments = invocation.arguments();
    let skip = if name == "echo" { options(arguments, &[]) } else { 0 };
    let mut pieces = Vec::new();
    for (index, word) in arguments.iter().skip(skip).enumerate() {
        if index > 0 {
            pieces.extend_from_slice(Text::plain(" ", iaclint_value::OriginId::NONE).pieces());
        }
        pieces.extend_from_slice(word.text.pieces());
    }
    Some(Text::of(pieces))
}

/// What the command before in the same pipeline prints: `echo x | tee file`, `cat <<EOF | tee file`.
fn piped_into(script: &Script, index: usize) -> Option<Text> {
    let before = script.commands.get(index.checked_sub(1)?)?;
    let piped = script
        .scopes_of(before)
        .next()
        .is_some_and(|(_, s)| s.kind == ScopeKind::Piped && s.commands.end == index);
    if !piped {
        return None;
    }
    let heredoc = before.redirects.iter().find(|r| r.kind == RedirectKind::Heredoc);
    heredoc.map(|h| h.target.text.clone()).or_else(|| printed(&Invocation::of(&before.words)))
}

/// A setting `name=value` in a file or on a command line.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The name.
    pub name: Name,
    /// The value.
    pub value: Word,
    /// The command, an index into [`Script::commands`].
    pub at: usize,
    /// Where.
    pub span: Option<Span>,
}

/// Settings of the kernel: `sysctl -w vm.max_map_count=262144`, lines written to `/etc/sysctl.conf` or `/etc/sysctl.d`.
pub fn kernel_settings(script: &Script) -> Vec<Setting> {
    let mut out =
        settings_in_files(script, |path| path == "/etc/sysctl.conf" || path.starts_with("/etc/sysctl.d/"));
    for (index, command) in script.commands.iter().enumerate() {
        let invocation = Invocation::of(&command.words);
        if invocation.name().as_deref() != Some("sysctl") {
            continue;
        }
        for word in invocation.arguments() {
            if let Some((name, value)) = word.split_assignment()
                && !name.starts_with('-')
            {
                out.push(Setting { name, value, at: index, span: word.span });
            }
        }
    }
    // Writing to the file of the kernel itself.
    for file in files_written(script) {
        let path = file.path.known().unwrap_or_default();
        if let (Some(name), Some(content)) = (path.strip_prefix("/proc/sys/"), file.content) {
            let value = Word::of_text(content, None);
            out.push(Setting { name: name.replace('/', ".").into(), value, at: file.at, span: file.span });
        }
    }
    out.sort_by_key(|s| s.at);
    out
}

/// Settings of the container agent of a cluster's machine: what is written to `/etc/ecs/ecs.config`.
pub fn agent_settings(script: &Script) -> Vec<Setting> {
    settings_in_files(script, |path| path == "/etc/ecs/ecs.config")
}

/// The `name=value` lines that a script writes to files of these paths.
pub fn settings_in_files(script: &Script, path: impl Fn(&str) -> bool) -> Vec<Setting> {
    let mut out = Vec::new();
    for file in files_written(script) {
        if let (Some(known), Some(content)) = (file.path.known(), &file.content)
            && path(&known)
        {
            out.extend(settings_of(content).into_iter().map(|s| Setting { at: file.at, ..s }));
        }
    }
    out
}

/// The `name=value` lines of a text. The two characters `\n` also end a line, as `printf` and `echo -e` read them.
pub(crate) fn settings_of(content: &Text) -> Vec<Setting> {
    let flat = content.flatten();
    let mut out = Vec::new();
    let mut at = 0;
    for line in flat.text.split_inclusive('\n') {
        for part in line.split_inclusive("\\n") {
            let start = at;
            at += part.len();
            let body = part.trim_end_matches("\\n").trim_end();
            let (Some(equals), false) = (body.find('='), body.trim_start().starts_with('#')) else {
                continue;
            };
            let name = body[..equals].trim().trim_start_matches("export ");
            let lead = body[equals + 1..].len() - body[equals + 1..].trim_start().len();
            let range = start + equals + 1 + lead..start + body.len();
            let name_at = start + body.len() - body.trim_start().len();
            let span = content.span(&flat, name_at..start + body.len());
            let value = Word::of_text(content.slice(&flat, range.start.min(range.end)..range.end), span);
            if !name.is_empty() && !name.contains([' ', Flat::HOLE]) {
                out.push(Setting { name: name.into(), value, at: 0, span });
            }
        }
    }
    out
}

use iaclint_value::Flat;

/// Commands that report to CloudFormation or run its metadata: `cfn-signal`, `cfn-init`, `cfn-hup`.
pub fn stack_helpers(script: &Script) -> Vec<(usize, &Command)> {
    let helper = |c: &Command| {
        Invocation::of(&c.words)
            .name()
            .is_some_and(|n| matches!(n.trim_end_matches(".exe"), "cfn-signal" | "cfn-init" | "cfn-hup"))
    };
    script.commands.iter().enumerate().filter(|(_, c)| helper(c)).collect()
}

/// The variables that are exported, each at its place.
pub fn exports(script: &Script) -> Vec<Setting> {
    let mut out = Vec::new();
    for (index, command) in script.commands.iter().enumerate() {
        let exported = command.words.first().is_some_and(|w| w.is("export"))
            || command.words.first().is_some_and(|w| w.is("declare") || w.is("typeset"))
                && command.words.iter().any(|w| w.is("-x"));
        if exported {
            out.extend(command.assignments.iter().map(|a| Setting {
                name: a.name.clone(),
                value: a.value.clone(),
                at: index,
                span: a.span,
            }));
        }
    }
    out
}
