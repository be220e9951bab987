//! Judges: needs (who talks to whom) and reach (can it). Every verdict is open, closed or cannot tell, with the witness that shows it.

use iaclint_model::Model;
use iaclint_source::Sources;

/// The answers of all judges over one model.
#[derive(Debug)]
pub struct Analysis<'m> {
    /// The model.
    pub model: &'m Model<'m>,
}

impl<'m> Analysis<'m> {
    /// The judges over a model.
    pub fn new(model: &'m Model<'m>) -> Self {
        Self { model }
    }

    /// The files.
    pub fn sources(&self) -> &'m Sources {
        self.model.sources()
    }
}
