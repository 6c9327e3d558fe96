//! The field maps of known companies (`presets.toml`), and what the configuration puts over them.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::config::{UssdAnswer, UssdGateway, UssdInput, UssdRequest, Words};

/// The kind without a preset.
pub(super) const CUSTOM: &str = "custom";
const PRESETS: &str = include_str!("presets.toml");

macro_rules! written {
    ($($field:ident: $type:ty,)*) => {
        /// A field map as it is written: every part may be missing. The names are those of the configuration.
        #[derive(Debug, Clone, Default, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub(super) struct Written { $( pub $field: Option<$type>, )* }

        impl Written {
            /// What the configuration says; what it leaves open is said by the preset.
            pub(super) fn under(self, config: &UssdGateway) -> Self {
                Self { $( $field: config.$field.clone().or(self.$field), )* }
            }
        }
    };
}

written! {
    number: String,
    screen_chars: u16,
    request: UssdRequest,
    methods: Words,
    path: String,
    procedure: String,
    session: Words,
    phone: Words,
    code: Words,
    text: Words,
    input: UssdInput,
    code_in_text: bool,
    dialled: Words,
    sequence: Words,
    network: Words,
    event: Words,
    event_new: Words,
    event_answer: Words,
    event_finished: Words,
    event_aborted: Words,
    event_timed_out: Words,
    event_failed: Words,
    answer: UssdAnswer,
    answer_fields: Words,
    answer_headers: Words,
    answer_root: String,
    go_on: String,
    end: String,
    acknowledged_fields: Words,
    refused_fields: Words,
}

/// The preset of a kind; nothing but holes for `custom`, `None` for a kind there is not.
pub(super) fn preset(kind: &str) -> Option<Written> {
    if kind == CUSTOM { Some(Written::default()) } else { presets().remove(kind) }
}

/// The kinds there are, `custom` last.
pub fn kinds() -> Vec<String> {
    presets().into_keys().chain([CUSTOM.to_owned()]).collect()
}

#[expect(clippy::expect_used, reason = "the file is compiled in, and a test reads it")]
fn presets() -> BTreeMap<String, Written> {
    toml::from_str(PRESETS).expect("presets.toml can be read")
}
