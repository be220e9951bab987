//! The honest measure of recall: healthy projects are made wrong in one place at a time, as an engineer would by mistake, and what the built program
//! finds is counted. Nothing here knows a rule or the engine.

mod document;
mod edit;
mod injector;
mod injectors;
mod mentions;
mod project;
mod report;
mod scratch;
mod subjects;
mod trial;

pub use injector::Injector;
pub use injectors::all as injectors;
pub use report::{Causes, Report};
pub use subjects::{REPOSITORIES, Repository, Subject, fixtures, public};
pub use trial::{Outcome, Settings, Trial, Trials, run};
