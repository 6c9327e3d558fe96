//! What a field map says of requests.

use super::super::Ended;
use super::super::map::{Body, Happened};
use super::super::preset::Written;
use super::{Compiler, names};
use crate::config::{UssdRequest, Words};

impl Compiler {
    pub(super) fn body(&mut self, written: &Written) -> Option<Body> {
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

    pub(super) fn methods(&mut self, written: &Written) -> Vec<http::Method> {
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

    pub(super) fn needed_fields(&mut self, written: &Written) -> (Vec<String>, Vec<String>, Vec<String>) {
        let mut of = |field, words: &Option<Words>, what| {
            self.needed(field, words.as_ref(), what).map(|words| names(Some(words))).unwrap_or_default()
        };
        (
            of("session", &written.session, "the field that names the session"),
            of("phone", &written.phone, "the field with the phone number"),
            of("text", &written.text, "the field with what was typed"),
        )
    }

    pub(super) fn events(&mut self, written: &Written) -> (Vec<String>, Vec<(String, Happened)>) {
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
}
