//! What happens before a server serves: migrations, waiting, assets.

use std::collections::BTreeMap;

use iaclint_source::Span;
use iaclint_value::Value;

use crate::container_command::script_of_command;
use crate::invocation::{Invocation, limit_of};
use crate::script::{Command, Limit, ScopeKind, Script};
use crate::wait::{Bound, wait_loops};
use crate::{display_words, is_server};

/// One piece of work that comes before the server.
#[derive(Clone, Debug, PartialEq)]
pub struct StartWork {
    /// What it is.
    pub what: WorkKind,
    /// Its words, secrets masked.
    pub words: String,
    /// Where it stands.
    pub span: Option<Span>,
    /// Whether it runs only upon a condition.
    pub conditional: bool,
    /// The words of the last command that runs after it and is not itself such work: the server. `None`: nothing follows, the command is
    /// a task of its own.
    pub before: Option<String>,
    /// The seconds that it takes at most, where the script says so: a wait that gives up, a `sleep`.
    pub seconds: Option<u64>,
    /// For a wait, when it gives up.
    pub bound: Option<Bound>,
}

/// What is done before the server starts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord)]
pub enum WorkKind {
    /// The schema of a database is changed.
    Migration,
    /// Data is loaded into a database.
    Seed,
    /// Static files are collected, translations compiled.
    Assets,
    /// The application is built.
    Build,
    /// Packages are installed.
    Install,
    /// Something is waited for.
    Wait,
}

impl WorkKind {
    /// A short name for a message.
    pub fn name(self) -> &'static str {
        match self {
            Self::Migration => "database migration",
            Self::Seed => "loading of data",
            Self::Assets => "collecting of assets",
            Self::Build => "build of the application",
            Self::Install => "installation of packages",
            Self::Wait => "wait",
        }
    }
}

/// What a container's command does before it serves: `command` is a list of words, or a text for a shell.
pub fn start_work_of_command(command: &Value) -> Vec<StartWork> {
    start_work(&script_of_command(command))
}

/// What a script does before it serves, in the order of running as far as that follows the order of writing. Functions count where
/// they are first called, background commands not at all.
pub fn start_work(script: &Script) -> Vec<StartWork> {
    let calls = first_calls(script);
    let mut found: Vec<(usize, usize, StartWork)> = Vec::new();
    let mut inside_wait = vec![false; script.commands.len()];
    for wait in wait_loops(script) {
        let loop_scope = script.scopes.iter().find(|s| {
            matches!(s.kind, ScopeKind::Loop(_)) && s.span == wait.span && s.commands.start == wait.at
        });
        let range = loop_scope.map_or(wait.at..wait.at + 1, |s| s.commands.clone());
        for flag in inside_wait.get_mut(range).into_iter().flatten() {
            *flag = true;
        }
        let Some(command) = script.commands.get(wait.at) else { continue };
        let Some(at) = runs_at(script, command, wait.at, &calls) else { continue };
        let outside = script
            .scopes
            .iter()
            .position(|s| Some(s.span) == loop_scope.map(|l| l.span) && matches!(s.kind, ScopeKind::Loop(_)));
        let conditional = outside.map_or_else(
            || script.is_conditional(command),
            |i| {
                script
                    .scopes_from(script.scopes.get(i).and_then(|s| s.parent))
                    .any(|(_, s)| is_branch(&s.kind))
            },
        );
        let work = StartWork {
            what: WorkKind::Wait,
            words: wait.waits_for.clone(),
            span: wait.condition_span.or(wait.span),
            conditional,
            before: None,
            seconds: wait.longest(),
            bound: Some(wait.bound),
        };
        found.push((at, wait.at, work));
    }
    let mut others: Vec<(usize, usize, String)> = Vec::new();
    for (index, command) in script.commands.iter().enumerate() {
        if inside_wait.get(index).copied().unwrap_or_default() {
            continue;
        }
        let Some(at) = runs_at(script, command, index, &calls) else { continue };
        let invocation = Invocation::of(&command.words);
        match work_of(&invocation) {
            Some((what, seconds)) => {
                let work = StartWork {
                    what,
                    words: display_words(invocation.words),
                    span: command.span,
                    conditional: script.is_conditional(command) && !joined_only(script, command),
                    before: None,
                    seconds,
                    bound: None,
                };
                found.push((at, index, work));
            }
            None if is_server(script, command, &invocation) => {
                others.push((at, index, display_words(invocation.words)));
            }
            None => {}
        }
    }
    found.sort_by_key(|(at, index, _)| (*at, *index));
    let mut out: Vec<StartWork> = Vec::new();
    for (at, index, mut work) in found {
        work.before =
            others.iter().rfind(|(a, i, _)| (*a, *i) > (at, index)).map(|(_, _, words)| words.clone());
        out.push(work);
    }
    out
}

fn is_branch(kind: &ScopeKind) -> bool {
    matches!(
        kind,
        ScopeKind::Then
            | ScopeKind::Else
            | ScopeKind::Case
            | ScopeKind::AndThen
            | ScopeKind::OrElse
            | ScopeKind::LoopBody
            | ScopeKind::Trap
    )
}

/// In `a && b && c` each runs in the ordinary case: the chain is no choice unless a test stands in it.
fn joined_only(script: &Script, command: &Command) -> bool {
    script.scopes_of(command).filter(|(_, s)| is_branch(&s.kind)).all(|(_, s)| {
        let tests = script.commands.get(s.condition.clone()).unwrap_or_default();
        s.kind == ScopeKind::AndThen
            && !tests
                .iter()
                .any(|c| c.name().is_some_and(|n| matches!(n.as_str(), "[" | "[[" | "((" | "test")))
    })
}

/// Where each function is first called outside itself.
fn first_calls(script: &Script) -> BTreeMap<String, usize> {
    let mut out = BTreeMap::new();
    for (index, command) in script.commands.iter().enumerate() {
        let Some(name) = command.name() else { continue };
        if let Some((_, body)) = script.functions.iter().find(|(n, _)| *n == name)
            && !body.contains(&index)
        {
            out.entry(name).or_insert(index);
        }
    }
    out
}

/// The index at whose turn the command runs in the foreground, if it does.
fn runs_at(
    script: &Script,
    command: &Command,
    index: usize,
    calls: &BTreeMap<String, usize>,
) -> Option<usize> {
    if script.is_background(command) || script.scopes_of(command).any(|(_, s)| s.kind == ScopeKind::Trap) {
        return None;
    }
    let mut at = index;
    let mut function = script.function_of(command);
    // Functions that call one another in a ring are left after a few steps.
    for _ in 0..16 {
        let Some(name) = function else { return Some(at) };
        at = *calls.get(name.as_str())?;
        function = script.function_of(script.commands.get(at)?);
    }
    None
}

fn work_of(invocation: &Invocation<'_>) -> Option<(WorkKind, Option<u64>)> {
    if invocation.inline_script().is_some() {
        return None;
    }
    let words = invocation.plain();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    if words.first() == Some(&"sleep") {
        return match invocation.words.get(1).map(limit_of) {
            Some(Limit::Seconds(seconds)) => Some((WorkKind::Wait, Some(seconds))),
            _ => None,
        };
    }
    kind_of(&words).map(|kind| (kind, None))
}

/// What the words do, behind the programs that only start others: `bundle exec`, `poetry run`, `python -m`, `npx`.
fn kind_of(words: &[&str]) -> Option<WorkKind> {
    let mut words = words;
    loop {
        let rest = |n: usize| words.get(n..).filter(|r| !r.is_empty());
        let taken = match words {
            ["bundle", "exec", ..]
            | ["poetry" | "uv" | "pipenv" | "pdm" | "hatch" | "rye", "run", ..]
            | ["pnpm" | "npm" | "yarn", "exec" | "dlx", ..] => 2,
            ["npx" | "bunx" | "php" | "node" | "ruby" | "tsx" | "ts-node" | "deno" | "perl", ..] => 1,
            [python, "-m", ..] if python.starts_with("python") => 2,
            [python, ..] if python.starts_with("python") => 1,
            ["docker-compose", ..] => compose_command(words, 1)?,
            ["docker" | "podman", "compose", ..] => compose_command(words, 2)?,
            [shell, script, ..]
                if matches!(*shell, "sh" | "bash" | "ash" | "dash") && !script.starts_with('-') =>
            {
                1
            }
            _ => break,
        };
        words = rest(taken)?;
        let options = words.iter().take_while(|w| w.starts_with('-')).count();
        words = words.get(options..).filter(|r| !r.is_empty())?;
    }
    named(words)
}

/// In `docker compose run --rm app migrate` the words before the command.
fn compose_command(words: &[&str], from: usize) -> Option<usize> {
    let at = words.iter().skip(from).position(|w| matches!(*w, "run" | "exec"))? + from + 1;
    let options = words.iter().skip(at).take_while(|w| w.starts_with('-')).count();
    Some(at + options + 1)
}

fn named(words: &[&str]) -> Option<WorkKind> {
    let (first, arguments) = words.split_first()?;
    let program = first.rsplit('/').next().unwrap_or_default();
    let has = |word: &str| arguments.contains(&word);
    let verb = |verbs: &[&str]| arguments.iter().any(|a| verbs.contains(a));
    let task = arguments.iter().find(|a| !a.starts_with('-')).copied().unwrap_or_default();
    match program {
        "alembic" => has("upgrade").then_some(WorkKind::Migration),
        "manage.py" | "django-admin" | "django-admin.py" => match task {
            "migrate" => Some(WorkKind::Migration),
            "loaddata" | "seed" | "createsuperuser" => Some(WorkKind::Seed),
            "collectstatic" | "compilemessages" | "compress" | "compilescss" => Some(WorkKind::Assets),
            _ => None,
        },
        "flask" | "superset" | "airflow" | "quart" => {
            (has("db") && verb(&["upgrade", "migrate", "init"])).then_some(WorkKind::Migration)
        }
        "aerich" => has("upgrade").then_some(WorkKind::Migration),
        "rails" | "rake" => arguments.iter().find_map(|a| match *a {
            "db:migrate" | "db:prepare" | "db:setup" | "db:schema:load" | "db:create" => {
                Some(WorkKind::Migration)
            }
            "db:seed" => Some(WorkKind::Seed),
            "assets:precompile" => Some(WorkKind::Assets),
            _ => None,
        }),
        "flyway" => has("migrate").then_some(WorkKind::Migration),
        "liquibase" => verb(&["update", "update-count", "update-to-tag", "updateTestingRollback"])
            .then_some(WorkKind::Migration),
        "prisma" => match (task, has("seed")) {
            ("migrate", _) if verb(&["deploy", "dev", "reset"]) => Some(WorkKind::Migration),
            ("db", true) => Some(WorkKind::Seed),
            ("db", false) if has("push") => Some(WorkKind::Migration),
            ("generate", _) => Some(WorkKind::Build),
            _ => None,
        },
        "knex"
        | "sequelize"
        | "sequelize-cli"
        | "typeorm"
        | "typeorm-ts-node-commonjs"
        | "typeorm-ts-node-esm"
        | "mikro-orm"
        | "node-pg-migrate"
        | "db-migrate"
        | "drizzle-kit"
        | "migrate-mongo"
        | "umzug" => arguments.iter().find_map(|a| {
            let a = *a;
            if matches!(a, "seed:run" | "db:seed:all" | "db:seed") {
                return Some(WorkKind::Seed);
            }
            let up = matches!(
                a,
                "up" | "push"
                    | "migrate"
                    | "migrate:latest"
                    | "migrate:up"
                    | "db:migrate"
                    | "migration:run"
                    | "migration:up"
            );
            up.then_some(WorkKind::Migration)
        }),
        "artisan" => match task {
            "migrate" | "migrate:fresh" | "migrate:refresh" => Some(WorkKind::Migration),
            "db:seed" => Some(WorkKind::Seed),
            "optimize" | "config:cache" | "route:cache" | "view:cache" => Some(WorkKind::Assets),
            _ => None,
        },
        "console" => match task {
            "doctrine:migrations:migrate" | "doctrine:schema:update" | "d:m:m" => Some(WorkKind::Migration),
            "doctrine:fixtures:load" => Some(WorkKind::Seed),
            "assets:install" | "asset-map:compile" | "cache:warmup" => Some(WorkKind::Assets),
            _ => None,
        },
        "dbmate" => verb(&["up", "migrate"]).then_some(WorkKind::Migration),
        "goose" | "migrate" | "golang-migrate" | "sql-migrate" | "tern" => {
            verb(&["up", "up-to", "up-by-one", "goto", "migrate"]).then_some(WorkKind::Migration)
        }
        "sqlx" | "diesel" | "sea-orm-cli" => {
            (verb(&["migrate", "migration"]) && verb(&["run", "up"])).then_some(WorkKind::Migration)
        }
        "atlas" => {
            (has("migrate") && has("apply") || has("schema") && has("apply")).then_some(WorkKind::Migration)
        }
        "dotnet" => (has("ef") && has("database") && has("update")).then_some(WorkKind::Migration),
        "mix" => arguments.iter().find_map(|a| match *a {
            "ecto.migrate" | "ecto.setup" => Some(WorkKind::Migration),
            "phx.digest" | "assets.deploy" => Some(WorkKind::Assets),
            _ => None,
        }),
        "npm" | "yarn" | "pnpm" | "bun" => script_of_package(task, arguments),
        "pip" | "pip3" => has("install").then_some(WorkKind::Install),
        "bundle" | "composer" | "poetry" | "uv" | "pipenv" => {
            verb(&["install", "sync"]).then_some(WorkKind::Install)
        }
        "apt-get" | "apt" | "apk" | "yum" | "dnf" | "microdnf" => {
            verb(&["install", "update", "add", "upgrade"]).then_some(WorkKind::Install)
        }
        "next" | "nuxt" | "vite" | "webpack" | "ng" => (task == "build").then_some(WorkKind::Build),
        "gradle" | "gradlew" => arguments.iter().find_map(|a| match *a {
            "flywayMigrate" | "update" => Some(WorkKind::Migration),
            "build" | "assemble" => Some(WorkKind::Build),
            _ => None,
        }),
        "mvn" | "mvnw" => arguments.iter().find_map(|a| match *a {
            "flyway:migrate" | "liquibase:update" => Some(WorkKind::Migration),
            "package" | "install" => Some(WorkKind::Build),
            _ => None,
        }),
        _ if arguments.iter().any(|a| a.contains("Release.migrate")) => Some(WorkKind::Migration),
        _ => by_file_name(program),
    }
}

/// `npm run migrate`, `yarn build`.
fn script_of_package(task: &str, arguments: &[&str]) -> Option<WorkKind> {
    let name = if matches!(task, "run" | "run-script") {
        arguments.iter().skip_while(|a| **a != task).skip(1).find(|a| !a.starts_with('-')).copied()?
    } else {
        task
    };
    match name {
        "ci" | "install" | "i" => (name == task).then_some(WorkKind::Install),
        "build" | "compile" => Some(WorkKind::Build),
        _ if name.contains("migrat") && !name.contains("create") && !name.contains("generate") => {
            Some(WorkKind::Migration)
        }
        _ if name.split([':', '-']).any(|p| p == "seed") => Some(WorkKind::Seed),
        _ => None,
    }
}

/// A program or script that is called after what it does: `migrate.sh`, `run-migrations`, `seed.py`.
fn by_file_name(program: &str) -> Option<WorkKind> {
    let stem = program.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let parts: Vec<&str> = stem.split(['-', '_', ':']).collect();
    if parts.iter().any(|p| matches!(*p, "migrate" | "migration" | "migrations"))
        && !parts.iter().any(|p| matches!(*p, "create" | "new" | "make"))
    {
        return Some(WorkKind::Migration);
    }
    parts.contains(&"seed").then_some(WorkKind::Seed)
}
