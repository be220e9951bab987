//! What the model and the judges say of a project, in lines that name no address and no place of either language.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use iaclint_analysis::Analysis;
use iaclint_analysis::reach::Verdict;
use iaclint_lint::{Selection, Severity};
use iaclint_model::alarm::Alarm;
use iaclint_model::ec2::{Instance, Permission, Ports, Protocol};
use iaclint_model::ecs::{Container, Service, TaskDefinition};
use iaclint_model::elasticache::{CacheCluster, OpenSearchDomain, ReplicationGroup};
use iaclint_model::lb::{Listener, LoadBalancer, TargetGroup};
use iaclint_model::rds::{DbCluster, DbInstance};
use iaclint_model::server::{Server, ServerKind, server};
use iaclint_model::workload::{SettingKind, Workload};
use iaclint_model::{Link, Many, Model, Prop, ResourceId};
use iaclint_parser::{Options, parse};
use iaclint_source::Disk;

/// The lines, sorted.
pub fn picture(directory: &Path) -> Result<Vec<String>, String> {
    let options = Options {
        paths: vec![directory.to_path_buf()],
        project_root: Some(directory.to_path_buf()),
        ..Options::default()
    };
    let parsed = parse(Arc::new(Disk), &options).map_err(|e| e.to_string())?;
    let model = Model::new(&parsed.graph, parsed.project.sources());
    let analysis = Analysis::new(&model);
    let mut painter =
        Painter { model: &model, analysis: &analysis, lines: Vec::new(), roles: BTreeMap::new() };
    painter.roles();
    painter.tasks();
    painter.servers();
    painter.data();
    painter.entrances();
    painter.groups();
    painter.needs();
    for finding in iaclint_lint::run(&analysis, iaclint_rules::RULES, &Selection::default()) {
        if finding.severity > Severity::Advice {
            painter.lines.push(format!("finding {} [{}]", finding.rule, finding.severity.name()));
        }
    }
    painter.lines.sort();
    Ok(painter.lines)
}

struct Painter<'m> {
    model: &'m Model<'m>,
    analysis: &'m Analysis<'m>,
    lines: Vec<String>,
    /// What wears each security group.
    roles: BTreeMap<ResourceId, BTreeSet<String>>,
}

fn shown<T: ToString>(prop: &Prop<T>) -> String {
    match prop {
        Prop::Known { value, .. } => value.to_string(),
        Prop::OneOf { values, .. } => values.iter().map(T::to_string).collect::<Vec<_>>().join("|"),
        Prop::Absent { .. } => "-".to_owned(),
        Prop::Unknown { .. } => "?".to_owned(),
    }
}

fn joined(mut names: Vec<String>, complete: bool) -> String {
    names.sort();
    if !complete {
        names.push("...".to_owned());
    }
    names.join(" ")
}

/// The names of a task's containers: what a task is called here.
fn task_name(task: &TaskDefinition<'_>) -> String {
    let containers = task.containers();
    joined(containers.items.iter().map(|c| shown(&c.name())).collect(), containers.complete).replace(' ', "+")
}

fn server_name(server: &Server) -> String {
    let kind = match server.kind {
        ServerKind::Database => "database",
        ServerKind::Cache => "cache",
        ServerKind::Search => "search",
        ServerKind::Broker => "broker",
        ServerKind::Machine => return "machine".to_owned(),
        ServerKind::Listener => "listener",
    };
    format!("{kind}:{}", shown(&server.port))
}

impl<'m> Painter<'m> {
    fn say(&mut self, line: String) {
        self.lines.push(line);
    }

    fn workload_name(workload: &Workload<'_>) -> String {
        workload.task.as_ref().map_or_else(|| "function".to_owned(), task_name)
    }

    /// Every server of the model, each once.
    fn all_servers(&self) -> Vec<Server> {
        let model = self.model;
        let mut ids: Vec<ResourceId> = Vec::new();
        ids.extend(model.all::<DbInstance<'_>>().iter().map(DbInstance::id));
        ids.extend(model.all::<DbCluster<'_>>().iter().map(DbCluster::id));
        ids.extend(model.all::<ReplicationGroup<'_>>().iter().map(ReplicationGroup::id));
        ids.extend(model.all::<CacheCluster<'_>>().iter().map(CacheCluster::id));
        ids.extend(model.all::<OpenSearchDomain<'_>>().iter().map(OpenSearchDomain::id));
        ids.extend(model.all::<Instance<'_>>().iter().map(Instance::id));
        let mut out: Vec<Server> = Vec::new();
        for found in ids.into_iter().filter_map(|id| server(model, id)) {
            if !out.iter().any(|s| s.id == found.id) {
                out.push(found);
            }
        }
        out
    }

    fn wear(&mut self, groups: &Many<Link>, name: &str) {
        for id in groups.items.iter().filter_map(Link::id) {
            self.roles.entry(id).or_default().insert(name.to_owned());
        }
    }

    fn roles(&mut self) {
        for workload in self.analysis.workloads() {
            self.wear(&workload.security_groups, &Self::workload_name(workload));
        }
        for server in self.all_servers() {
            self.wear(&server.security_groups, &server_name(&server));
        }
        for balancer in self.model.all::<LoadBalancer<'_>>() {
            self.wear(&balancer.security_groups(), "load-balancer");
        }
    }

    fn role(&self, group: ResourceId) -> String {
        self.roles
            .get(&group)
            .map_or_else(|| "nobody".to_owned(), |names| names.iter().cloned().collect::<Vec<_>>().join(","))
    }

    fn tasks(&mut self) {
        let model = self.model;
        for service in model.all::<Service<'_>>() {
            let name = service.task().map_or_else(|| "?".to_owned(), |t| task_name(&t));
            let targets = service.targets();
            let ports = targets
                .items
                .iter()
                .map(|t| format!("{}:{}", shown(&t.container_name()), shown(&t.container_port())));
            let ports = joined(ports.collect(), targets.complete);
            self.say(format!(
                "service {name}: desired {}, grace {}, circuit breaker {}, public {}, targets [{ports}]",
                shown(&service.desired_count()),
                shown(&service.grace_period()),
                shown(&service.circuit_breaker()),
                shown(&service.public_ip()),
            ));
        }
        for task in model.all::<TaskDefinition<'_>>() {
            let name = task_name(&task);
            self.say(format!(
                "task {name}: memory {}, cpu {}, network {}, execution role {}",
                shown(&task.memory_mib()),
                shown(&task.cpu_units()),
                shown(&task.network_mode()),
                task.execution_role().is_some(),
            ));
            for container in task.containers().items {
                self.container(&name, &container);
            }
        }
        for group in model.all::<TargetGroup<'_>>() {
            self.say(format!(
                "target group: port {}, type {}, path {}",
                shown(&group.port()),
                shown(&group.target_type()),
                shown(&group.health_check_path()),
            ));
        }
    }

    fn container(&mut self, task: &str, container: &Container<'m>) {
        let name = format!("container {task}/{}", shown(&container.name()));
        let image = match container.image() {
            Prop::Known { value, .. } => value.flatten().text.replace('\u{fffc}', "?"),
            _ => "?".to_owned(),
        };
        // The registry of one's own is a resource in one language and an asset in the other.
        let image =
            if image.starts_with('?') || image.contains(".dkr.ecr.") { "own".to_owned() } else { image };
        self.say(format!(
            "{name}: image {image}, memory {}, reservation {}, essential {}, log {}, start period {}",
            shown(&container.memory()),
            shown(&container.memory_reservation()),
            shown(&container.essential()),
            shown(&container.log_driver()),
            shown(&container.health_check_start_period()),
        ));
        let ports = container.port_mappings();
        let numbers =
            ports.items.iter().map(|p| shown(&p.int("containerPort", "ContainerPort"))).collect::<Vec<_>>();
        self.say(format!("{name}: ports [{}]", joined(numbers, ports.complete)));
        let variables = container.variables();
        let names = variables.items.iter().map(|v| shown(&v.name())).collect();
        self.say(format!("{name}: variables [{}]", joined(names, variables.complete)));
        let secrets = container.secret_variables();
        let names = secrets.items.iter().map(|s| shown(&s.name())).collect();
        self.say(format!("{name}: secrets [{}]", joined(names, secrets.complete)));
    }

    fn servers(&mut self) {
        for server in self.all_servers() {
            let groups = &server.security_groups;
            let text = format!(
                "server {}: {} groups{}",
                server_name(&server),
                groups.items.len(),
                if groups.complete { "" } else { ", perhaps more" }
            );
            self.say(text);
        }
    }

    /// What databases and caches are.
    fn data(&mut self) {
        let model = self.model;
        let written = |of: &Prop<&iaclint_value::Value>| if of.is_absent() { "no" } else { "a" };
        for database in model.all::<DbInstance<'_>>() {
            self.say(format!(
                "database: {} {}, database {}, protected {}, {} snapshot before",
                shown(&database.engine()),
                shown(&database.class()),
                shown(&database.database()),
                shown(&database.deletion_protection()),
                written(&database.snapshot()),
            ));
        }
        for cache in model.all::<ReplicationGroup<'_>>() {
            self.say(format!(
                "cache: {}, encrypted in transit {}, {} token",
                shown(&cache.engine()),
                shown(&cache.transit_encryption()),
                written(&cache.auth_token()),
            ));
        }
        self.say(format!("{} alarms", model.all::<Alarm<'_>>().len()));
    }

    /// How the world gets in.
    fn entrances(&mut self) {
        let model = self.model;
        for balancer in model.all::<LoadBalancer<'_>>() {
            let inside = balancer.internal().known().copied().unwrap_or_default()
                || balancer.scheme().known().is_some_and(|scheme| scheme == "internal");
            self.say(format!("load balancer: {}, internal {inside}", shown(&balancer.kind())));
        }
        for listener in model.all::<Listener<'_>>() {
            let certified = !listener.certificate().is_absent() || !listener.certificates().is_absent();
            self.say(format!("listener: {}, certificate {certified}", shown(&listener.protocol())));
        }
        for group in model.all::<TargetGroup<'_>>() {
            self.say(format!(
                "health check: every {} s within {} s, healthy after {}, unhealthy after {}, matcher {}",
                shown(&group.health_check_interval()),
                shown(&group.health_check_timeout()),
                shown(&group.healthy_threshold()),
                shown(&group.unhealthy_threshold()),
                shown(&group.matcher()),
            ));
        }
    }

    fn groups(&mut self) {
        let analysis = self.analysis;
        for (group, admitted) in analysis.admissions() {
            let role = self.role(*group);
            let lines: BTreeSet<String> = admitted.items.iter().flat_map(|p| self.peers(p)).collect();
            for line in lines {
                self.say(format!("group of {role} admits {line}"));
            }
            if !admitted.complete {
                self.say(format!("group of {role} perhaps admits more"));
            }
        }
        for (group, emission) in analysis.emissions() {
            let role = self.role(*group);
            let mut lines: BTreeSet<String> =
                emission.rules.items.iter().flat_map(|p| self.peers(p)).collect();
            if emission.everything {
                lines.insert("all every port to 0.0.0.0/0".to_owned());
            }
            for line in lines {
                self.say(format!("group of {role} lets out {line}"));
            }
        }
    }

    /// A rule in words, one line for each peer.
    fn peers(&self, rule: &Permission<'m>) -> Vec<String> {
        let protocol = match &rule.protocol {
            Protocol::All => "all",
            Protocol::Only(name) => name,
            Protocol::Unknown => "?",
        };
        let ports = match rule.ports {
            Ports::All => "every port".to_owned(),
            Ports::Range(from, to) if from == to => from.to_string(),
            Ports::Range(from, to) => format!("{from}-{to}"),
            Ports::Of(id) => server(self.model, id).map_or_else(|| "?".to_owned(), |s| shown(&s.port)),
            Ports::Unknown => "?".to_owned(),
        };
        let mut peers: Vec<String> = rule
            .groups
            .items
            .iter()
            .map(|link| match link {
                Link::Resource { id, .. } => format!("the group of {}", self.role(*id)),
                Link::Literal { text, .. } => format!("the group {text}"),
                Link::Outside { .. } => "a group outside".to_owned(),
            })
            .collect();
        peers.extend(
            rule.cidrs
                .iter()
                .map(|v| v.as_str().map_or_else(|| "?".to_owned(), std::borrow::Cow::into_owned)),
        );
        if rule.prefix_list {
            peers.push("a prefix list".to_owned());
        }
        if rule.this_group.must(|this| *this) {
            peers.push(format!("the group of {}", self.role(rule.holder)));
        }
        let words = peers.into_iter().map(|peer| format!("{protocol} {ports} to {peer}"));
        // The rule by which the CDK says that nothing gets out.
        words.filter(|w| w != "icmp 252-86 to 255.255.255.255/32").collect()
    }

    fn needs(&mut self) {
        let analysis = self.analysis;
        for need in analysis.needs() {
            let Some(client) = analysis.workload_of(need) else { continue };
            let words = |verdict: &Verdict| match verdict {
                Verdict::Open { .. } => "open",
                Verdict::Closed(_) => "closed",
                Verdict::CannotTell(_) => "cannot tell",
            };
            let settings = joined(need.settings.clone(), true);
            self.say(format!(
                "need {} -> {} port {} [{settings}]: in {}, out {}",
                Self::workload_name(client),
                server_name(&need.server),
                shown(&need.port),
                words(&analysis.admits(need)),
                words(&analysis.emits(need)),
            ));
        }
        for workload in analysis.workloads() {
            let of_kind =
                |kind: SettingKind| workload.settings.items.iter().filter(|s| s.kind == kind).count();
            let line = format!(
                "workload {}: {} settings, {} secrets{}",
                Self::workload_name(workload),
                of_kind(SettingKind::Environment),
                of_kind(SettingKind::Secret),
                if workload.settings.complete { "" } else { ", perhaps more" }
            );
            self.say(line);
        }
    }
}
