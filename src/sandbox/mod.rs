//! The sandbox: a strict stand-in for the companies. It speaks their wire formats, signs its webhooks, enforces their limits with their
//! error codes, plays the people, and misbehaves on command.
//!
//! It shares no code with our channels: what both would get wrong alike could never be found.

pub mod control;
pub mod graph;
pub mod smsc;

mod connection;
mod faults;
mod options;
mod people;
mod provider;
mod refusal;
mod requests;
mod server;
mod sms;
mod state;
mod templates;
mod ussd;
mod wamid;
mod webhook;

pub use options::{Number, Options};
pub use server::{Handle, Sandbox, StartError};
pub use sms::{SmsCompany, SmsGateway};
pub use smsc::{IdForm, SmscOptions};
pub use ussd::{UssdGateway, UssdStyle};
