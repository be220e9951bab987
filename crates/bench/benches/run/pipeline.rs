//! The stages of a run, one after another, over a tree of files.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use iaclint_analysis::Analysis;
use iaclint_bench::{Language, Shape, estate};
use iaclint_graph::{Fragment, Graph};
use iaclint_lint::{Findings, Selection};
use iaclint_model::Model;
use iaclint_report::{Format as _, Human, Look, Report, Summary};
use iaclint_source::{Disk, FileKind, FileSystem, Memory, Project};
use iaclint_terraform::{Inputs, Loader};
use iaclint_value::RootId;

/// What is measured: files, and where the roots are.
#[derive(Clone, Debug)]
pub struct Tree {
    fs: Arc<dyn FileSystem>,
    root: PathBuf,
    files: Vec<PathBuf>,
    modules: Vec<PathBuf>,
    assemblies: Vec<PathBuf>,
}

impl Tree {
    /// A generated estate, held in memory.
    pub fn generated(language: Language, shape: Shape, resources: usize) -> Self {
        let mut memory = Memory::new();
        for (path, text) in estate(language, shape, resources) {
            memory.insert(path, text);
        }
        Self::of(Arc::new(memory), Path::new("/"))
    }

    /// A checkout, wherever a link leads to it.
    pub fn on_disk(directory: &Path) -> Self {
        let directory = Disk.canonicalize(directory).unwrap_or_else(|_| directory.to_path_buf());
        Self::of(Arc::new(Disk), &directory)
    }

    fn of(fs: Arc<dyn FileSystem>, root: &Path) -> Self {
        let mut tree =
            Self { fs, root: root.to_path_buf(), files: vec![], modules: vec![], assemblies: vec![] };
        let mut todo = vec![root.to_path_buf()];
        while let Some(directory) = todo.pop() {
            let mut is_module = false;
            for entry in tree.fs.read_dir(&directory).unwrap_or_default() {
                let path = directory.join(&entry.name);
                match entry.kind {
                    FileKind::Directory if !entry.name.starts_with('.') => todo.push(path),
                    FileKind::File(_) if path.extension().is_some_and(|e| e == "tf") => {
                        is_module = true;
                        tree.files.push(path);
                    }
                    FileKind::File(_) if entry.name.ends_with(".template.json") => tree.files.push(path),
                    FileKind::File(_) if entry.name == "manifest.json" => {
                        tree.assemblies.push(directory.clone());
                    }
                    _ => {}
                }
            }
            if is_module {
                tree.modules.push(directory);
            }
        }
        tree.modules.sort();
        tree
    }

    /// The files that are Terraform's.
    pub fn terraform_files(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().map(PathBuf::as_path).filter(|f| f.extension().is_some_and(|e| e == "tf"))
    }

    /// Its door, nothing read.
    pub fn project(&self) -> &'static Project {
        let project = Project::new(self.fs.clone(), &self.root).expect("the tree is there");
        Box::leak(Box::new(project))
    }

    /// Stage `read`: all files.
    pub fn read(&self, project: &Project) -> usize {
        self.files.iter().filter_map(|file| project.read_text(file).ok()).map(|f| f.text.len()).sum()
    }

    /// Stage `parse`: Terraform files to their compact form.
    pub fn parse(&self, project: &'static Project) -> Loader<'static> {
        let loader = Loader::new(project);
        let directories: Vec<&Path> = self.modules.iter().map(PathBuf::as_path).collect();
        loader.read_ahead(&directories);
        for directory in directories {
            loader.summary(directory);
        }
        loader
    }

    /// Stage `evaluate`: the roots to resources. An assembly is parsed here as well.
    pub fn evaluate(&self, loader: &Loader<'_>) -> Vec<Fragment> {
        let roots = self.roots(loader).into_iter().map(|d| (true, d));
        let assemblies = self.assemblies.iter().map(|d| (false, d));
        let all = roots.chain(assemblies).zip(0..);
        all.map(|((terraform, directory), number)| {
            let id = RootId(number);
            if terraform {
                loader.load(directory, id, &Inputs::default())
            } else {
                iaclint_cloudformation::load_assembly(loader.project(), directory, id)
            }
        })
        .collect()
    }

    /// Both stages for the Terraform roots as the program goes through them: on this thread, which has the room, and without what no
    /// other root needs.
    pub fn load_and_evaluate(&self, project: &'static Project) -> Vec<Fragment> {
        let loader = self.parse(project);
        let evaluate = |(directory, number): (&PathBuf, u32)| {
            let fragment = loader.load_here(directory, RootId(number), &Inputs::default());
            loader.forget(directory);
            fragment
        };
        self.roots(&loader).into_iter().zip(0..).map(evaluate).collect()
    }

    /// The modules that no other one calls.
    fn roots(&self, loader: &Loader<'_>) -> Vec<&PathBuf> {
        let mut called = HashSet::new();
        for directory in &self.modules {
            called.extend(loader.summary(directory).into_iter().flat_map(|s| s.local_calls));
        }
        self.modules.iter().filter(|directory| !called.contains(*directory)).collect()
    }
}

/// Stage `lower`: resources as entities, with the edges between them.
pub fn lower(project: &'static Project, fragments: Vec<Fragment>) -> &'static Model<'static> {
    let graph: &'static Graph = Box::leak(Box::new(Graph::new(fragments)));
    let model: &'static Model<'static> = Box::leak(Box::new(Model::new(graph, project.sources())));
    for (id, _) in graph.iter().take(1) {
        model.uses(id);
    }
    model
}

/// Stage `judge`: who talks to whom, and what the network and the policies say.
pub fn judge(model: &'static Model<'static>) -> &'static Analysis<'static> {
    let analysis: &'static Analysis<'static> = Box::leak(Box::new(Analysis::new(model)));
    analysis.needs();
    analysis.admissions();
    analysis.emissions();
    analysis.network();
    analysis.acls();
    analysis.role_policies();
    analysis.resource_policies();
    analysis
}

/// Stage `rules`: findings.
pub fn rules(analysis: &Analysis<'_>) -> Findings {
    iaclint_lint::judge(analysis, iaclint_rules::RULES, &Selection::default())
}

/// Stage `report`: findings as people read them.
pub fn report(model: &Model<'_>, findings: &Findings) -> String {
    let report = Report {
        findings: &findings.shown,
        problems: &[],
        rules: iaclint_rules::RULES,
        sources: model.sources(),
        root: None,
        unknowns: &[],
        suppressed: &findings.suppressed,
        remarks: &[],
        summary: Summary::default(),
    };
    Human { look: Look::PLAIN, show_unknown: false }.render(&report)
}

/// The directories of the checkouts.
pub fn checkouts() -> Vec<String> {
    let checkouts = std::env::var_os("IACLINT_CHECKOUTS");
    let directories = checkouts.and_then(|d| std::fs::read_dir(d).ok()).into_iter().flatten().flatten();
    let mut found: Vec<String> =
        directories.map(|entry| entry.path().to_string_lossy().into_owned()).collect();
    found.sort();
    found
}
