//! Tests without a database: goldens, properties, published vectors.
#![expect(clippy::unwrap_used, reason = "a test fails where something is missing")]

mod accounts;
mod booking;
mod breaker;
mod commands;
mod config;
mod crypto;
mod floors;
mod flow_commands;
mod flows;
mod hops;
mod keeping;
mod move_code;
mod outbound;
mod pace;
mod phones;
mod provider;
mod salon;
mod sandbox;
#[path = "../sim/store/mod.rs"]
mod sim_store;
mod smpp;
mod sms;
mod snapshot;
mod transport;
mod ussd;
mod whatsapp;
