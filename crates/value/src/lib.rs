//! What a value is, where it came from, and which resources it speaks of.
//!
//! A [`Value`] is known as far as it can be before the deployment: a text may hold references, a list may be open-ended, an
//! unknown says why. Every value carries an [`OriginId`], the start of the chain of places that it flowed through.

mod data;
pub mod json;
mod origin;
mod reference;
mod secret;
mod text;
mod value;

pub use data::{Data, Encoding, Kind, List, Number, Object, Unknown, Why};
pub use origin::{Origin, OriginArena, OriginId, Origins, Via};
pub use reference::{Path, Reference, References, ResourceKey, RootId, Step, Target};
pub use secret::{MASK, looks_like_secret, secret_name};
pub use text::{Breaks, Flat, Literal, Piece, Placed, Text};
pub use value::{Marks, Value};

/// A name or short text: cheap to clone.
pub type Name = ecow::EcoString;
