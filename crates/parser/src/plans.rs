//! Which Terraform root a plan is of.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use iaclint_source::{Problem, ProblemKind, Project};
use iaclint_terraform::Loader;

use crate::ParseError;

/// Plans with their roots.
#[derive(Debug, Default)]
pub(crate) struct Plans {
    /// By the directory of the configuration.
    pub(crate) of: BTreeMap<PathBuf, PathBuf>,
    /// Those whose configuration is not here.
    pub(crate) alone: Vec<PathBuf>,
    /// Why the configuration beside a plan is not taken for it.
    pub(crate) problems: Vec<Problem>,
}

impl Plans {
    /// A plan that is named as a path is of the configuration in its own directory, if that declares all that the plan speaks of.
    pub(crate) fn beside<'a>(
        project: &Project,
        loader: &Loader<'_>,
        plans: impl IntoIterator<Item = &'a PathBuf>,
    ) -> Self {
        let mut out = Self::default();
        for plan in plans {
            let directory = plan.parent().unwrap_or(plan);
            match loader.strange_to(directory, plan) {
                Ok(strange) if strange.is_empty() => {
                    out.of.insert(directory.to_path_buf(), plan.clone());
                }
                Ok(strange) => {
                    if loader.is_module(directory) {
                        out.problems.push(of_another(project, plan, directory, &strange[0]));
                    }
                    out.alone.push(plan.clone());
                }
                // Loading it says why it cannot be read.
                Err(_) => out.alone.push(plan.clone()),
            }
        }
        out
    }

    /// Gives a plan to the root that it is of: of several that declare all of it, to the one in whose directory it lies.
    pub(crate) fn assign(
        &mut self,
        project: &Project,
        loader: &Loader<'_>,
        plan: &Path,
        roots: &[&PathBuf],
    ) -> Result<(), ParseError> {
        let refused = |reason: String| ParseError::Unreadable { path: plan.to_path_buf(), reason };
        let mut fitting: Vec<&PathBuf> = Vec::new();
        for root in roots {
            let strange = loader.strange_to(root, plan).map_err(|problem| refused(problem.message))?;
            if strange.is_empty() {
                fitting.push(root);
            }
        }
        let own = fitting.iter().find(|root| plan.parent() == Some(root.as_path()));
        let root = match (own, fitting.as_slice()) {
            (Some(root), _) | (None, [root]) => root,
            (None, []) => return Err(refused("no root that is checked declares what it plans".to_owned())),
            (None, [first, second, ..]) => {
                let (first, second) = (project.relative(first), project.relative(second));
                return Err(refused(format!(
                    "it may be a plan of {first} as well as of {second}; check one of them"
                )));
            }
        };
        self.of.insert((*root).clone(), plan.to_path_buf());
        Ok(())
    }
}

fn of_another(project: &Project, plan: &Path, directory: &Path, strange: &str) -> Problem {
    let message = format!(
        "the plan is not of the configuration in {}, which does not declare {strange}; it is checked on its own",
        project.relative(directory)
    );
    Problem::new(ProblemKind::NotEvaluated, message).in_file(project.relative(plan))
}
