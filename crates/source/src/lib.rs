//! Files, spans and lines: the one door to the file system.
//!
//! Every other crate works on [`Span`]s and asks [`Sources`] for the text or the line behind them. All reading goes through a
//! [`FileSystem`] and a [`Project`], which confines it to the project root.

mod edit;
mod fs;
mod line_index;
mod overlay;
mod problem;
mod project;
mod sources;
mod span;

pub use edit::Edit;
pub use fs::{Disk, Entry, FileKind, FileSystem, Memory};
pub use line_index::{LineCol, LineIndex};
pub use overlay::Overlay;
pub use problem::{Problem, ProblemKind};
pub use project::{MAX_FILE_BYTES, Project, ReadError, normalize};
pub use sources::{SourceFile, Sources};
pub use span::{FileId, Span};
