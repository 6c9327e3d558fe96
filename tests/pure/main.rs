//! Tests without a database: goldens, properties, published vectors.

mod breaker;
mod config;
mod crypto;
mod sandbox;
mod transport;
mod whatsapp;
