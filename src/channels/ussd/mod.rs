//! USSD gateways: every company's callback read, and every screen written, by a field map.
//!
//! Five ways to write fields (form, query, JSON, XML, XML-RPC), two to tell what was typed (all of it, or the last), five ways to answer:
//! a gateway is a choice among them and the names of its fields. `presets.toml` holds those of known companies, the configuration those of
//! the others. Nobody signs USSD: the secret path and the network's address are checked before anything is read here.

mod asked;
mod compile;
mod dialled;
mod fields;
mod form;
mod map;
mod pattern;
mod phone;
mod preset;
mod read;
mod unreadable;
mod write;

pub use asked::{Asked, Asking, Called, Ended, Hop, Input, Screen};
pub use preset::kinds;
pub use unreadable::Unreadable;

use bytes::Bytes;
use http::Response;

use crate::channels::BadGateway;
use crate::config::UssdGateway;
use crate::flows::layout::gsm;

/// One configured gateway.
#[derive(Debug, Clone)]
pub struct Gateway {
    name: String,
    map: map::Map,
}

impl Gateway {
    /// Puts the configuration over its preset and checks the whole; every mistake comes back at once.
    pub fn new(name: &str, config: &UssdGateway) -> Result<Self, BadGateway> {
        compile::compile(name, config).map(|map| Self { name: name.to_owned(), map })
    }

    /// The name in the callback's path.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What a screen holds, in septets of GSM 03.38.
    pub fn screen_chars(&self) -> u16 {
        self.map.screen_chars
    }

    /// The HTTP method its requests have, the first of several.
    pub fn usual_method(&self) -> &http::Method {
        // An empty list of methods is refused when the map is compiled.
        self.map.methods.first().unwrap_or(&http::Method::POST)
    }

    /// What a request means. Bytes from outside never panic here.
    pub fn read(&self, request: &Called<'_>) -> Result<Asked, Unreadable> {
        read::read(&self.map, request)
    }

    /// The answer with a screen, always 200; its first byte is the gateway's marker, and the same screen gives the same bytes.
    pub fn answer(&self, asked: &Asked, screen: &Screen) -> Response<Bytes> {
        debug_assert!(gsm::septets(&screen.text).is_some(), "a screen is laid out in the alphabet of phones");
        write::screen(&self.map, asked, screen)
    }

    /// The answer to what asks for no screen: [`Asking::Ended`] and [`Asking::Other`].
    pub fn acknowledge(&self, asked: &Asked) -> Response<Bytes> {
        write::acknowledgement(&self.map, asked)
    }

    /// The answer to a request that cannot be read: the gateway's own form of a refusal, else a last screen that says `said`. Always 200:
    /// an HTTP error would show the operator's words to the person.
    pub fn refuse(&self, why: &Unreadable, said: &str) -> Response<Bytes> {
        write::refusal(&self.map, why, said)
    }
}
