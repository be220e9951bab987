//! What the evaluator makes of small configurations.

mod inputs;
mod instances;
mod problems;
mod references;
mod support;
