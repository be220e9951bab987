//! Judges: needs (who talks to whom), reach (can it), authority (may it), agreement (do linked resources state the same) and order (is it made in
//! time). Every verdict is open, closed or cannot tell, with the witness that shows it.

pub mod acl;
pub mod admission;
pub mod agreement;
pub mod authority;
pub mod by_hand;
pub mod calls;
pub mod cluster_hosts;
pub mod configured;
pub mod databases;
pub mod demands;
pub mod ends;
pub mod exports;
pub mod joined;
pub mod key_users;
pub mod left_out;
pub mod machine_ports;
pub mod needs;
pub mod network;
pub mod order;
pub mod path;
pub mod programs;
pub mod ranges;
pub mod reach;
pub mod secret_reads;
pub mod siblings;
pub mod start_requests;
pub mod timing;
pub mod zones;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use iaclint_model::deliveries::{Delivery, deliveries};
use iaclint_model::ec2::{DefaultGroups, Emission, Permission, admissions, default_groups, emissions};
use iaclint_model::iam::{RolePolicies, role_policies};
use iaclint_model::lambda::{Permissions, permissions};
use iaclint_model::resource_policies::{Policies, resource_policies};
use iaclint_model::workload::{Workload, workloads};
use iaclint_model::{Answer, Many, Model, ResourceId};
use iaclint_source::Sources;

use acl::Acls;
use by_hand::UnrecordedName;
use databases::MissingDatabase;
use needs::{Evidence, Need};
use network::Network;
use order::Order;
use programs::{Host, Program};

/// The answers of all judges over one model; each is worked out when first asked for.
#[derive(Debug)]
pub struct Analysis<'m> {
    /// The model.
    pub model: &'m Model<'m>,
    workloads: OnceLock<Vec<Workload<'m>>>,
    needs: OnceLock<Vec<Need>>,
    default_groups: OnceLock<DefaultGroups>,
    admissions: OnceLock<BTreeMap<ResourceId, Many<Permission<'m>>>>,
    emissions: OnceLock<BTreeMap<ResourceId, Emission<'m>>>,
    network: OnceLock<Network<'m>>,
    acls: OnceLock<Acls>,
    role_policies: OnceLock<BTreeMap<ResourceId, RolePolicies<'m>>>,
    resource_policies: OnceLock<BTreeMap<ResourceId, Policies<'m>>>,
    function_permissions: OnceLock<BTreeMap<ResourceId, Permissions<'m>>>,
    deliveries: OnceLock<Vec<Delivery<'m>>>,
    hosts: OnceLock<Vec<Host<'m>>>,
    programs: OnceLock<Vec<Program<'m>>>,
    order: OnceLock<Order<'m>>,
    missing_databases: OnceLock<Vec<MissingDatabase<'m>>>,
    unrecorded_names: OnceLock<Vec<UnrecordedName<'m>>>,
}

impl<'m> Analysis<'m> {
    /// The judges over a model.
    pub fn new(model: &'m Model<'m>) -> Self {
        Self {
            model,
            workloads: OnceLock::new(),
            needs: OnceLock::new(),
            default_groups: OnceLock::new(),
            admissions: OnceLock::new(),
            emissions: OnceLock::new(),
            network: OnceLock::new(),
            acls: OnceLock::new(),
            role_policies: OnceLock::new(),
            resource_policies: OnceLock::new(),
            function_permissions: OnceLock::new(),
            deliveries: OnceLock::new(),
            hosts: OnceLock::new(),
            programs: OnceLock::new(),
            order: OnceLock::new(),
            missing_databases: OnceLock::new(),
            unrecorded_names: OnceLock::new(),
        }
    }

    /// The files.
    pub fn sources(&self) -> &'m Sources {
        self.model.sources()
    }

    /// Everything that runs an application.
    pub fn workloads(&self) -> &[Workload<'m>] {
        self.workloads.get_or_init(|| workloads(self.model))
    }

    /// Who talks to whom.
    pub fn needs(&self) -> &[Need] {
        self.needs.get_or_init(|| needs::needs(self))
    }

    /// The policies of every role.
    pub fn role_policies(&self) -> &BTreeMap<ResourceId, RolePolicies<'m>> {
        self.role_policies.get_or_init(|| role_policies(self.model))
    }

    /// The policies that stand at resources.
    pub fn resource_policies(&self) -> &BTreeMap<ResourceId, Policies<'m>> {
        self.resource_policies.get_or_init(|| resource_policies(self.model))
    }

    /// Who may invoke every function.
    pub fn function_permissions(&self) -> &BTreeMap<ResourceId, Permissions<'m>> {
        self.function_permissions.get_or_init(|| permissions(self.model))
    }

    /// What services bring to functions, queues, topics and the like.
    pub fn deliveries(&self) -> &[Delivery<'m>] {
        self.deliveries.get_or_init(|| deliveries(self.model))
    }

    /// What applications and machines need, where both ends are deployed as they stand. In a module that nobody calls values are only
    /// possible ones, and a name that is perhaps not found may lead elsewhere: nothing certain can be said of them.
    pub fn deployed_needs(&self) -> impl Iterator<Item = &Need> {
        let found = |need: &Need| need.lookup.as_ref().is_none_or(|lookup| lookup.found == Answer::Yes);
        let told = self.needs().iter().filter(|need| !matches!(need.evidence, Evidence::Target(_)));
        told.filter(move |need| found(need) && self.is_deployed(need))
    }

    /// What load balancers need, where both ends are deployed as they stand.
    pub fn deployed_targets(&self) -> impl Iterator<Item = &Need> {
        let targets = self.needs().iter().filter(|need| matches!(need.evidence, Evidence::Target(_)));
        targets.filter(|need| self.is_deployed(need))
    }

    fn is_deployed(&self, need: &Need) -> bool {
        !self.model.in_library(need.client.id) && !self.model.in_library(need.server.id)
    }

    /// The application that has a need.
    pub fn workload_of(&self, need: &Need) -> Option<&Workload<'m>> {
        self.workloads().get(need.workload?)
    }

    /// The default security groups that the configuration takes over, by VPC.
    pub fn default_groups(&self) -> &DefaultGroups {
        self.default_groups.get_or_init(|| default_groups(self.model))
    }

    /// What every security group admits.
    pub fn admissions(&self) -> &BTreeMap<ResourceId, Many<Permission<'m>>> {
        self.admissions.get_or_init(|| admissions(self.model, self.default_groups()))
    }

    /// What every security group lets out.
    pub fn emissions(&self) -> &BTreeMap<ResourceId, Emission<'m>> {
        self.emissions.get_or_init(|| emissions(self.model, self.default_groups()))
    }

    /// Routes and endpoints of every VPC.
    pub fn network(&self) -> &Network<'m> {
        self.network.get_or_init(|| Network::new(self.model))
    }

    /// What is made after what.
    pub fn order(&self) -> &Order<'m> {
        self.order.get_or_init(|| Order::new(self.model))
    }

    /// The network ACLs of every subnet.
    pub fn acls(&self) -> &Acls {
        self.acls.get_or_init(|| Acls::new(self.model))
    }

    /// Every machine with the script that it is started with.
    pub fn hosts(&self) -> &[Host<'m>] {
        self.hosts.get_or_init(|| programs::hosts(self.model))
    }

    /// Databases that clients name and nothing creates.
    pub fn missing_databases(&self) -> &[MissingDatabase<'m>] {
        self.missing_databases.get_or_init(|| databases::missing_databases(self))
    }

    /// Load balancers whose names somebody has to write into a record elsewhere.
    pub fn unrecorded_names(&self) -> &[UnrecordedName<'m>] {
        self.unrecorded_names.get_or_init(|| by_hand::unrecorded_names(self.model))
    }

    /// What every container of a task runs, with the scripts of the project behind it.
    pub fn programs(&self) -> &[Program<'m>] {
        self.programs.get_or_init(|| programs::programs(self.model))
    }
}
