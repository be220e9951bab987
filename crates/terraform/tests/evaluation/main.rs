//! What the evaluator makes of small configurations.

mod demands;
mod grammar;
mod hostile;
mod inputs;
mod instances;
mod plans;
mod problems;
mod properties;
mod references;
mod support;
mod versions;
