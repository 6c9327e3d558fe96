//! A request of a company, as it came.

use bytes::Bytes;
use http::{HeaderMap, Method};

use super::fields::Fields;

/// A request at one of our webhooks.
#[derive(Debug, Clone, Copy)]
pub struct Called<'a> {
    pub method: &'a Method,
    /// Path and query exactly as they stood in the request line.
    pub target: &'a str,
    pub headers: &'a HeaderMap,
    pub body: &'a Bytes,
}

impl Called<'_> {
    /// A header's text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// What stands behind the `?`.
    pub(super) fn query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }

    pub(super) fn is_json(&self) -> bool {
        let kind = self.header("content-type").unwrap_or_default();
        kind.trim_start().to_ascii_lowercase().starts_with("application/json")
    }

    /// The fields of a flat request: those of the query, and those of its body, be it a form or a JSON object.
    pub(super) fn fields(&self) -> Fields {
        let mut fields = Fields::of_form(self.query().as_bytes());
        let trimmed = self.body.trim_ascii_start();
        if self.is_json() || trimmed.first() == Some(&b'{') {
            fields.extend(Fields::of_json(self.body));
        } else {
            fields.extend(Fields::of_form(self.body));
        }
        fields
    }

    /// What is kept of it: the body, or the query of a request without one.
    pub fn raw(&self) -> Bytes {
        if self.body.is_empty() { Bytes::copy_from_slice(self.query().as_bytes()) } else { self.body.clone() }
    }
}
