//! Whether a command may be the server that a start script ends in.

use crate::invocation::Invocation;
use crate::script::{Command, Script};

/// Whether what the command runs stays: not a builtin, not one of the small tools that prepare things. A `sh -c` whose script was read
/// is none, since the script's own commands speak for it.
pub(crate) fn is_server(script: &Script, command: &Command, invocation: &Invocation<'_>) -> bool {
    use crate::script::ScopeKind;
    if command.words.is_empty()
        || script.scopes_of(command).any(|(_, s)| {
            matches!(s.kind, ScopeKind::Substitution | ScopeKind::Condition | ScopeKind::LoopCondition)
        })
    {
        return false;
    }
    if invocation.exec {
        return invocation.inline_script().is_none();
    }
    let Some(name) = invocation.name() else { return true };
    if invocation.inline_script().is_some()
        || invocation.reads_script_from_input()
        || script.functions.iter().any(|(n, _)| *n == name)
    {
        return false;
    }
    !matches!(
        name.as_str(),
        "[" | "[["
            | "(("
            | "test"
            | "set"
            | "export"
            | "echo"
            | "printf"
            | "cd"
            | "exit"
            | "return"
            | "break"
            | "continue"
            | "trap"
            | "local"
            | "declare"
            | "readonly"
            | "typeset"
            | "unset"
            | "shift"
            | "source"
            | "."
            | "eval"
            | "true"
            | "false"
            | ":"
            | "umask"
            | "ulimit"
            | "mkdir"
            | "chown"
            | "chmod"
            | "cp"
            | "mv"
            | "rm"
            | "ln"
            | "touch"
            | "cat"
            | "tee"
            | "sed"
            | "awk"
            | "grep"
            | "cut"
            | "tr"
            | "head"
            | "sort"
            | "date"
            | "env"
            | "ls"
            | "tar"
            | "unzip"
            | "curl"
            | "wget"
            | "sleep"
            | "kill"
            | "wait"
            | "read"
            | "let"
            | "id"
            | "whoami"
            | "hostname"
            | "pg_isready"
            | "nc"
            | "psql"
            | "mysql"
            | "mysqladmin"
            | "redis-cli"
            | "aws"
            | "jq"
            | "openssl"
            | "envsubst"
            | "exec"
            | "getent"
    )
}
