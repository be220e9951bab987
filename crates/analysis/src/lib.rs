//! Judges: needs (who talks to whom) and reach (can it). Every verdict is open, closed or cannot tell, with the witness that shows it.

pub mod needs;
pub mod reach;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use iaclint_model::ec2::{Permission, admissions};
use iaclint_model::workload::{Workload, workloads};
use iaclint_model::{Many, Model, ResourceId};
use iaclint_source::Sources;

use needs::Need;

/// The answers of all judges over one model; each is worked out when first asked for.
#[derive(Debug)]
pub struct Analysis<'m> {
    /// The model.
    pub model: &'m Model<'m>,
    workloads: OnceLock<Vec<Workload<'m>>>,
    needs: OnceLock<Vec<Need<'m>>>,
    admissions: OnceLock<BTreeMap<ResourceId, Many<Permission<'m>>>>,
}

impl<'m> Analysis<'m> {
    /// The judges over a model.
    pub fn new(model: &'m Model<'m>) -> Self {
        Self { model, workloads: OnceLock::new(), needs: OnceLock::new(), admissions: OnceLock::new() }
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
    pub fn needs(&self) -> &[Need<'m>] {
        self.needs.get_or_init(|| needs::needs(self.model, self.workloads()))
    }

    /// What every security group admits.
    pub fn admissions(&self) -> &BTreeMap<ResourceId, Many<Permission<'m>>> {
        self.admissions.get_or_init(|| admissions(self.model))
    }
}
