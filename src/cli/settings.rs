//! Loads the configuration for a command, with the checks that need floors above it.

use std::path::PathBuf;

use secrecy::ExposeSecret as _;

use crate::channels::sms;
use crate::channels::ussd::Gateway;
use crate::config::{Config, ConfigError, Mistake, Mistakes, Purpose, Sources};
use crate::crypto::{KeyRing, KeyedHash};

/// Reads file and environment; every mistake comes back at once. Production refuses the secrets of `dev`.
pub(super) fn load(purpose: Purpose, file: Option<PathBuf>) -> Result<Config, ConfigError> {
    let config = Config::load(&Sources::of_this_process(purpose, file), check)?;
    if purpose == Purpose::Serve {
        config.refuse_dev_secrets()?;
    }
    Ok(config)
}

fn check(config: &Config, mistakes: &mut Mistakes) {
    check_keys(config, mistakes);
    check_gateways(config, mistakes);
    check_sms_gateways(config, mistakes);
}

fn check_sms_gateways(config: &Config, mistakes: &mut Mistakes) {
    for (name, gateway) in &config.sms_gateways {
        if let Err(bad) = sms::Gateway::new(name, gateway, config.server.public_url.as_ref()) {
            bad.by_path().for_each(|(path, text)| mistakes.add(Mistake::at(path, text)));
        }
    }
}

fn check_gateways(config: &Config, mistakes: &mut Mistakes) {
    for (name, gateway) in &config.ussd_gateways {
        if let Err(bad) = Gateway::new(name, gateway) {
            bad.by_path().for_each(|(path, text)| mistakes.add(Mistake::at(path, text)));
        }
    }
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
