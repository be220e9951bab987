//! The healthy projects that are made wrong.

use std::path::{Path, PathBuf};

/// A project.
#[derive(Clone, Debug)]
pub struct Subject {
    /// What the report calls it.
    pub name: String,
    /// The directory beyond which nothing is read.
    pub root: PathBuf,
    /// The directories below it that are checked.
    pub checked: Vec<String>,
    /// Whether it is one of ours.
    pub is_fixture: bool,
}

/// Public projects: the checkout and the directory in it that is deployed.
const PUBLIC: &[(&str, &str)] = &[("onyx", "deployment/aws_ecs_fargate/cloudformation")];

/// The corrected projects of the incidents and the healthy applications, in both languages.
pub fn fixtures(repository: &Path) -> Vec<Subject> {
    let mut out = Vec::new();
    for group in ["fixtures/incidents", "fixtures/healthy"] {
        for project in directories(&repository.join(group)) {
            for language in ["terraform", "cdk"] {
                let own = project.join(language);
                let root = if own.join("good").is_dir() { own.join("good") } else { own };
                if root.is_dir() {
                    let name = project.file_name().map(|n| n.to_string_lossy().into_owned());
                    out.push(Subject {
                        name: format!("{}/{language}", name.unwrap_or_default()),
                        root,
                        checked: vec![".".to_owned()],
                        is_fixture: true,
                    });
                }
            }
        }
    }
    out
}

/// The public projects whose checkouts are below a directory.
pub fn public(checkouts: &Path) -> Vec<Subject> {
    let there = PUBLIC.iter().filter(|(name, below)| checkouts.join(name).join(below).is_dir());
    there
        .map(|(name, below)| Subject {
            name: if *below == "." { (*name).to_owned() } else { format!("{name}/{below}") },
            root: checkouts.join(name),
            checked: vec![(*below).to_owned()],
            is_fixture: false,
        })
        .collect()
}

fn directories(of: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(of).into_iter().flatten().flatten();
    let mut out: Vec<PathBuf> = entries.map(|e| e.path()).filter(|p| p.is_dir()).collect();
    out.sort();
    out
}
