//! Tests on a real Postgres and the real server.

mod harness;
mod private_postgres;
