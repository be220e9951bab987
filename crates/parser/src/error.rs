//! What leaves nothing to check, in words.

use std::path::PathBuf;

/// Why there is nothing to check. Each is the fault of how the tool was called, not of a file's content.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ParseError {
    /// A path that does not exist.
    NotFound(PathBuf),
    /// The paths exist, but nothing below them is of a kind that is read.
    NothingToCheck {
        /// The paths as given.
        paths: Vec<PathBuf>,
        /// Directories of CDK apps that have not been synthesized, relative to the project root.
        unsynthesized: Vec<String>,
    },
    /// A path lies outside the project root.
    OutsideRoot {
        /// The path.
        path: PathBuf,
        /// The project root.
        root: PathBuf,
    },
    /// A path exists but cannot be read as anything.
    Unreadable {
        /// The path.
        path: PathBuf,
        /// Why, as the end of a sentence that starts with the path.
        reason: String,
    },
}

impl std::fmt::Display for ParseError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotFound(path) => write!(f, "{}: no such file or directory", path.display()),
            Self::NothingToCheck { paths, unsynthesized } => {
                let names: Vec<String> = paths.iter().map(|p| p.display().to_string()).collect();
                write!(
                    f,
                    "nothing to check in {}: no Terraform files, templates or cdk.out",
                    names.join(", ")
                )?;
                match &unsynthesized[..] {
                    [] => Ok(()),
                    [app, ..] => write!(f, "; run `npx cdk synth -q` in {app} first"),
                }
            }
            Self::OutsideRoot { path, root } => write!(
                f,
                "{} lies outside the project root {}; give a directory above both with --project-root",
                path.display(),
                root.display()
            ),
            Self::Unreadable { path, reason } => write!(f, "cannot check {}: {reason}", path.display()),
        }
    }
}

impl std::error::Error for ParseError {}
