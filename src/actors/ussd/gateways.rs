//! The USSD gateways of the configuration, made ready once.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use chrono::TimeDelta;
use quick_cache::sync::Cache;
use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;

use super::session::{Life, Short};
use crate::channels::BadGateway;
use crate::channels::ussd::Gateway;
use crate::config::{Networks, UssdGateway};
use crate::flows::Screen;

/// The part of an operator's budget that is left to the way back.
const MARGIN: u32 = 10;
/// Last screens remembered that have left: more than are on their way at once.
const LEFT_MAX: usize = 20_000;

/// One gateway, and how its operator's sessions are.
#[derive(Debug)]
pub struct Place {
    pub gateway: Gateway,
    key: SecretString,
    allow_from: Option<Networks>,
    /// An answer has to leave this long after its request came.
    pub budget: Duration,
    pub life: Life,
    pub screen: Screen,
}

/// All gateways by their names, and which last screens have left by them.
#[derive(Debug)]
pub struct Gateways {
    places: HashMap<String, Place>,
    left: Cache<Short, ()>,
}

impl Default for Gateways {
    fn default() -> Self {
        Self { places: HashMap::new(), left: Cache::new(LEFT_MAX) }
    }
}

impl Gateways {
    pub fn new<'c>(config: impl IntoIterator<Item = (&'c String, &'c UssdGateway)>) -> Result<Self, BadGateway> {
        let places = config.into_iter().map(|(name, config)| Ok((name.clone(), Place::new(name, config)?)));
        Ok(Self { places: places.collect::<Result<_, _>>()?, ..Self::default() })
    }

    pub fn get(&self, name: &str) -> Option<&Place> {
        self.places.get(name)
    }

    /// The last screen that answers this hop has left in time. What is forgotten of it with the process is told once more by SMS.
    pub fn has_left(&self, hop: Short) {
        self.left.insert(hop, ());
    }

    /// Whether the last screen that answers this hop is known to have left.
    pub fn left(&self, hop: Short) -> bool {
        self.left.get(&hop).is_some()
    }
}

impl Place {
    fn new(name: &str, config: &UssdGateway) -> Result<Self, BadGateway> {
        let gateway = Gateway::new(name, config)?;
        let ms = |ms: u64| TimeDelta::milliseconds(i64::try_from(ms).unwrap_or(i64::MAX));
        let budget = Duration::from_millis(config.budget_ms);
        let screen =
            Screen { chars: gateway.screen_chars(), more: config.more_key.clone(), back: config.back_key.clone() };
        Ok(Self {
            gateway,
            key: config.key.clone(),
            allow_from: config.allow_from.clone(),
            budget: budget.saturating_sub(budget / MARGIN),
            life: Life { idle: ms(config.idle_ms), total: ms(config.total_ms) },
            screen,
        })
    }

    /// Whether a request with this key from this address is believed. The key takes the same time wherever it differs.
    pub fn believes(&self, key: &str, from: Option<IpAddr>) -> bool {
        let known = bool::from(self.key.expose_secret().as_bytes().ct_eq(key.as_bytes()));
        let near = self.allow_from.as_ref().is_none_or(|networks| from.is_some_and(|from| networks.contain(from)));
        known & near
    }
}
