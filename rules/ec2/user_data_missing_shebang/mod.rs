//! A script that no machine runs, since it does not begin with `#!`.

use iaclint_analysis::programs::Host;
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_scripts::{Command, PartKind, Script, Word};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "user data is a shell script that does not begin with `#!`",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    for host in analysis.hosts() {
        // Parts of a message have a type of their own.
        let [part] = &*host.data.parts else { continue };
        match &part.kind {
            PartKind::Script(script) if host.data.leading_space.is_some() => {
                let Some(shebang) = &script.shebang else { continue };
                let span = host.span(cx.model(), shebang.span.or(part.span));
                report(
                    cx,
                    host,
                    span,
                    "white space stands before this `#!`",
                    "let the text begin with `#!`: in Terraform use `<<-EOF`, which takes the indentation off, and no empty line before it",
                );
            }
            PartKind::Unmarked(script) if is_surely_shell(script) => {
                let span = host.span(cx.model(), part.span);
                report(cx, host, span, "the first line is not `#!`", "begin the text with `#!/bin/bash`");
            }
            _ => {}
        }
    }
}

fn report(cx: &mut Check<'_, '_>, host: &Host<'_>, span: iaclint_lint::Span, label: &str, help: &str) {
    let name = cx.model().short(host.machine.id);
    cx.finding(
        host.machine.id,
        format!("the user data of {name} does not begin with `#!`, so it does not run"),
    )
    .at_span(span, label)
    .note("the kernel runs a text as a script only when `#!` are its first two bytes")
    .help(help)
    .of_written_values()
    .report(cx);
}

/// What a script for the first start begins with: programs that every system has.
const PROGRAMS: [&str; 45] = [
    "amazon-linux-extras",
    "apt",
    "apt-get",
    "aws",
    "cat",
    "cd",
    "chmod",
    "chown",
    "cp",
    "curl",
    "date",
    "dnf",
    "docker",
    "echo",
    "export",
    "groupadd",
    "hostnamectl",
    "ln",
    "mkdir",
    "mount",
    "mv",
    "npm",
    "pip",
    "pip3",
    "printf",
    "python",
    "python3",
    "rm",
    "rpm",
    "sed",
    "service",
    "sleep",
    "snap",
    "source",
    "sudo",
    "swapon",
    "sysctl",
    "systemctl",
    "tar",
    "touch",
    "unzip",
    "useradd",
    "usermod",
    "wget",
    "yum",
];

/// Whether it is nothing but commands for a shell: other systems have user data of their own kind (JSON, TOML, YAML).
fn is_surely_shell(script: &Script) -> bool {
    // By its name, or by the path of any program: `/opt/aws/bin/cfn-init`.
    let is_program = |command: &Command| {
        let by_path = command.words.first().and_then(Word::known).is_some_and(|w| is_program_path(&w));
        by_path || command.name().is_some_and(|n| PROGRAMS.binary_search(&&*n).is_ok())
    };
    let mut commands = script.commands.iter().skip_while(|command| sets_up_shell(command));
    script.errors.is_empty()
        && script.refused.is_none()
        && script.interpreter.is_shell()
        && commands.next().is_some_and(is_program)
}

/// `/usr/bin/env`, `/opt/aws/bin/cfn-init`: a path of several steps, the last but one of which holds programs.
fn is_program_path(word: &str) -> bool {
    let mut steps = word.rsplit('/');
    let named = steps.next().is_some_and(|name| !name.is_empty());
    word.starts_with('/') && named && matches!(steps.next(), Some("bin" | "sbin"))
}

/// Whether a command only says how the shell runs the rest: `set -euo pipefail`, `trap`, an assignment, `exec > >(tee log)`.
fn sets_up_shell(command: &Command) -> bool {
    let argument = |at: usize| command.words.get(at).and_then(Word::known);
    match command.name().as_deref() {
        Some("set") => argument(1).is_some_and(|option| option.starts_with(['-', '+'])),
        Some("exec") => command.words.len() == 1 && !command.redirects.is_empty(),
        Some("trap") => true,
        // What `exec` sends the output to.
        Some("tee" | "logger") => true,
        Some(_) => false,
        None => command.words.is_empty() && !command.assignments.is_empty(),
    }
}
