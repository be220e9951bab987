//! Every output format, and what may stand in it.

pub mod mask;
