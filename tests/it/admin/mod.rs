//! An operator's use cases: tenants, keys, dead letters, people.

mod commands;
mod flows;
mod keys;
mod letters;
mod people;
mod tenants;
mod waiting;

use ganira::cli::assemble;
use ganira::config::Config;
use ganira::crypto::{KeyRing, SecretKey};

/// A ring key as the configuration has it.
pub fn ring_key(id: &str, byte: u8) -> String {
    format!("{id}:{}", SecretKey::new([byte; 32]).to_base64().as_str())
}

pub fn ring(config: &Config) -> KeyRing {
    assemble::key_ring(config).unwrap()
}
