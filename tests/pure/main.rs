//! Tests without a database: goldens, properties, published vectors.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, its helpers too")]

mod breaker;
mod config;
mod crypto;
mod sandbox;
mod transport;
mod whatsapp;
