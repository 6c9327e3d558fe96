//! The operations that the flows of these tests may name.

use std::borrow::Cow;
use std::path::Path;

use ganira::flows::operation::salon;
use ganira::flows::{Environment, Field, OperationKind, Outcome, Signature, Type};

const TEXT: Type = Type::Text { chars_max: 40 };
const PLACE: &[Field] = &[
    Field { name: "id", kind: TEXT, optional: false },
    Field { name: "label", kind: TEXT, optional: false },
    Field { name: "note", kind: TEXT, optional: true },
];

/// Rows that no screen could show.
const STORY: &[Field] = &[
    Field { name: "id", kind: Type::Text { chars_max: 190 }, optional: false },
    Field { name: "label", kind: Type::Text { chars_max: 150 }, optional: false },
];

/// Operations for talks that need others than the salon's.
const SPARE: &[Signature] = &[
    Signature {
        name: "places",
        kind: OperationKind::Question,
        inputs: &[Field { name: "near", kind: TEXT, optional: true }],
        outcomes: &[Outcome { name: "found", yields: Some(Type::Rows { fields: PLACE, rows_max: 24 }) }],
    },
    Signature {
        name: "stories",
        kind: OperationKind::Question,
        inputs: &[],
        outcomes: &[Outcome { name: "found", yields: Some(Type::Rows { fields: STORY, rows_max: 3 }) }],
    },
    Signature {
        name: "keep_place",
        kind: OperationKind::Guarded,
        inputs: &[Field { name: "place", kind: TEXT, optional: false }],
        outcomes: &[Outcome { name: "kept", yields: Some(Type::Row(PLACE)) }, Outcome { name: "gone", yields: None }],
    },
];

/// All signatures a talk's flows may name.
pub fn signatures() -> Vec<Signature> {
    salon::ALL.iter().chain(SPARE).copied().collect()
}

/// What a talk's flows may name: these signatures, and nothing configured but what the tests of such steps need.
pub fn environment() -> Environment {
    Environment::of(&signatures())
}

/// Files with `### unreviewed` at the end of each language file that does not say who has read it.
pub fn reviewed<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<(&'a str, Cow<'a, str>)> {
    let says = |line: &str| line.starts_with("### unreviewed") || line.starts_with("### reviewed by ");
    let is_language = |name: &str| Path::new(name).extension().is_some_and(|extension| extension == "ftl");
    let headed = |name: &str, text: &'a str| match text {
        text if !is_language(name) || text.lines().any(says) => Cow::Borrowed(text),
        text => Cow::Owned(format!("{}\n### unreviewed\n", text.trim_end_matches('\n'))),
    };
    files.into_iter().map(|(name, text)| (name, headed(name, text))).collect()
}
