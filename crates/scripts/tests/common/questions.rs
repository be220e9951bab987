//! Everything that can be asked of a text.

use iaclint_scripts::{
    Dockerfile, Script, UserData, agent_settings, clear_secrets, container_runs, errexit, exports,
    files_written, health_check, kernel_settings, log_redirection, package_installs, pipefail, probes,
    script_of_command, service_actions, stack_helpers, start_work, tool_in_dockerfile, tools, traps,
    wait_loops,
};
use iaclint_value::{Data, OriginId, Text, Value};

/// Reads a text as a script, as user data, as a command and as a Dockerfile, and asks each for all that it can tell.
///
/// # Panics
/// When a scope of a script is not a part of it.
pub fn ask_everything(text: &Text) {
    let data = UserData::read(text);
    let mut scripts: Vec<Script> = data.scripts().into_iter().cloned().collect();
    scripts.push(Script::read(text));
    let value = Value::new(Data::Text(text.clone()), OriginId::NONE);
    let words = ["sh", "-c"].map(Value::text).into_iter().chain([value.clone()]).collect();
    scripts.push(script_of_command(&Value::list(words, OriginId::NONE)));
    let _ = health_check(&value);
    for script in &scripts {
        let _ = (
            wait_loops(script),
            start_work(script),
            container_runs(script),
            package_installs(script),
            service_actions(script),
        );
        let _ = (
            kernel_settings(script),
            agent_settings(script),
            files_written(script),
            clear_secrets(script),
            exports(script),
        );
        let _ =
            (probes(script), tools(script), stack_helpers(script), traps(script), log_redirection(script));
        let _ = (errexit(script), pipefail(script), script.has_unknown_parts());
        for scope in &script.scopes {
            assert!(
                scope.commands.end <= script.commands.len() && scope.condition.end <= script.commands.len()
            );
        }
    }
    let file = Dockerfile::read(text);
    let _ = (tool_in_dockerfile(&file, "curl"), file.starts(), file.installs());
}
