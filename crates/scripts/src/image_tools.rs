//! Whether an image holds a program, as far as its documentation or its Dockerfile says.

use iaclint_source::Span;

use crate::dockerfile::Dockerfile;
use crate::script::Script;
use crate::{Invocation, files_written};

/// Whether a program is in an image.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Presence {
    /// It is; where it is installed, if the Dockerfile does it.
    Yes(Option<Span>),
    /// It is not: the reason for a message.
    No(&'static str),
    /// It cannot be told.
    Unknown,
}

/// Packages that bring a program, over the names of Debian, Alpine and the RPM families.
fn packages_with(tool: &str) -> &'static [&'static str] {
    match tool {
        "curl" => &["curl", "curl-minimal"],
        "wget" => &["wget", "wget2"],
        "nc" | "netcat" | "ncat" => &[
            "netcat",
            "netcat-openbsd",
            "netcat-traditional",
            "nmap-ncat",
            "ncat",
            "nc",
            "busybox",
            "busybox-extras",
        ],
        "pg_isready" | "psql" => &[
            "postgresql-client",
            "postgresql",
            "postgresql-client-common",
            "postgresql15",
            "postgresql16",
            "postgresql17",
        ],
        "mysqladmin" | "mysql" => {
            &["default-mysql-client", "mysql-client", "mariadb-client", "mariadb", "mysql"]
        }
        "redis-cli" => &["redis-tools", "redis", "valkey"],
        "bash" => &["bash"],
        "jq" => &["jq"],
        _ => &[],
    }
}

/// Whether the image that a Dockerfile builds holds `tool`. A `RUN` that runs something from elsewhere may bring anything.
pub fn tool_in_dockerfile(dockerfile: &Dockerfile, tool: &str) -> Presence {
    let names = packages_with(tool);
    if dockerfile.refused.is_some() || dockerfile.stages.is_empty() {
        return Presence::Unknown;
    }
    let mut unclear = !dockerfile.unknown.is_empty();
    for stage in dockerfile.final_stages() {
        for copy in &stage.copies {
            let destination = copy.destination.known().unwrap_or_default();
            let is_tool = |w: &str| w.rsplit('/').next() == Some(tool);
            if is_tool(&destination) || copy.sources.iter().any(|s| s.known().is_some_and(|k| is_tool(&k))) {
                return Presence::Yes(copy.span);
            }
            let programs = destination.trim_end_matches('/');
            unclear |= copy.destination.known().is_none()
                || programs.is_empty()
                || programs.ends_with("/bin")
                || programs.ends_with("/sbin")
                || programs == "/usr";
        }
        for run in &stage.runs {
            for install in crate::package_installs(&run.script) {
                let matches = install.installs(names)
                    || install.packages.iter().any(|p| {
                        names
                            .iter()
                            .any(|n| n.starts_with("postgresql") && p.prefix().starts_with(&format!("{n}-")))
                    });
                if matches {
                    return Presence::Yes(run.span);
                }
                unclear |= install.packages.iter().any(|p| p.known().is_none());
            }
            unclear |= run.script.has_unknown_parts() || fetches_programs(&run.script);
        }
    }
    if unclear {
        return match dockerfile.base_image().and_then(|b| b.known().map(|k| tool_in_image(&k, tool))) {
            Some(Presence::Yes(_)) => Presence::Yes(None),
            _ => Presence::Unknown,
        };
    }
    let Some(base) = dockerfile.base_image() else { return Presence::Unknown };
    match base.known() {
        Some(base) => tool_in_image(&base, tool),
        // The tag may hold a version from outside, and the variant still stand behind it.
        None => match variant_of(&base.text.suffix()) {
            Some(variant) => lacks(variant, tool),
            None => Presence::Unknown,
        },
    }
}

/// Whether a script runs other scripts or writes into the directories of programs.
fn fetches_programs(script: &Script) -> bool {
    let bin = |path: &str| path.contains("/bin/") || path.ends_with("/bin");
    files_written(script).iter().any(|f| f.path.known().is_none_or(|p| bin(&p)))
        || script.commands.iter().any(|c| {
            let invocation = Invocation::of(&c.words);
            let Some(name) = invocation.name() else { return !c.words.is_empty() };
            let first = c.words.first().and_then(super::word::Word::known).unwrap_or_default();
            let own = file_type(&name) == Some("sh")
                || first.starts_with("./")
                || first.starts_with('/') && !bin(&first);
            let places = matches!(
                name.as_str(),
                "cp" | "mv"
                    | "install"
                    | "ln"
                    | "curl"
                    | "wget"
                    | "tar"
                    | "unzip"
                    | "rpm"
                    | "dpkg"
                    | "nix-env"
                    | "make"
            ) && invocation.arguments().iter().any(|w| {
                w.known().is_none_or(|k| bin(&k) || k == "/" || k.starts_with("/usr") || k == "install")
            });
            let piped = invocation.reads_script_from_input()
                || matches!(name.as_str(), "sh" | "bash") && invocation.inline_script().is_none();
            own || places
                || piped
                || matches!(
                    name.as_str(),
                    "rpm" | "dpkg" | "nix-env" | "brew" | "conda" | "mamba" | "microdnf"
                )
        })
}

/// What follows the last dot of a file's name.
fn file_type(name: &str) -> Option<&str> {
    name.rsplit_once('.').map(|(_, end)| end)
}

/// A kind of base image.
#[derive(Clone, Copy, PartialEq)]
enum Variant {
    Alpine,
    Slim,
}

fn variant_of(tag: &str) -> Option<Variant> {
    if tag.split(['-', ':', '/', '@']).any(|p| p.starts_with("alpine")) {
        return Some(Variant::Alpine);
    }
    tag.split(['-', ':', '@']).any(|p| p == "slim").then_some(Variant::Slim)
}

fn lacks(variant: Variant, tool: &str) -> Presence {
    match (variant, tool) {
        // BusyBox is what Alpine is built around (https://alpinelinux.org/about/); its applets wget and nc are in the default build.
        (Variant::Alpine, "wget" | "nc") => Presence::Yes(None),
        (Variant::Alpine, "curl") => Presence::No("alpine images hold no curl"),
        (Variant::Alpine, "pg_isready" | "psql" | "mysqladmin" | "mysql" | "bash") => {
            Presence::No("alpine images hold only BusyBox's programs")
        }
        // "does not contain the common Debian packages contained in the default tag and only contains the minimal Debian packages
        // needed to run" the language: https://hub.docker.com/_/python, the same at https://hub.docker.com/_/node and _/ruby.
        (Variant::Slim, "curl" | "wget" | "nc" | "pg_isready" | "psql" | "mysqladmin" | "mysql") => {
            Presence::No("slim images hold only what the language needs to run")
        }
        _ => Presence::Unknown,
    }
}

/// Whether an image from a registry holds `tool`, by its name and tag.
pub fn tool_in_image(image: &str, tool: &str) -> Presence {
    let image = image.trim().to_ascii_lowercase();
    if image == "scratch" {
        return Presence::No("the scratch image is empty");
    }
    // "do not contain package managers, shells or any other programs": https://github.com/GoogleContainerTools/distroless; the debug
    // tags add BusyBox.
    if image.contains("distroless") && image.starts_with("gcr.io/distroless/") {
        return if image.contains("debug") {
            Presence::Unknown
        } else {
            Presence::No("distroless images hold no programs but the application's")
        };
    }
    let name = [
        "docker.io/library/",
        "public.ecr.aws/docker/library/",
        "index.docker.io/library/",
        "docker.io/",
        "library/",
    ]
    .iter()
    .find_map(|p| image.strip_prefix(p))
    .unwrap_or(&image);
    let name = name.split('@').next().unwrap_or_default();
    let (repository, tag) = name.split_once(':').unwrap_or((name, "latest"));
    // Images of other people say nothing by their tags.
    if repository.contains('/') {
        return Presence::Unknown;
    }
    let own = match repository {
        "postgres" => &["pg_isready", "psql"][..],
        "mysql" => &["mysqladmin", "mysql"],
        "redis" | "valkey" => &["redis-cli"],
        _ => &[],
    };
    if own.contains(&tool) {
        return Presence::Yes(None);
    }
    if repository == "alpine" {
        return lacks(Variant::Alpine, tool);
    }
    let language =
        matches!(repository, "python" | "node" | "ruby" | "golang" | "php" | "perl" | "debian" | "rust");
    match variant_of(tag) {
        // PHP's images keep curl for building extensions, also the Alpine ones.
        Some(_) if repository == "php" => Presence::Unknown,
        Some(variant) if language => lacks(variant, tool),
        Some(_) => Presence::Unknown,
        // Built on buildpack-deps, whose curl variant "includes just the curl, wget, and ca-certificates packages":
        // https://hub.docker.com/_/buildpack-deps
        None if matches!(
            repository,
            "python" | "node" | "ruby" | "golang" | "perl" | "rust" | "buildpack-deps"
        ) && matches!(tool, "curl" | "wget") =>
        {
            if tag.contains("windows") || tag.contains("nanoserver") {
                Presence::Unknown
            } else {
                Presence::Yes(None)
            }
        }
        None => Presence::Unknown,
    }
}
