//! One reading of the paths: what was found there, to be loaded once for each environment.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use iaclint_source::{FileSystem, Project};
use iaclint_terraform::Loader;

use crate::input::{self, Input};
use crate::load::{self, Files, Given};
use crate::{Environment, Options, ParseError, Parsed, Stages, root_directory};

/// What the paths name.
pub(crate) struct Reading<'a> {
    fs: Arc<dyn FileSystem>,
    options: &'a Options,
    project: Arc<Project>,
    input: Input,
    stages: Stages,
}

impl<'a> Reading<'a> {
    /// Finds what the paths name.
    pub(crate) fn new(fs: Arc<dyn FileSystem>, options: &'a Options) -> Result<Self, ParseError> {
        let mut stages = Stages::start();
        let paths = root_directory::real_paths(&*fs, &options.paths)?;
        let root = root_directory::choose(&*fs, &paths, options.project_root.as_deref())?;
        let project = Project::new(fs.clone(), &root)
            .map_err(|e| ParseError::Unreadable { path: root.clone(), reason: e.to_string() })?;
        let input = input::gather(&project, &paths, &options.exclude)?;
        stages.end("find");
        Ok(Self { fs, options, project: Arc::new(project), input, stages })
    }

    /// The environments in which something is deployed that was found; the only one that was asked for in any case.
    pub(crate) fn environments(&self) -> Vec<&'a Environment> {
        let roots = || self.input.modules.keys().chain(&self.input.templates);
        let all = &self.options.environments;
        all.iter().filter(|e| all.len() == 1 || roots().any(|path| e.names(path))).collect()
    }

    /// Loads what was found, once for each environment or once without any.
    pub(crate) fn load(mut self, environments: &[&Environment]) -> Result<Vec<Parsed>, ParseError> {
        let project = self.project.clone();
        let loader = Loader::new(&project);
        let directories: Vec<&Path> = self.input.modules.keys().map(PathBuf::as_path).collect();
        loader.read_ahead(&directories);
        let out = match environments {
            [] => vec![self.load_in(&loader, None, true)?],
            [before @ .., last] => {
                let mut out = Vec::with_capacity(environments.len());
                for environment in before {
                    out.push(self.load_in(&loader, Some(environment), false)?);
                }
                out.push(self.load_in(&loader, Some(last), true)?);
                out
            }
        };
        // The judges look into the scripts that resources run. One that cannot be read is one that is not known.
        for program in &self.input.programs {
            let _ = self.project.read_text(program);
        }
        Ok(out)
    }

    fn load_in(
        &mut self,
        loader: &Loader<'_>,
        environment: Option<&Environment>,
        last: bool,
    ) -> Result<Parsed, ParseError> {
        let Self { options, project, input, .. } = self;
        let root = project.root();
        let of_all = |all: &[PathBuf]| root_directory::var_files(&*self.fs, all, root);
        let files = |all: &[PathBuf], everywhere: &[OfRoot], there: &[OfRoot]| {
            let own = [everywhere, there].concat();
            Ok(Files { all: of_all(all)?, own: root_directory::root_files(&*self.fs, &own, root)? })
        };
        let (of_roots, of_templates) =
            environment.map_or((&[][..], &[][..]), |e| (&e.root_files, &e.template_files));
        let given = Given {
            variables: files(&[], &options.root_files, of_roots)?,
            assigned: root_directory::assigned(&*self.fs, &options.assigned, root)?,
            parameters: files(&options.parameter_files, &options.template_files, of_templates)?,
            plans: of_all(&options.plans)?,
            environment,
        };
        let (graph, roots) = load::load(loader, input, options, &given, last, &mut self.stages)?;
        if roots.is_empty() {
            let unsynthesized = input.apps.iter().map(|app| project.relative(app)).collect();
            return Err(ParseError::NothingToCheck { paths: options.paths.clone(), unsynthesized });
        }
        Ok(Parsed {
            graph,
            limited_to: input.limited_to.clone(),
            roots,
            environment: environment.map(|e| e.name.clone()),
            project: project.clone(),
            stages: self.stages.clone(),
        })
    }
}

/// A root with its files of values.
type OfRoot = (PathBuf, Vec<PathBuf>);
