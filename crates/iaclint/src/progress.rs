//! A bar under a run that takes long, where a person watches a terminal.

use std::io::{IsTerminal, stderr};
use std::sync::Arc;
use std::time::Duration;

use iaclint_parser::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A shorter run needs no bar.
const PATIENCE: Duration = Duration::from_millis(800);
/// How often the bar moves while nothing is done.
const TICK: Duration = Duration::from_millis(120);

/// The bar on standard error. It goes when the run ends.
#[derive(Clone, Debug)]
pub struct Bar(ProgressBar);

impl Bar {
    /// A bar that shows itself after a while; one that is never shown when no terminal is there that could draw it.
    pub fn new() -> Self {
        let bar =
            ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden()).with_message("reading files");
        style(&bar, "{spinner} {msg}");
        let draws = stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        if draws {
            let waiting = bar.downgrade();
            // It ends with the process, if that is sooner.
            std::thread::spawn(move || {
                std::thread::sleep(PATIENCE);
                if let Some(bar) = waiting.upgrade().filter(|bar| !bar.is_finished()) {
                    bar.set_draw_target(ProgressDrawTarget::stderr());
                    bar.enable_steady_tick(TICK);
                }
            });
        }
        Self(bar)
    }

    /// The bar for those who do the work.
    pub fn shared(&self) -> Arc<dyn Progress> {
        Arc::new(self.clone())
    }

    /// Takes the bar away.
    pub fn end(&self) {
        self.0.finish_and_clear();
    }
}

impl Progress for Bar {
    fn begin(&self, stage: &'static str, steps: usize) {
        style(&self.0, "{spinner} {msg} {wide_bar} {pos}/{len}");
        self.0.set_message(stage);
        self.0.set_length(steps as u64);
        self.0.set_position(0);
    }

    fn step(&self) {
        self.0.inc(1);
    }
}

fn style(bar: &ProgressBar, template: &str) {
    // A template that is none leaves the bar as it is.
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("━╸─"));
    }
}
