//! How far a reading is, for whoever waits for it.

use std::fmt::Debug;

/// Is told how far a run is, from several threads.
pub trait Progress: Debug + Send + Sync {
    /// A stage of so many steps begins.
    fn begin(&self, stage: &'static str, steps: usize);
    /// A step of it is done.
    fn step(&self);
}
