//! Loads the configuration for a command, with the checks that need the crypto floor beside it.

use std::path::PathBuf;

use secrecy::ExposeSecret as _;

use crate::config::{Config, ConfigError, Mistake, Mistakes, Purpose, Sources};
use crate::crypto::{KeyRing, KeyedHash};

/// Reads file and environment; every mistake comes back at once. Production refuses the secrets of `dev`.
pub(super) fn load(purpose: Purpose, file: Option<PathBuf>) -> Result<Config, ConfigError> {
    let config = Config::load(&Sources::of_this_process(purpose, file), check_keys)?;
    if purpose == Purpose::Serve {
        config.refuse_dev_secrets()?;
    }
    Ok(config)
}

fn check_keys(config: &Config, mistakes: &mut Mistakes) {
    let ring = config.secrets.key_ring.as_ref().map(|ring| KeyRing::parse(ring.expose_secret()));
    if let Some(Err(error)) = ring {
        mistakes.add(Mistake::at("secrets.key_ring", format!("cannot be used: {error}")));
    }
    let hash = config.secrets.hash_key.as_ref().map(|key| KeyedHash::parse(key.expose_secret()));
    if let Some(Err(error)) = hash {
        mistakes.add(Mistake::at("secrets.hash_key", format!("cannot be used: {error}")));
    }
}
