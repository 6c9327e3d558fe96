//! From what is written to what can be run: every mistake of a gateway is found, and told with its field and what was expected.

mod answers;
mod requests;

use phonenumber::country::Id as Country;
use secrecy::ExposeSecret as _;

use super::map::Map;
use super::preset;
use super::{dialled, pattern};
use crate::channels::BadGateway;
use crate::config::{UssdGateway, Words};

/// A shorter secret path could be guessed.
const KEY_CHARS_MIN: usize = 16;
const NAME_CHARS_MAX: usize = 32;
const SCREEN_CHARS: u16 = 160;
const KEY_MAX: usize = 4;

pub(super) fn compile(name: &str, config: &UssdGateway) -> Result<Map, BadGateway> {
    let mut compiler = Compiler { custom: config.kind == preset::CUSTOM, mistakes: Vec::new() };
    let map = compiler.map(name, config);
    match map {
        Some(map) if compiler.mistakes.is_empty() => Ok(map),
        _ => Err(BadGateway { channel: "ussd", name: name.to_owned(), mistakes: compiler.mistakes }),
    }
}

struct Compiler {
    custom: bool,
    mistakes: Vec<(&'static str, String)>,
}

impl Compiler {
    fn wrong(&mut self, field: &'static str, text: impl Into<String>) {
        self.mistakes.push((field, text.into()));
    }

    /// Every part is looked at even after a mistake.
    fn map(&mut self, name: &str, config: &UssdGateway) -> Option<Map> {
        self.check_gateway(name, config);
        let country = self.country(config.country.as_deref());
        let Some(preset) = preset::preset(&config.kind) else {
            let kinds = preset::kinds().join("`, `");
            self.wrong("kind", format!("is \"{}\": expected one of `{kinds}`", config.kind));
            return None;
        };
        let written = preset.under(config);
        let body = self.body(&written);
        let (methods, path) = (self.methods(&written), pattern::path(written.path.as_deref().unwrap_or_default()));
        let (session, phone, text) = self.needed_fields(&written);
        let input = self.needed("input", written.input, "`history` or `last`");
        let number = written.number.as_deref().map(dialled::code);
        let code = names(written.code.as_ref());
        if number.is_none() && code.is_empty() {
            let why =
                "is not set: expected the code people dial, such as *384*77#, because no field of the requests says it";
            self.wrong("number", why);
        }
        let (event, happened) = self.events(&written);
        let writing = self.writing(&written);
        let answer = self.filled("answer_fields", written.answer_fields.as_ref());
        let headers = self.headers(&written);
        let acknowledged = written.acknowledged_fields.is_some();
        let acknowledged =
            acknowledged.then(|| self.filled("acknowledged_fields", written.acknowledged_fields.as_ref()));
        let refused = written.refused_fields.is_some();
        let refused = refused.then(|| self.filled("refused_fields", written.refused_fields.as_ref()));
        self.check_screen_shown(&written, &answer);
        let echoed = answers::echoed(
            answer.iter().chain(headers.iter().map(|(_, filled)| filled)).chain(acknowledged.iter().flatten()),
        );
        Some(Map {
            country,
            number,
            screen_chars: written.screen_chars.unwrap_or(SCREEN_CHARS),
            body: body?,
            methods,
            path,
            session,
            phone,
            code,
            text,
            input: input?,
            code_in_text: written.code_in_text.unwrap_or(false),
            dialled: names(written.dialled.as_ref()),
            sequence: names(written.sequence.as_ref()),
            network: names(written.network.as_ref()),
            event,
            happened,
            writing: writing?,
            answer,
            headers,
            acknowledged,
            refused,
            echoed,
        })
    }

    fn check_gateway(&mut self, name: &str, config: &UssdGateway) {
        let mut letters = name.bytes();
        let good = letters.next().is_some_and(|first| first.is_ascii_lowercase())
            && letters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, b'-' | b'_'))
            && name.len() <= NAME_CHARS_MAX;
        if !good {
            self.wrong("", "has a name that cannot be used: expected a letter, then letters, digits, - and _, lower-case, at most 32");
        }
        let key = config.key.expose_secret();
        if key.len() < KEY_CHARS_MIN || !key.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_')) {
            self.wrong(
                "key",
                "cannot be used: expected at least 16 letters, digits, - and _, because it is part of a path",
            );
        }
        for (field, key) in [("more_key", &config.more_key), ("back_key", &config.back_key)] {
            let typed = key.bytes().all(|c| c.is_ascii_graphic());
            if !typed || !(1..=KEY_MAX).contains(&key.len()) {
                self.wrong(field, format!("is \"{key}\": expected 1 to {KEY_MAX} characters of a keypad"));
            }
        }
        if config.more_key == config.back_key {
            self.wrong("back_key", "is the same as more_key: expected another");
        }
        if config.idle_ms > config.total_ms {
            self.wrong(
                "idle_ms",
                format!("is {}: expected at most total_ms, which is {}", config.idle_ms, config.total_ms),
            );
        }
    }

    fn country(&mut self, country: Option<&str>) -> Option<Country> {
        let country = country?;
        let read = country.parse().ok();
        if read.is_none() {
            self.wrong("country", format!("is \"{country}\": expected two capital letters, such as RW"));
        }
        read
    }

    /// `expected` completes "is not set: expected …".
    fn needed<T>(&mut self, field: &'static str, value: Option<T>, expected: &str) -> Option<T> {
        if value.is_none() {
            let because = if self.custom { "" } else { ", which this preset leaves open" };
            self.wrong(field, format!("is not set: expected {expected}{because}"));
        }
        value
    }
}

fn names(words: Option<&Words>) -> Vec<String> {
    words.into_iter().flat_map(Words::iter).map(str::to_owned).collect()
}
