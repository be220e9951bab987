//! Mistakes in the scripts that machines start with.

use std::ops::Range;

use super::containers::TASKS;
use super::firewall::{Direction, GROUPS, rules_of};
use super::functions::FUNCTIONS;
use crate::document::{Document, Syntax};
use crate::edit::Edit;
use crate::injector::{Injector, Place, Sight};
use crate::mentions::identity;
use crate::project::{Resource, Slot};

/// This topic's.
pub(super) const ALL: &[Injector] = &[
    Injector {
        id: "shebang-forgotten",
        rules: &["user-data-missing-shebang"],
        mistake: "left out the first line of a script in user data, which names its shell",
        places: shebang_forgotten,
    },
    Injector {
        id: "user-data-swollen",
        rules: &["user-data-too-large"],
        mistake: "put a configuration file of 20 kB into user data",
        places: user_data_swollen,
    },
    Injector {
        id: "package-manager-of-another-system",
        rules: &["user-data-wrong-package-manager"],
        mistake: "installed with `apt-get` on Amazon Linux, or with `dnf` on Ubuntu",
        places: package_manager_of_another_system,
    },
    Injector {
        id: "admin-password-forgotten",
        rules: &["opensearch-initial-admin-password"],
        mistake: "left out the initial admin password of OpenSearch",
        places: admin_password_forgotten,
    },
    Injector {
        id: "published-port-not-admitted",
        rules: &["published-port-not-in-security-group"],
        mistake: "admitted the clients of a published port on a port that is one too high",
        places: published_port_not_admitted,
    },
];

/// What starts machines, and where its script stands.
const HOSTS: &[(&str, &str)] = &[
    ("aws_instance", "user_data"),
    ("aws_instance", "user_data_base64"),
    ("aws_launch_template", "user_data"),
    ("aws_launch_configuration", "user_data"),
    ("AWS::EC2::Instance", "UserData"),
    ("AWS::EC2::LaunchTemplate", "LaunchTemplateData.UserData"),
    ("AWS::AutoScaling::LaunchConfiguration", "UserData"),
];

/// A script with the machine that starts with it.
struct Script<'p> {
    host: Resource<'p>,
    slot: Slot<'p>,
    document: &'p Document,
    range: Range<usize>,
}

impl<'p> Script<'p> {
    fn text(&self) -> &'p str {
        self.document.slice(&self.range)
    }

    /// How a line ends in the file.
    fn line_end(&self) -> &'static str {
        if self.document.syntax == Syntax::Json { "\\n" } else { "\n" }
    }

    /// Where the first line with its indentation stands, when it names a shell.
    fn shebang(&self) -> Option<Range<usize>> {
        let at = self.text().find("#!/")?;
        let before = self.text().get(..at)?;
        let indent = before.len() - before.trim_end_matches([' ', '\t']).len();
        let end = self.text().get(at..)?.find(self.line_end())? + at + self.line_end().len();
        Some(self.range.start + at - indent..self.range.start + end)
    }

    fn place(&self, sight: &Sight<'p>, edits: impl IntoIterator<Item = Edit>) -> Place {
        let slot =
            Slot { document: self.document, holder: &self.document.root, member: None, node: self.slot.node };
        let mut place = sight.place(&self.host, slot, edits);
        if let Some(first) = place.edits.first() {
            place.line = self.document.line(first.span.start);
        }
        place
    }
}

/// The scripts of the project: written in place, or in a file that the place names.
fn scripts<'p>(sight: &Sight<'p>) -> Vec<Script<'p>> {
    let mut out: Vec<Script<'p>> = Vec::new();
    for (kind, path) in HOSTS {
        for host in sight.resources(&[kind]) {
            for slot in sight.written(&host, path) {
                let files = sight.project.documents.iter().filter(|d| {
                    let name = d.path.rsplit('/').next().unwrap_or_default();
                    d.syntax == Syntax::Script && slot.text().contains(&format!("/{name}\""))
                });
                out.extend(files.map(|document| Script {
                    host,
                    slot,
                    document,
                    range: 0..document.text.len(),
                }));
                if slot.text().contains("#!/") {
                    out.push(Script { host, slot, document: slot.document, range: slot.node.span.clone() });
                }
            }
        }
    }
    out
}

fn shebang_forgotten(sight: &Sight<'_>) -> Vec<Place> {
    let scripts = scripts(sight);
    scripts.iter().filter_map(|s| Some(s.place(sight, [Edit::new(s.shebang()?, "")]))).collect()
}

/// Where the script is not compressed.
fn user_data_swollen(sight: &Sight<'_>) -> Vec<Place> {
    let mut out = Vec::new();
    for script in scripts(sight).iter().filter(|s| !s.slot.text().contains("gzip")) {
        let Some(first) = script.shebang() else { continue };
        let line = script.document.slice(&first);
        let indent = line.get(..line.find('#').unwrap_or_default()).unwrap_or_default();
        let end = script.line_end();
        let setting = |n: u32| format!("setting.number.{n} = the value that it has everywhere");
        let mut lines = vec!["cat > /etc/app.conf <<'SETTINGS'".to_owned()];
        lines.extend((0..400).map(setting));
        lines.push("SETTINGS".to_owned());
        let text: Vec<String> =
            lines.into_iter().flat_map(|line| [indent.to_owned(), line, end.to_owned()]).collect();
        out.push(script.place(sight, [Edit::new(first.end..first.end, text.concat())]));
    }
    out
}

/// Where the image is told by its name, and only one of the managers is called.
fn package_manager_of_another_system(sight: &Sight<'_>) -> Vec<Place> {
    let mut out = Vec::new();
    for script in scripts(sight) {
        let Some(system) = system_of(sight, &script.host) else { continue };
        let (own, wrong): (&[&str], &str) = match system {
            System::Amazon => (&["dnf", "yum"], "apt-get"),
            System::Debian => (&["apt-get", "apt"], "dnf"),
        };
        let calls = own.iter().flat_map(|manager| {
            let forms = ["install", "-y install", "update", "-y update"];
            forms.map(|verb| (format!("{manager} {verb}"), format!("{wrong} {verb}")))
        });
        let others = ["apt-get ", "apt ", "dnf ", "yum "];
        let knows = others.iter().filter(|o| script.text().contains(**o)).count();
        let mut edits: Vec<Edit> = Vec::new();
        let mut installs = false;
        for (right, wrong) in calls {
            for (at, words) in script.text().match_indices(&right) {
                let start = script.range.start + at;
                installs |= right.ends_with("install");
                edits.push(Edit::new(start..start + words.len(), wrong.clone()));
            }
        }
        // A script that calls several asks which of them is there.
        if installs && knows == 1 && !script.text().contains("command -v") {
            out.push(script.place(sight, edits));
        }
    }
    out
}

#[derive(Clone, Copy)]
enum System {
    Amazon,
    Debian,
}

/// The system of the machine image, by the names in what it is looked up with.
fn system_of(sight: &Sight<'_>, host: &Resource<'_>) -> Option<System> {
    let paths = ["ami | ImageId", "image_id | LaunchTemplateData.ImageId"];
    let host = sight.resources(&[host.kind]).into_iter().find(|r| identity(r) == identity(host))?;
    let mut words = String::new();
    for slot in paths.iter().flat_map(|path| sight.written(&host, path)) {
        words.push_str(slot.text());
        for named in sight.mentions.in_slot(&slot) {
            if let Some(data) = sight.mentions.resource(&named) {
                words.push_str(data.document.slice(&data.whole.span));
            }
        }
        if let Some(name) = slot.node.literal_of("Ref")
            && let Some(parameters) = slot.document.root.get("Parameters")
            && let Some(parameter) = parameters.value.get(name)
        {
            words.push_str(slot.document.slice(&parameter.span));
        }
    }
    if words.contains("ubuntu") || words.contains("debian") {
        Some(System::Debian)
    } else if words.contains("al2023") || words.contains("amzn2") {
        Some(System::Amazon)
    } else {
        None
    }
}

/// Where it is set for the container of a machine, or of a task.
fn admin_password_forgotten(sight: &Sight<'_>) -> Vec<Place> {
    const NAME: &str = "OPENSEARCH_INITIAL_ADMIN_PASSWORD";
    let mut out = Vec::new();
    for script in scripts(sight) {
        for (at, _) in script.text().match_indices(NAME) {
            if let Some(range) = option_around(script.text(), at, script.line_end()) {
                let start = script.range.start;
                out.push(script.place(sight, [Edit::new(start + range.start..start + range.end, "")]));
            }
        }
    }
    for task in sight.resources(TASKS) {
        for path in [
            "container_definitions.environment | ContainerDefinitions.Environment",
            "container_definitions.secrets | ContainerDefinitions.Secrets",
        ] {
            for list in task.at(path) {
                let own = list.elements().into_iter().filter(|slot| {
                    let names = ["name", "Name"].iter().flat_map(|key| slot.step(key));
                    names.into_iter().any(|n| n.node.literal() == Some(NAME))
                });
                out.extend(own.filter_map(|slot| sight.without(&task, slot)));
            }
        }
    }
    out
}

/// The option of a command that sets a variable: from its dash to the end of the value.
fn option_around(text: &str, name: usize, line_end: &str) -> Option<Range<usize>> {
    let before = text.get(..name)?;
    let start = ["-e ", "--env ", "-e \"", "-e '"]
        .iter()
        .find_map(|o| before.ends_with(o).then(|| name - o.len()))?;
    let rest = text.get(name..)?;
    let lines = rest.find(line_end).unwrap_or(rest.len());
    let spaces = rest.find(' ').unwrap_or(rest.len());
    Some(start..name + spaces.min(lines))
}

/// Where one rule of the machine's groups admits the port alone, and a task or function is told of the machine and of the port.
fn published_port_not_admitted(sight: &Sight<'_>) -> Vec<Place> {
    let mut out = Vec::new();
    for script in scripts(sight) {
        let groups: Vec<Resource<'_>> =
            ["vpc_security_group_ids | SecurityGroupIds", "security_groups | SecurityGroups"]
                .iter()
                .flat_map(|path| sight.named(&script.host, path, GROUPS))
                .collect();
        let rules: Vec<_> = groups.iter().flat_map(|g| rules_of(sight, g, Direction::In)).collect();
        let kinds: Vec<&str> = TASKS.iter().chain(FUNCTIONS).copied().collect();
        let clients: Vec<Resource<'_>> = sight
            .resources(&kinds)
            .into_iter()
            .filter(|client| sight.mentions.by(client).contains(&identity(&script.host)))
            .collect();
        for port in published(script.text()) {
            let told = |client: &Resource<'_>| told_of_port(sight, client, &port);
            if !clients.iter().any(told) {
                continue;
            }
            let admits = rules.iter().filter(|rule| {
                rule.ports().is_none_or(|(from, to)| {
                    let number = |s: &Slot<'_>| s.node.literal().and_then(|l| l.parse::<u32>().ok());
                    let wanted: u32 = port.parse().unwrap_or_default();
                    number(&from).is_none_or(|from| from <= wanted)
                        && number(&to).is_none_or(|to| wanted <= to || to == 0)
                })
            });
            if let [rule] = admits.collect::<Vec<_>>()[..]
                && let Some(mut place) = rule.mistyped(sight)
            {
                for group in &groups {
                    place = place.concerning(group);
                }
                for client in &clients {
                    place = place.concerning(client);
                }
                out.push(place.concerning(&script.host));
            }
        }
    }
    out
}

/// The ports of the machine that its containers publish.
fn published(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    for (at, words) in text.match_indices("-p ") {
        let rest = text.get(at + words.len()..).unwrap_or_default();
        let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
        if !port.is_empty()
            && rest.get(port.len()..).is_some_and(|r| r.starts_with(':'))
            && !out.contains(&port)
        {
            out.push(port);
        }
    }
    out
}

/// Whether the port stands in the files that give the client its settings.
fn told_of_port(sight: &Sight<'_>, client: &Resource<'_>, port: &str) -> bool {
    let paths = [
        "container_definitions.environment | ContainerDefinitions.Environment",
        "environment.variables | Environment.Variables",
    ];
    paths.iter().flat_map(|path| client.at(path)).any(|slot| {
        let texts = sight.project.written(slot);
        texts.iter().any(|s| s.text().contains(port)) || mentions_var(sight, client, slot.text(), port)
    })
}

/// Whether a variable that a text names is set to something with the port.
fn mentions_var(sight: &Sight<'_>, client: &Resource<'_>, text: &str, port: &str) -> bool {
    text.split("var.").skip(1).any(|rest| {
        let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        sight.project.arguments(client.document.directory(), &name).iter().any(|s| s.text().contains(port))
    })
}
