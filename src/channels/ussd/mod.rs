//! USSD gateways: every company's callback read, and every screen written, by a field map.
//!
//! Five ways to write fields (form, query, JSON, XML, XML-RPC), two to tell what was typed (all of it, or the last), five ways to answer:
//! a gateway is a choice among them and the names of its fields. `presets.toml` holds those of known companies, the configuration those of
//! the others. Nobody signs USSD: the secret path and the network's address are checked before anything is read here.

mod asked;
mod unreadable;

pub use asked::{Asked, Asking, Called, Ended, Hop, Input, Screen};
pub use unreadable::Unreadable;
