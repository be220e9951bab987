//! Reads shell scripts, container commands, Dockerfiles and cloud-init data over a text with places and holes.
//!
//! Architecture invariant: this crate knows no resource of any cloud. It says what a script does and where that stands; whether it is
//! right is judged elsewhere. What the template or the shell puts in at run time stays a hole, and what could not be read is reported, so
//! that nobody takes silence for knowledge.

mod cloud_init;
mod compose;
mod container_command;
mod container_run;
mod counter;
mod dockerfile;
mod heap;
mod image_tools;
mod invocation;
mod lower;
mod probe;
mod read;
mod script;
mod secrets;
mod server;
mod settings;
mod setup;
mod start_work;
mod wait;
mod word;
mod yaml;

pub use cloud_init::{CloudConfig, ConfigFile, PartKind, UserData, UserDataPart};
pub(crate) use container_command::script_of_words;
pub use container_command::{HealthCheck, health_check, script_of_command};
pub use container_run::{ContainerRun, ContainerVariable, PublishedPort, RestartPolicy, container_runs};
pub use dockerfile::{Copied, Dockerfile, ImageVariable, Run, Stage, Start, looks_like_dockerfile};
pub use heap::{heap_flag, is_heap_flag};
pub use image_tools::{Presence, tool_in_dockerfile, tool_in_image};
pub use invocation::Invocation;
pub use probe::{Probe, probes, tools};
pub(crate) use script::display_words;
pub use script::{
    Assignment, Command, Interpreter, Limit, LoopHead, MAX_DEPTH, MAX_SCRIPT_BYTES, Redirect, RedirectKind,
    Refusal, Scope, ScopeKind, Script, Shebang,
};
pub use secrets::{ClearSecret, clear_secrets};
pub(crate) use server::is_server;
pub use settings::{Switch, Trap, errexit, log_redirection, nounset, pipefail, stops_on_error, traps};
pub use setup::{
    FileWritten, PackageInstall, ServiceAction, Setting, agent_settings, exports, files_written,
    kernel_settings, package_installs, service_actions, settings_in_files, stack_helpers,
};
pub use start_work::{StartWork, WorkKind, start_work, start_work_of_command};
pub use wait::{Bound, WaitKind, WaitLoop, wait_loops};
pub use word::{Expansion, ExpansionKind, Word};
