//! What the evaluator makes of small configurations.

mod demands;
mod hostile;
mod inputs;
mod instances;
mod plans;
mod problems;
mod references;
mod support;
mod versions;
