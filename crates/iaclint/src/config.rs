//! `iaclint.toml`: what a project says once for all runs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use globset::{Glob, GlobSet, GlobSetBuilder};
use iaclint_lint::{Severity, closest};
use iaclint_parser::{Environment, Exclusion};
use iaclint_rules::RULES;
use iaclint_source::{Disk, FileSystem, LineIndex};
use serde::Deserialize;
use toml::Spanned;

use crate::arguments::{Input, Level};
use crate::environments;
use crate::input;
use crate::output::Failure;

/// The file's name.
pub const NAME: &str = "iaclint.toml";

/// The file as it is written.
#[derive(Deserialize, Default, Debug)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct Written {
    level: Option<Level>,
    fail_on: Option<Level>,
    select: Vec<Spanned<String>>,
    ignore: Vec<Spanned<String>>,
    severity: BTreeMap<Spanned<String>, Level>,
    exclude: Vec<Spanned<String>>,
    baseline: Option<PathBuf>,
    roots: Vec<Root>,
    overrides: Vec<WrittenOverride>,
}

/// Files of values for one Terraform root or template.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Root {
    path: Spanned<PathBuf>,
    environment: Option<String>,
    #[serde(default)]
    environments: Vec<Spanned<PathBuf>>,
    #[serde(default)]
    var_files: Vec<Spanned<PathBuf>>,
    #[serde(default)]
    parameters: Vec<Spanned<PathBuf>>,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WrittenOverride {
    paths: Vec<Spanned<String>>,
    #[serde(default)]
    ignore: Vec<Spanned<String>>,
    #[serde(default)]
    severity: BTreeMap<Spanned<String>, Level>,
}

/// What a project says once for all runs. Without a file it says nothing.
#[derive(Default, Debug)]
pub struct Config {
    /// The lowest severity that is shown.
    pub level: Option<Level>,
    /// The lowest severity that makes the exit status 1.
    pub fail_on: Option<Level>,
    /// The only rules that run, if any are named.
    pub select: Vec<String>,
    /// Rules that do not run.
    pub ignore: Vec<String>,
    /// Severities by rule.
    pub severities: BTreeMap<String, Severity>,
    /// What is not looked for.
    pub exclude: Exclusion,
    /// The baseline.
    pub baseline: Option<PathBuf>,
    /// The environments that count: the one of the command line, or all.
    pub environments: Vec<Environment>,
    /// Terraform roots with their variable files for all environments, absolute.
    pub root_files: Vec<(PathBuf, Vec<PathBuf>)>,
    /// Templates with their files of parameter values for all environments, absolute.
    pub template_files: Vec<(PathBuf, Vec<PathBuf>)>,
    /// What holds for some paths only.
    pub overrides: Vec<Override>,
}

/// What holds for some paths only.
#[derive(Debug)]
pub struct Override {
    /// The paths.
    pub paths: Exclusion,
    /// Rules that are not shown there.
    pub ignore: Vec<String>,
    /// Severities by rule.
    pub severities: BTreeMap<String, Severity>,
}

impl Config {
    /// The configuration for a run over `paths`.
    pub fn load(input: &Input, paths: &[PathBuf]) -> Result<Config, Failure> {
        let file = match &input.config {
            _ if input.no_config => None,
            Some(file) => Some(file.clone()),
            None => paths.first().and_then(|first| nearest(first, input.project_root.as_deref())),
        };
        match file {
            Some(file) => Config::read(&Disk, &file, input.environment.as_deref()),
            None => Config::default().with_environment(input),
        }
    }

    /// What a file says for all environments, or for one.
    pub fn read(files: &dyn FileSystem, file: &Path, environment: Option<&str>) -> Result<Config, Failure> {
        let text = input::text(files, file)?;
        let real = files.canonicalize(file).unwrap_or_else(|_| file.to_path_buf());
        let base = real.parent().unwrap_or(&real);
        let (shown, lines) = (shown(file), LineIndex::new(&text));
        Reader { files, shown: &shown, text: &text, lines, base }.read(environment)
    }

    fn with_environment(self, input: &Input) -> Result<Config, Failure> {
        match &input.environment {
            Some(name) => Err(Failure::new(format!("there is no environment {name}")).with_help(format!(
                "name it in {NAME}: [[roots]] path = \".\", environment = \"{name}\", var-files = [...]"
            ))),
            None => Ok(self),
        }
    }
}

/// The nearest file above a path: up to the repository's root, or, without a repository, up to the working directory.
fn nearest(path: &Path, root: Option<&Path>) -> Option<PathBuf> {
    let real = Disk.canonicalize(path).ok()?;
    let root = root.and_then(|root| Disk.canonicalize(root).ok());
    let root = root.or_else(|| {
        let repository = real.ancestors().find(|d| Disk.kind(&d.join(".git")).is_ok());
        let working = || std::env::current_dir().ok().filter(|d| real.starts_with(d));
        repository.map(Path::to_path_buf).or_else(working)
    });
    let root = root.unwrap_or_else(|| real.clone());
    let inside = |file: &PathBuf| Disk.canonicalize(file).is_ok_and(|real| real.starts_with(&root));
    real.ancestors().take_while(|d| d.starts_with(&root)).map(|d| d.join(NAME)).find(inside)
}

/// A path as it is best printed: relative to the working directory where it lies below it.
fn shown(path: &Path) -> String {
    let working = std::env::current_dir().ok().and_then(|d| Disk.canonicalize(&d).ok());
    let relative = working.and_then(|d| path.strip_prefix(d).ok().map(Path::to_path_buf));
    relative.unwrap_or_else(|| path.to_path_buf()).to_string_lossy().replace('\\', "/")
}

struct Reader<'a> {
    files: &'a dyn FileSystem,
    shown: &'a str,
    text: &'a str,
    lines: LineIndex,
    base: &'a Path,
}

impl Reader<'_> {
    fn read(&self, environment: Option<&str>) -> Result<Config, Failure> {
        let written: Written = toml::from_str(self.text).map_err(|e| self.refused(&e))?;
        let (mut root_files, mut template_files) = (Vec::new(), Vec::new());
        let mut environments: BTreeMap<String, Environment> = BTreeMap::new();
        let mut names: BTreeSet<String> = BTreeSet::new();
        for root in &written.roots {
            names.extend(root.environment.clone());
            if root.environment.is_some()
                && environment.is_some()
                && root.environment.as_deref() != environment
            {
                continue;
            }
            let path = self.existing(&root.path)?;
            let (var_files, parameters) =
                (self.all_existing(&root.var_files)?, self.all_existing(&root.parameters)?);
            let (of_roots, of_templates) = match &root.environment {
                Some(name) => {
                    let of = environments.entry(name.clone()).or_default();
                    (&mut of.root_files, &mut of.template_files)
                }
                None => (&mut root_files, &mut template_files),
            };
            of_roots.push((path.clone(), var_files));
            of_templates.push((path.clone(), parameters));
            for (name, file) in self.by_environment(&root.environments)? {
                names.insert(name.clone());
                environments.entry(name).or_default().root_files.push((path.clone(), vec![file]));
            }
        }
        if let Some(name) = environment.filter(|name| !names.contains(*name)) {
            let failure = Failure::new(format!("there is no environment {name} in {}", self.shown));
            return Err(match closest(name, names.iter().map(String::as_str)) {
                Some(other) => failure.with_help(format!("did you mean {other}?")),
                None => failure.with_help("[[roots]] names them: environment = \"...\""),
            });
        }
        let environments = environments
            .into_iter()
            .filter(|(name, _)| environment.is_none_or(|only| only == name))
            .map(|(name, files)| Environment { name, ..files });
        let overrides = written.overrides.iter().map(|o| {
            Ok(Override {
                paths: self.globs(&o.paths)?,
                ignore: self.rules(&o.ignore)?,
                severities: self.severities(&o.severity)?,
            })
        });
        Ok(Config {
            level: written.level,
            fail_on: written.fail_on,
            select: self.rules(&written.select)?,
            ignore: self.rules(&written.ignore)?,
            severities: self.severities(&written.severity)?,
            exclude: self.globs(&written.exclude)?,
            baseline: written.baseline.map(|path| self.base.join(path)),
            environments: environments.collect(),
            root_files,
            template_files,
            overrides: overrides.collect::<Result<_, Failure>>()?,
        })
    }

    /// The real path of what is named.
    fn existing(&self, path: &Spanned<PathBuf>) -> Result<PathBuf, Failure> {
        self.files
            .canonicalize(&self.base.join(path.get_ref()))
            .map_err(|_| self.fault(path.span(), &format!("there is no {}", path.get_ref().display())))
    }

    fn all_existing(&self, paths: &[Spanned<PathBuf>]) -> Result<Vec<PathBuf>, Failure> {
        paths.iter().map(|path| self.existing(path)).collect()
    }

    /// The files that patterns name, each with the environment that it is named after.
    fn by_environment(&self, patterns: &[Spanned<PathBuf>]) -> Result<Vec<(String, PathBuf)>, Failure> {
        let mut out = Vec::new();
        for pattern in patterns {
            let fault = |words: &str| self.fault(pattern.span(), words);
            let files = environments::files(self.files, self.base, pattern.get_ref())
                .map_err(|words| fault(&words))?;
            if files.is_empty() {
                return Err(fault(&format!("there is no {}", pattern.get_ref().display())));
            }
            for file in files {
                let name = environments::name_of(&file);
                out.push((name, self.files.canonicalize(&file).map_err(|e| fault(&e.to_string()))?));
            }
        }
        Ok(out)
    }

    fn rules(&self, ids: &[Spanned<String>]) -> Result<Vec<String>, Failure> {
        ids.iter().map(|id| self.rule(id)).collect()
    }

    fn severities(
        &self,
        written: &BTreeMap<Spanned<String>, Level>,
    ) -> Result<BTreeMap<String, Severity>, Failure> {
        written.iter().map(|(id, level)| Ok((self.rule(id)?, level.severity()))).collect()
    }

    fn rule(&self, id: &Spanned<String>) -> Result<String, Failure> {
        let name = id.get_ref();
        if RULES.iter().any(|rule| rule.id == name) {
            return Ok(name.clone());
        }
        let failure = self.fault(id.span(), &format!("there is no rule {name}"));
        Err(match closest(name, RULES.iter().map(|rule| rule.id)) {
            Some(other) => failure.with_help(format!("did you mean {other}?")),
            None => failure.with_help("`iaclint rules` lists them"),
        })
    }

    fn globs(&self, globs: &[Spanned<String>]) -> Result<Exclusion, Failure> {
        let mut set = GlobSetBuilder::new();
        for glob in globs {
            // `legacy/` and `legacy` are the same directory.
            let text = glob.get_ref().trim_start_matches("./").trim_end_matches('/');
            let parsed = Glob::new(text).map_err(|e| self.fault(glob.span(), &format!("{}", e.kind())))?;
            set.add(parsed);
        }
        let globs: GlobSet = set.build().map_err(|e| Failure::new(format!("{}: {e}", self.shown)))?;
        Ok(Exclusion { base: self.base.to_path_buf(), globs })
    }

    /// What the reader of TOML refuses, with a suggestion where it names what it expected.
    fn refused(&self, error: &toml::de::Error) -> Failure {
        let message = error.message().lines().collect::<Vec<_>>().join(" ");
        let failure = self.fault(error.span().unwrap_or(0..0), &message);
        let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
        match quoted.split_first() {
            Some((written, expected)) if message.starts_with("unknown ") => {
                match closest(written, expected.iter().copied()) {
                    Some(other) => failure.with_help(format!("did you mean {other}?")),
                    None => failure,
                }
            }
            _ => failure,
        }
    }

    fn fault(&self, span: std::ops::Range<usize>, words: &str) -> Failure {
        let at = self.lines.line_col(self.text, span.start as u32);
        let range = self.lines.line_range(self.text, at.line);
        let line = range.and_then(|r| self.text.get(r)).unwrap_or_default().trim_end().to_owned();
        Failure::new(format!("{}:{}:{}: {words}", self.shown, at.line, at.column)).with_line(at.line, line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Config, Failure> {
        let base = Path::new("/p");
        Reader { files: &Disk, shown: NAME, text, lines: LineIndex::new(text), base }.read(None)
    }

    fn refusal(text: &str) -> String {
        read(text).unwrap_err().words(iaclint_report::Look::PLAIN)
    }

    #[test]
    fn an_empty_file_says_nothing() {
        let config = read("").unwrap();
        assert!(config.level.is_none() && config.ignore.is_empty() && config.root_files.is_empty());
    }

    #[test]
    fn a_misspelt_key_finds_its_neighbour() {
        let words = refusal("level = \"error\"\nexlude = []\n");
        assert!(words.contains("iaclint.toml:2:1: unknown field `exlude`"), "{words}");
        assert!(words.contains("2 | exlude = []") && words.contains("did you mean exclude?"), "{words}");
    }

    #[test]
    fn a_misspelt_rule_finds_its_neighbour() {
        let words = refusal("[severity]\nsg-stale-refrence = \"error\"\n");
        assert!(words.contains("iaclint.toml:2:1: there is no rule sg-stale-refrence"), "{words}");
        assert!(words.contains("did you mean sg-stale-reference?"), "{words}");
    }

    #[test]
    fn a_misspelt_severity_finds_its_neighbour() {
        let words = refusal("level = \"warnin\"\n");
        assert!(words.contains("iaclint.toml:1:9:") && words.contains("did you mean warning?"), "{words}");
    }

    #[test]
    fn a_broken_glob_is_refused_at_its_place() {
        assert!(
            refusal("exclude = [\"a/[\"]\n").starts_with("error: iaclint.toml:1:12:"),
            "{}",
            refusal("exclude = [\"a/[\"]\n")
        );
    }

    #[test]
    fn excluded_directories_hold_what_is_below_them() {
        let config = read("exclude = [\"legacy/\", \"**/examples\"]\n").unwrap();
        let holds = |path: &str| config.exclude.holds(Path::new(path));
        assert!(holds("/p/legacy/a.tf") && holds("/p/legacy") && holds("/p/a/examples/b/c.tf"));
        assert!(!holds("/p/legacy2/a.tf") && !holds("/q/legacy/a.tf"));
    }

    #[test]
    fn the_published_schema_has_the_keys_that_are_read() {
        let schema: serde_json::Value =
            serde_json::from_str(include_str!("../../../docs/iaclint.schema.json")).unwrap();
        let keys = |pointer: &str| -> Vec<String> {
            schema.pointer(pointer).unwrap().as_object().unwrap().keys().cloned().collect()
        };
        let expected = |text: &str| -> Vec<String> {
            let error = toml::from_str::<Written>(text).unwrap_err();
            error.message().split('`').skip(3).step_by(2).map(str::to_owned).collect()
        };
        assert_eq!(keys("/properties"), expected("x = 1"));
        assert_eq!(keys("/properties/roots/items/properties"), expected("[[roots]]\nx = 1"));
        assert_eq!(keys("/properties/overrides/items/properties"), expected("[[overrides]]\nx = 1"));
    }
}
