//! Ganira: one engine on which a business converses with its customers over WhatsApp, USSD and SMS.
//!
//! The modules are floors, lowest last; each names only those below it. `tests/pure/floors.rs` holds the picture to the code.

pub mod cli;
pub mod sandbox;

pub mod api;

pub mod actors;

pub mod channels;

pub mod operations;

pub mod store;

pub mod flows;

pub mod config;
pub mod crypto;
pub mod resilience;

pub mod domain;
