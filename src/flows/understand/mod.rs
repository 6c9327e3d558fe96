//! What a person's words mean, given what was asked. Deterministic tables, no guessing.
//!
//! A text is split (`tokens`), its words are looked up in the tables of all languages (`vocabulary`, with slips of spelling mended by
//! `slips`), and what they may mean, place by place (`senses`), is walked by a small grammar for numbers, days, times and so on. The spoken
//! language's tables come first; a word it does not know is looked for in the others.

mod amounts;
mod clock;
mod contacts;
mod days;
mod elisions;
mod fold;
mod moments;
mod numbers;
mod options;
mod ordinals;
mod pick;
mod read;
mod reading;
mod senses;
mod slips;
mod spans;
mod tokens;
mod vocabulary;
mod written_days;

pub(crate) use fold::fold;
pub use options::option;
pub use ordinals::ordinal;
pub(crate) use pick::{Hearing, Picked, Seen, pick, pick_in};
pub use read::{find, read};
pub use reading::{Ears, Found, Reading, Wanted};
