//! The USSD gateways of the configuration, made ready once.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use chrono::TimeDelta;
use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;

use super::session::Life;
use crate::channels::ussd::{BadGateway, Gateway};
use crate::config::{Networks, UssdGateway};
use crate::flows::Screen;

/// The part of an operator's budget that is left to the way back.
const MARGIN: u32 = 10;

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

/// All gateways by their names.
#[derive(Debug, Default)]
pub struct Gateways(HashMap<String, Place>);

impl Gateways {
    pub fn new<'c>(config: impl IntoIterator<Item = (&'c String, &'c UssdGateway)>) -> Result<Self, BadGateway> {
        let places = config.into_iter().map(|(name, config)| Ok((name.clone(), Place::new(name, config)?)));
        places.collect::<Result<_, _>>().map(Self)
    }

    pub fn get(&self, name: &str) -> Option<&Place> {
        self.0.get(name)
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
