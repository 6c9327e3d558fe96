//! Tests on a real Postgres and the real server.
#![expect(clippy::unwrap_used, reason = "a test fails where something is missing")]

mod admin;
mod api;
mod between;
mod contract;
mod dev;
mod engine;
mod entrance;
mod harness;
mod journey;
mod keeping;
mod media;
mod migrations;
mod private_postgres;
mod retention;
mod revisions;
mod salon;
mod smpp;
mod sms;
mod ussd;
mod waiting;
mod world;
