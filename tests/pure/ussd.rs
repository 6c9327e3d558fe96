//! USSD gateways: requests in every company's form, read; screens, written byte for byte.

mod cases;
mod configuration;
mod guide;
mod readers;

use std::collections::BTreeMap;

use bytes::Bytes;
use ganira::channels::BadGateway;
use ganira::channels::ussd::{Asked, Asking, Called, Gateway, Hop, Unreadable};
use ganira::config::{Config, Purpose, Sources, UssdGateway};
use http::{HeaderMap, Method};

const KEY: &str = "a-key-for-tests-only";

/// The gateways of a configuration file.
pub(crate) fn configured(toml: &str) -> BTreeMap<String, UssdGateway> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ganira.toml");
    std::fs::write(&file, toml).unwrap();
    let sources = Sources { purpose: Purpose::Dev, file: Some(file), environment: BTreeMap::new() };
    Config::load(&sources, |_, _| {}).unwrap_or_else(|error| panic!("{error}\n{toml}")).ussd_gateways
}

/// The gateway `g` with these lines.
fn try_gateway(lines: &str) -> Result<Gateway, BadGateway> {
    let gateways = configured(&format!("[ussd.gateways.g]\nkey = \"{KEY}\"\n{lines}"));
    Gateway::new("g", &gateways["g"])
}

fn gateway(lines: &str) -> Gateway {
    try_gateway(lines).unwrap_or_else(|error| panic!("{error}"))
}

fn read(gateway: &Gateway, method: &str, path: &str, body: &str) -> Result<Asked, Unreadable> {
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let query = if method == Method::GET { body } else { "" };
    let body = Bytes::from(if method == Method::GET { String::new() } else { body.to_owned() });
    gateway.read(&Called { method: &method, path, query, headers: &HeaderMap::new(), body: &body })
}

fn hop(asked: Asked) -> Hop {
    match asked.asking {
        Asking::Hop(hop) => hop,
        other => panic!("no hop: {other:?}"),
    }
}
