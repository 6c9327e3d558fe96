//! What a person's words mean, given what was asked. Deterministic tables, no guessing.

mod fold;
mod pick;
mod reading;
mod typed;

pub(crate) use fold::fold;
pub(crate) use pick::{Hearing, Picked, Seen, pick};
pub use reading::{Ears, Found, Reading, Wanted};
pub use typed::{find, read};
