//! What an assembly deploys beside its templates: the builds of container images, code of functions, scripts.

use std::path::{Path, PathBuf};

use iaclint_graph::{Asset, AssetKind};
use iaclint_source::{FileKind, Project};
use iaclint_value::{Name, Value};
use rustc_hash::{FxHashMap, FxHashSet};

/// The most assets of one assembly.
const MAX_ASSETS: usize = 2_000;
/// The most files of one asset that are named.
const MAX_FILES: usize = 200;
/// The most files that are named in all.
const MAX_FILES_IN_ALL: usize = 20_000;
/// Larger scripts are nobody's entry point.
const MAX_PROGRAM_BYTES: u64 = 256 << 10;
/// The deepest that an asset is looked into.
const MAX_DEPTH: usize = 3;

/// The files of one assembly's asset manifests, by hash, as they are named there.
pub(crate) type Files = FxHashMap<Name, Name>;

/// Collects the assets of an assembly and of those within it.
#[derive(Debug, Default)]
pub(crate) struct Assets {
    found: Vec<Asset>,
    /// Hashes with what the asset becomes: stacks name the same asset again and again.
    known: FxHashSet<(Name, bool)>,
    files: usize,
}

impl Assets {
    /// Reads one asset manifest; `directory` is that of its assembly.
    pub fn read(&mut self, project: &Project, directory: &Path, manifest: &Value, files: &mut Files) {
        for (hash, _, file) in entries(manifest, "files") {
            let Some(path) = file.get("source").and_then(|s| text(s, "path")) else { continue };
            files.insert(hash.clone(), path.clone());
            // A template is no asset that a resource names.
            if !path.ends_with(".template.json") {
                let names = destinations(file, "objectKey");
                self.add(project, hash, names, &directory.join(&*path), None);
            }
        }
        for (hash, _, image) in entries(manifest, "dockerImages") {
            let Some(source) = image.get("source") else { continue };
            let Some(path) = text(source, "directory") else { continue };
            let names = destinations(image, "imageTag");
            let built =
                Built { dockerfile: text(source, "dockerFile"), target: text(source, "dockerBuildTarget") };
            self.add(project, hash, names, &directory.join(&*path), Some(built));
        }
    }

    /// Reads the assets that an entry of the construct metadata speaks of: how old libraries hand them to their templates. Gives the template's
    /// parameter for the key of an object with what it will be.
    pub fn of_metadata(
        &mut self,
        project: &Project,
        directory: &Path,
        entry: &Value,
    ) -> Option<(Name, String)> {
        let data = entry.get("data")?;
        let (hash, path) = (text(data, "sourceHash").or_else(|| text(data, "id"))?, text(data, "path")?);
        let path = directory.join(&*path);
        let is_image = text(data, "packaging")? == "container-image";
        let built = is_image.then(|| Built { dockerfile: text(data, "file"), target: text(data, "target") });
        self.add(project, &hash, text(data, "imageTag").into_iter().collect(), &path, built);
        // The command line uploads an object under its hash and joins prefix and name like this.
        Some((text(data, "s3KeyParameter")?, format!("assets/||{hash}.zip")))
    }

    fn add(&mut self, project: &Project, hash: &Name, also: Vec<Name>, path: &Path, built: Option<Built>) {
        let is_image = built.is_some();
        if self.found.len() >= MAX_ASSETS || !self.known.insert((hash.clone(), is_image)) {
            return;
        }
        let kind = built.map_or(AssetKind::Object, |Built { dockerfile, target }| AssetKind::Image {
            dockerfile: project.relative(&path.join(dockerfile.as_deref().unwrap_or("Dockerfile"))),
            target,
        });
        let mut names: Vec<Name> = Vec::new();
        for name in std::iter::once(hash.clone()).chain(also) {
            // A short name, like a tag `latest`, would be found in texts that do not mean it.
            if name.len() >= 12 && !names.contains(&name) {
                names.push(name);
            }
        }
        // What lies outside the project or is not here can be named, but not looked into.
        let files = self.files_of(project, path);
        // The judges read what starts a container or a machine; all of a function's code is nobody's reading.
        for file in files.iter().filter(|f| is_program(f) && (is_image || files.len() == 1)) {
            if matches!(project.kind(Path::new(file)), Ok(FileKind::File(bytes)) if bytes <= MAX_PROGRAM_BYTES)
            {
                // One that cannot be read is one that is not known.
                drop(project.read_text(Path::new(file)));
            }
        }
        self.found.push(Asset { names, path: project.relative(path), files, kind });
    }

    fn files_of(&mut self, project: &Project, path: &Path) -> Vec<String> {
        let mut out = Vec::new();
        if project.is_file(path) {
            out.push(project.relative(path));
        }
        let mut level: Vec<PathBuf> =
            if project.is_dir(path) { vec![path.to_path_buf()] } else { Vec::new() };
        for _ in 0..MAX_DEPTH {
            let mut below = Vec::new();
            for directory in &level {
                for entry in project.read_dir(directory).unwrap_or_default() {
                    if out.len() >= MAX_FILES || self.files + out.len() >= MAX_FILES_IN_ALL {
                        break;
                    }
                    match entry.kind {
                        FileKind::File(_) => out.push(project.relative(&directory.join(&entry.name))),
                        FileKind::Directory if entry.name != "node_modules" => {
                            below.push(directory.join(&entry.name));
                        }
                        _ => {}
                    }
                }
            }
            level = below;
        }
        self.files += out.len();
        out
    }

    /// What was found, in the order of the manifests.
    pub fn into_found(self) -> Vec<Asset> {
        self.found
    }
}

/// How an image is built, as far as it is not by default.
struct Built {
    dockerfile: Option<Name>,
    target: Option<Name>,
}

/// What an asset is called at its destinations.
fn destinations(asset: &Value, key: &str) -> Vec<Name> {
    entries(asset, "destinations").iter().filter_map(|(_, _, d)| text(d, key)).collect()
}

/// Whether a file of this name may be what a container or machine is started with, or how an image is built.
fn is_program(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    [".sh", ".bash"].iter().any(|end| name.ends_with(end))
        || name.contains("Dockerfile")
        || name.contains("entrypoint")
}

fn entries<'v>(value: &'v Value, field: &str) -> &'v [(Name, iaclint_value::OriginId, Value)] {
    value.get(field).and_then(Value::as_object).map_or(&[][..], |o| &o.fields)
}

fn text(value: &Value, field: &str) -> Option<Name> {
    value.get(field).and_then(Value::as_str).map(|t| Name::from(&*t))
}
