//! Tests on a real Postgres and the real server.
#![expect(clippy::unwrap_used, reason = "a test fails where something is missing")]

mod engine;
mod entrance;
mod harness;
mod journey;
mod private_postgres;
mod salon;
mod world;
