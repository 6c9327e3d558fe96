//! WhatsApp Business Cloud API: how its webhooks are verified and read, how messages become requests, and what its answers mean.
//!
//! Sans-IO: nothing here sends or waits. Sources named in these files are pages of Meta's Cloud API documentation.

pub mod limits;
pub mod media;
pub mod outcome;
pub mod parse;
pub mod policy;
pub mod render;
pub mod verify;

mod account;
mod fit;

pub use account::{Account, NotAnAccount, Recipient};
pub use outcome::outcome;
pub use parse::{Unreadable, accounts, parse};
pub use render::{Typing, mark_read, render};
pub use verify::{App, Unsigned, Verified, handshake, verify};
