//! Channels: one folder per company contract. Sans-IO: bytes in give values, values give requests; the transport alone sends.

pub mod bad_gateway;
pub mod guard;
pub mod outcome;
pub mod provider;
pub mod rule;
pub mod smpp;
pub mod sms;
pub mod transport;
pub mod ussd;
pub mod whatsapp;

pub use bad_gateway::BadGateway;
pub use outcome::{Refused, Scope, SendOutcome};
pub use transport::{Transport, TransportError};
