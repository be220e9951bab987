//! How long the stages of a run take.

use std::time::{Duration, Instant};

/// A stopwatch with a lap for each stage. What it shows differs from run to run, so it belongs into no output but one that asks for it.
#[derive(Clone, Debug)]
pub struct Stages {
    last: Instant,
    laps: Vec<(&'static str, Duration)>,
}

impl Stages {
    /// Starts the first stage.
    pub(crate) fn start() -> Self {
        Self { last: Instant::now(), laps: Vec::new() }
    }

    /// Ends a stage and starts the next one.
    pub fn end(&mut self, name: &'static str) {
        let now = Instant::now();
        self.laps.push((name, now - self.last));
        self.last = now;
    }

    /// The stages so far, in order.
    pub fn laps(&self) -> &[(&'static str, Duration)] {
        &self.laps
    }
}
