//! Which Terraform directories are roots, and which of them are libraries.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What matters of a directory with Terraform files.
#[derive(Clone, Debug, Default)]
pub(crate) struct Module {
    /// The directories that it calls as local modules, absolute.
    pub(crate) calls: BTreeSet<PathBuf>,
    /// It has variables without a default.
    pub(crate) required_variables: bool,
    /// It has a backend or configures a provider.
    pub(crate) has_backend_or_provider: bool,
    /// Values for its variables are given.
    pub(crate) has_values: bool,
}

impl Module {
    /// Whether it could be deployed as it stands, as far as its variables go.
    fn is_complete(&self) -> bool {
        !self.required_variables || self.has_values
    }

    /// Whether its defaults are possible values only: it needs values, nobody gives them, and nothing says that it is deployed as it is.
    fn is_library(&self) -> bool {
        !self.is_complete() && !self.has_backend_or_provider
    }
}

/// The roots among the modules of a walk, each with whether it is a library. `named` are roots whoever calls them.
///
/// A root is what no other module calls; what is called but configures a backend or a provider and needs nothing is deployed on its own
/// as well. A called module that only keeps a provider of its own and gets its values from the caller is not: the caller shows it.
pub(crate) fn roots(
    modules: &BTreeMap<PathBuf, Module>,
    named: &BTreeSet<PathBuf>,
) -> BTreeMap<PathBuf, bool> {
    let mut called: BTreeSet<&Path> = BTreeSet::new();
    for (directory, module) in modules {
        called.extend(module.calls.iter().filter(|c| *c != directory).map(PathBuf::as_path));
    }
    let mut out = BTreeMap::new();
    for (directory, module) in modules {
        let deployed_too = module.has_backend_or_provider && module.is_complete();
        if !called.contains(directory.as_path()) || named.contains(directory) || deployed_too {
            out.insert(directory.clone(), module.is_library());
        }
    }
    // Modules that call each other in a circle have nobody outside: the first of them stands for all, so that the circle is reported.
    let mut reached = BTreeSet::new();
    for root in out.keys() {
        reach(root, modules, &mut reached);
    }
    for (directory, module) in modules {
        if !reached.contains(directory.as_path()) {
            out.insert(directory.clone(), module.is_library());
            reach(directory, modules, &mut reached);
        }
    }
    out
}

fn reach<'a>(from: &Path, modules: &'a BTreeMap<PathBuf, Module>, reached: &mut BTreeSet<&'a Path>) {
    let mut todo = vec![from];
    while let Some(at) = todo.pop() {
        let Some((directory, module)) = modules.get_key_value(at) else { continue };
        if reached.insert(directory) {
            todo.extend(module.calls.iter().map(PathBuf::as_path));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module(calls: &[&str]) -> Module {
        Module { calls: calls.iter().map(PathBuf::from).collect(), ..Module::default() }
    }

    fn found(modules: &[(&str, Module)], named: &[&str]) -> Vec<(String, bool)> {
        let modules = modules.iter().map(|(path, m)| (PathBuf::from(path), m.clone())).collect();
        let named = named.iter().map(PathBuf::from).collect();
        roots(&modules, &named).into_iter().map(|(p, library)| (p.display().to_string(), library)).collect()
    }

    fn root(path: &str) -> (String, bool) {
        (path.to_owned(), false)
    }

    #[test]
    fn a_root_is_what_nobody_calls() {
        let modules = [("/live", module(&["/m/vpc"])), ("/m/db", module(&[])), ("/m/vpc", module(&[]))];
        assert_eq!(found(&modules, &[]), [root("/live"), root("/m/db")]);
    }

    #[test]
    fn a_module_called_from_outside_the_walk_is_a_root() {
        assert_eq!(found(&[("/m/vpc", module(&["/m/other"]))], &[]), [root("/m/vpc")]);
    }

    #[test]
    fn a_named_module_is_a_root_although_it_is_called() {
        let modules = [("/live", module(&["/m"])), ("/m", module(&[]))];
        assert_eq!(found(&modules, &["/m"]), [root("/live"), root("/m")]);
    }

    #[test]
    fn a_called_directory_with_a_backend_is_a_root_too() {
        let mut base = module(&[]);
        base.has_backend_or_provider = true;
        assert_eq!(
            found(&[("/base", base.clone()), ("/live", module(&["/base"]))], &[]),
            [root("/base"), root("/live")]
        );
        base.required_variables = true;
        assert_eq!(found(&[("/base", base), ("/live", module(&["/base"]))], &[]), [root("/live")]);
    }

    #[test]
    fn required_variables_without_values_make_a_library() {
        let mut library = module(&[]);
        library.required_variables = true;
        assert_eq!(found(&[("/m", library.clone())], &[]), [("/m".to_owned(), true)]);
        let mut given = library.clone();
        given.has_values = true;
        assert_eq!(found(&[("/m", given)], &[]), [root("/m")]);
        library.has_backend_or_provider = true;
        assert_eq!(found(&[("/m", library)], &[]), [root("/m")]);
    }

    #[test]
    fn a_module_repository_is_checked_through_its_examples() {
        let mut library = module(&[]);
        library.required_variables = true;
        let modules = [("/r", library), ("/r/examples/complete", module(&["/r"]))];
        assert_eq!(found(&modules, &[]), [root("/r/examples/complete")]);
    }

    #[test]
    fn modules_that_call_each_other_are_not_lost() {
        let modules = [("/a", module(&["/b"])), ("/b", module(&["/a"])), ("/self", module(&["/self"]))];
        assert_eq!(found(&modules, &[]), [root("/a"), root("/self")]);
    }
}
