//! From what is written to what can be run: every mistake of a gateway is found, and told with its field and what was expected.

use std::fmt;

use phonenumber::country::Id as Country;
use secrecy::ExposeSecret as _;

use super::map::{Body, Happened, Map, Writing};
use super::pattern::{self, Filled, Part, With};
use super::preset::{self, Written};
use super::{Ended, dialled};
use crate::config::{UssdAnswer, UssdGateway, UssdInput, UssdRequest, Words};

/// A shorter secret path could be guessed.
const KEY_CHARS_MIN: usize = 16;
const NAME_CHARS_MAX: usize = 32;
const SCREEN_CHARS: u16 = 160;
const KEY_MAX: usize = 4;

/// A gateway whose settings cannot be used; holds every mistake.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct BadGateway {
    /// The gateway's name.
    pub name: String,
    /// The field (empty for the gateway as a whole), and what is wrong with it: the text completes "field …". Holds no secret.
    pub mistakes: Vec<(&'static str, String)>,
}

impl BadGateway {
    /// The mistakes with their paths in the configuration.
    pub fn by_path(&self) -> impl Iterator<Item = (String, &str)> {
        self.mistakes.iter().map(|(field, text)| {
            let dot = if field.is_empty() { "" } else { "." };
            (format!("ussd.gateways.{}{dot}{field}", self.name), text.as_str())
        })
    }
}

impl fmt::Display for BadGateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the USSD gateway `{}` cannot be used:", self.name)?;
        self.by_path().try_for_each(|(path, text)| write!(f, "\n  {path} {text}"))
    }
}

pub(super) fn compile(name: &str, config: &UssdGateway) -> Result<Map, BadGateway> {
    let mut compiler = Compiler { custom: config.kind == preset::CUSTOM, mistakes: Vec::new() };
    let map = compiler.map(name, config);
    match map {
        Some(map) if compiler.mistakes.is_empty() => Ok(map),
        _ => Err(BadGateway { name: name.to_owned(), mistakes: compiler.mistakes }),
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
        let echoed =
            echoed(answer.iter().chain(headers.iter().map(|(_, filled)| filled)).chain(acknowledged.iter().flatten()));
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

    fn body(&mut self, written: &Written) -> Option<Body> {
        match self.needed("request", written.request, "`form`, `query`, `json`, `xml` or `xmlrpc`")? {
            UssdRequest::Form => Some(Body::Form),
            UssdRequest::Query => Some(Body::Query),
            UssdRequest::Json => Some(Body::Json),
            UssdRequest::Xml => Some(Body::Xml),
            UssdRequest::XmlRpc => {
                let procedure = self.needed("procedure", written.procedure.clone(), "the name of the called method")?;
                Some(Body::XmlRpc { procedure })
            }
        }
    }

    fn methods(&mut self, written: &Written) -> Vec<http::Method> {
        let Some(methods) = &written.methods else {
            let query = written.request == Some(UssdRequest::Query);
            return vec![if query { http::Method::GET } else { http::Method::POST }];
        };
        let mut read = Vec::new();
        for method in methods.iter() {
            match method {
                "GET" => read.push(http::Method::GET),
                "POST" => read.push(http::Method::POST),
                "PUT" => read.push(http::Method::PUT),
                other => self.wrong("methods", format!("holds \"{other}\": expected GET, POST or PUT")),
            }
        }
        read
    }

    fn needed_fields(&mut self, written: &Written) -> (Vec<String>, Vec<String>, Vec<String>) {
        let mut of = |field, words: &Option<Words>, what| {
            self.needed(field, words.as_ref(), what).map(|words| names(Some(words))).unwrap_or_default()
        };
        (
            of("session", &written.session, "the field that names the session"),
            of("phone", &written.phone, "the field with the phone number"),
            of("text", &written.text, "the field with what was typed"),
        )
    }

    fn events(&mut self, written: &Written) -> (Vec<String>, Vec<(String, Happened)>) {
        let values = [
            ("event_new", &written.event_new, Happened::Began),
            ("event_answer", &written.event_answer, Happened::Answered),
            ("event_finished", &written.event_finished, Happened::Ended(Ended::Finished)),
            ("event_aborted", &written.event_aborted, Happened::Ended(Ended::Aborted)),
            ("event_timed_out", &written.event_timed_out, Happened::Ended(Ended::TimedOut)),
            ("event_failed", &written.event_failed, Happened::Ended(Ended::Failed)),
        ];
        let mut happened: Vec<(String, Happened)> = Vec::new();
        for (field, words, meaning) in values {
            if words.is_some() && written.event.is_none() {
                self.wrong(field, "is set while `event` is not: expected the field these values stand in");
            }
            for word in words.iter().flat_map(Words::iter) {
                if happened.iter().any(|(other, _)| other.eq_ignore_ascii_case(word)) {
                    self.wrong(field, format!("holds \"{word}\", which means something else already"));
                }
                happened.push((word.to_owned(), meaning));
            }
        }
        if written.event.is_some() && happened.is_empty() {
            self.wrong("event", "is set without any value: expected event_new, event_answer or their like beside it");
        }
        (names(written.event.as_ref()), happened)
    }

    fn writing(&mut self, written: &Written) -> Option<Writing> {
        let expected = "`marked`, `plain`, `json`, `xml` or `xmlrpc`";
        match self.needed("answer", written.answer, expected)? {
            UssdAnswer::Marked => {
                let go_on = written.go_on.clone().unwrap_or_else(|| "CON".to_owned());
                let end = written.end.clone().unwrap_or_else(|| "END".to_owned());
                if go_on == end || go_on.is_empty() || end.is_empty() {
                    self.wrong("end", "is the same as go_on, or one of them is empty: expected two words");
                }
                Some(Writing::Marked { go_on, end })
            }
            UssdAnswer::Plain => Some(Writing::Plain),
            UssdAnswer::Json => Some(Writing::Json),
            UssdAnswer::Xml => {
                let root =
                    self.needed("answer_root", written.answer_root.clone(), "the name of the outermost element")?;
                if !is_element(&root) {
                    self.wrong("answer_root", format!("is \"{root}\": expected the name of an element"));
                }
                Some(Writing::Xml { root })
            }
            UssdAnswer::XmlRpc => Some(Writing::XmlRpc),
        }
    }

    fn filled(&mut self, field: &'static str, words: Option<&Words>) -> Vec<Filled> {
        let mut read = Vec::new();
        for word in words.into_iter().flat_map(Words::iter) {
            match pattern::filled(word) {
                Ok(filled) => read.push(filled),
                Err(expected) => self.wrong(field, format!("holds \"{word}\": expected {expected}")),
            }
        }
        read
    }

    fn headers(&mut self, written: &Written) -> Vec<(http::HeaderName, Filled)> {
        let mut read = Vec::new();
        for filled in self.filled("answer_headers", written.answer_headers.as_ref()) {
            match filled.name.parse() {
                Ok(name) => read.push((name, filled)),
                Err(_) => {
                    self.wrong("answer_headers", format!("holds \"{}\": expected the name of a header", filled.name))
                }
            }
        }
        read
    }

    /// An answer without screen, or without a word on whether it goes on, would leave people in the dark.
    fn check_screen_shown(&mut self, written: &Written, answer: &[Filled]) {
        let Some(form) = written.answer else { return };
        let in_text = matches!(form, UssdAnswer::Marked | UssdAnswer::Plain);
        if in_text && !answer.is_empty() {
            self.wrong(
                "answer_fields",
                "are set while the answer is a text: expected `answer` to be json, xml or xmlrpc",
            );
        }
        if !in_text && !answer.iter().any(|filled| filled.with == With::Screen) {
            self.wrong("answer_fields", "hold no {screen}: expected one field with it");
        }
        let says_state = |filled: &Filled| matches!(filled.with, With::State { .. });
        if !in_text && !answer.iter().any(says_state) {
            self.wrong("answer_fields", "hold no {goes on|ends}: expected one field with it");
        }
        let headers = written.answer_headers.iter().flat_map(Words::iter);
        if form == UssdAnswer::Plain
            && !headers.filter_map(|word| pattern::filled(word).ok()).any(|filled| says_state(&filled))
        {
            self.wrong(
                "answer_headers",
                "hold no {goes on|ends}: expected one header with it, because the answer is plain",
            );
        }
        if form == UssdAnswer::Xml {
            for filled in answer.iter().filter(|filled| !filled.name.split('.').all(is_element)) {
                self.wrong("answer_fields", format!("holds \"{}\": expected the name of an element", filled.name));
            }
        }
        let path = pattern::path(written.path.as_deref().unwrap_or_default());
        if path.iter().any(|part| *part == Part::Field(String::new())) {
            self.wrong("path", "holds {}: expected a name between the braces");
        }
        if written.input == Some(UssdInput::History) && written.dialled.is_some() {
            self.wrong("dialled", "is set while `input` is `history`, which tells what was dialled");
        }
    }
}

fn names(words: Option<&Words>) -> Vec<String> {
    words.into_iter().flat_map(Words::iter).map(str::to_owned).collect()
}

fn echoed<'a>(filled: impl Iterator<Item = &'a Filled>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for filled in filled {
        if let With::Echo(name) = &filled.with
            && !names.contains(name)
        {
            names.push(name.clone());
        }
    }
    names
}

fn is_element(name: &str) -> bool {
    let mut letters = name.bytes();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && letters.all(|c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-'))
}
