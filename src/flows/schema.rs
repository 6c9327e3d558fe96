//! JSON Schemas of the files of a flow, so that editors complete and underline. The keys come from the readers themselves: each is run on an
//! empty file and asked which keys it looked for. What may stand behind a key is told by one table here.

use serde_json::{Map, Value as Json, json};

use super::reader;
use super::turn::Purpose;
use super::{steps, talk};

/// What may stand behind a key.
#[derive(Debug, Clone, Copy)]
enum Shape {
    Name,
    Text,
    /// A whole number between two.
    Whole(i64, i64),
    YesNo,
    Expression,
    /// Two expressions.
    Between,
    /// Names to expressions.
    Expressions,
    Arm,
    /// Names to arms.
    Arms,
    /// Options: a list of names, or names to arms.
    Options,
    /// Durations to arms.
    Silence,
    /// A duration or an expression.
    Duration,
    Steps,
    /// Names to types.
    Types,
    Channels,
    Languages,
    /// One word of several.
    OneOf(&'static [&'static str]),
    /// One word of several, or a list of them.
    SomeOf(&'static [&'static str]),
    /// Names to whole numbers.
    Numbers,
    /// A definition of its own.
    Own(&'static str),
    Anything,
}

/// The channels.
const CHANNELS: &[&str] = &["whatsapp", "ussd", "sms"];
/// The purposes a message may have.
const PURPOSES: &[&str] = &["service", "reminder", "marketing", "code"];
/// The types `ask` reads.
const ASKED: &[&str] = &[
    "text", "whole", "decimal", "money", "date", "time", "datetime", "duration", "phone", "email", "person", "yesno",
    "location", "image", "document", "media",
];

/// What stands behind a key, and what it is for. The same key means the same everywhere, but for the few of [`OWN`].
const KEYS: &[(&str, Shape, &str)] = &[
    ("flow", Shape::Name, "The flow's name: a-z, 0-9 and _"),
    ("format", Shape::Whole(1, 1), "The format of the file"),
    ("channels", Shape::Channels, "The channels it is made for; all without it"),
    ("languages", Shape::Languages, "The languages it speaks: each has a file of messages"),
    ("start", Shape::Own("start"), "What begins the flow"),
    ("takes", Shape::Types, "What a called flow is given: names and types"),
    ("ends", Shape::Own("ends"), "The ends of a called flow, each with what it gives back"),
    ("tries", Shape::Whole(1, 10), "Unreadable answers before stuck"),
    ("stuck", Shape::Arm, "Where to go after the last try"),
    ("unavailable", Shape::Arm, "Where to go when an operation cannot answer"),
    ("undeliverable", Shape::Arm, "Where to go when a message could not be delivered"),
    ("silence", Shape::Silence, "What happens while nobody answers"),
    ("anytime", Shape::Arms, "Words that are understood at any question"),
    ("resume", Shape::OneOf(&["go_on", "ask", "restart"]), "What to do when a person comes back by another door"),
    ("carry_on", Shape::Channels, "Where replies go after a USSD screen closed"),
    ("sms", Shape::Own("sms"), "How text messages are written"),
    ("ussd", Shape::Own("ussd"), "How screens are laid out"),
    ("moves", Shape::Anything, "How running sessions of older revisions move into this one"),
    ("scenes", Shape::Own("scenes"), "The scenes; the first is the beginning"),
    ("when", Shape::Expression, "The step is skipped unless this holds"),
    ("unless", Shape::Expression, "The step is skipped if this holds"),
    ("template", Shape::Name, "The template that leaves while WhatsApp's window is shut"),
    ("window_shut", Shape::Arm, "Where to go when it cannot be said because the window is shut"),
    ("purpose", Shape::OneOf(PURPOSES), "What it is for, where it is no answer: a person may stop each"),
    ("image", Shape::Expression, "The picture that leaves with the message"),
    ("document", Shape::Expression, "The document that leaves with the message"),
    ("location", Shape::Expression, "The place that leaves with the message"),
    ("arms", Shape::Arms, "Where each share leads, if not to the scene of its name"),
    ("once", Shape::YesNo, "Skipped when the value is known already"),
    ("between", Shape::Between, "The lowest and the highest that is taken"),
    ("rules", Shape::Expressions, "Conditions by their names; the name is the label of the text that asks again"),
    ("type", Shape::SomeOf(ASKED), "What is asked for"),
    ("from", Shape::Name, "The list that the rows come from"),
    ("options", Shape::Options, "The options, each with where it leads"),
    ("keys", Shape::Numbers, "Fixed digits of options, such as {human: 9}"),
    ("empty", Shape::Arm, "Where to go when there are no rows"),
    ("if_one", Shape::OneOf(&["take"]), "take: a single row is taken without asking"),
    ("with", Shape::Expressions, "What is given"),
    ("as", Shape::Name, "The name of the result"),
    ("outcomes", Shape::Arms, "Where each outcome leads"),
    ("then", Shape::Arm, "Where to go if it holds"),
    ("else", Shape::Arm, "Where to go otherwise"),
    ("cases", Shape::Arms, "Where each value leads"),
    ("shares", Shape::Numbers, "Arms by their weights"),
    ("steps", Shape::Steps, "What is done for each"),
    ("questions", Shape::Steps, "The questions, answered in any order"),
    ("for", Shape::Text, "The news that is waited for, or how long"),
    (
        "until",
        Shape::Expression,
        "The instant until which is waited; of a question: at which the last of its silence is due",
    ),
    ("match", Shape::Expressions, "What the news must carry"),
    ("gives", Shape::Types, "What it carries: names and types"),
    ("at_most", Shape::Duration, "How long at most"),
    ("late", Shape::Arm, "Where to go when it took longer"),
    ("by", Shape::Name, "The configured provider"),
    ("to", Shape::Name, "The configured server"),
    ("amount", Shape::Expression, "What is to be paid"),
    ("go", Shape::Arm, "Where to go on"),
];

/// Keys that mean something else in one step: the step's own verb, mostly.
const OWN: &[(&str, &str, Shape)] = &[
    ("if", "if", Shape::Expression),
    ("switch", "switch", Shape::Expression),
    ("set", "set", Shape::Expressions),
    ("language", "language", Shape::Expression),
    ("read", "from", Shape::Expression),
    ("request", "gives", Shape::Own("ends")),
    ("each", "from", Shape::Expression),
];

/// The schemas by the names of their files.
pub fn all() -> Vec<(&'static str, String)> {
    [
        ("flow.json", flow()),
        ("defaults.json", defaults()),
        ("test.json", test()),
        ("data.json", data()),
        ("operations.json", operations()),
    ]
    .into_iter()
    .map(|(name, schema)| (name, format!("{schema:#}\n")))
    .collect()
}

/// Keys that some reader looks for and this file does not know: for the test that keeps it whole.
pub fn unknown_keys() -> Vec<String> {
    let mut unknown = Vec::new();
    for kind in steps::KINDS {
        let keys = reader::keys_of_step(kind);
        let known = |key: &&str| own(kind.verb, key).is_none() && of(key).is_none() && *key != kind.verb;
        unknown.extend(keys.into_iter().filter(known).map(|key| format!("{}: {key}", kind.verb)));
    }
    unknown
        .extend(reader::keys_of_head().into_iter().filter(|key| of(key).is_none()).map(|key| format!("head: {key}")));
    unknown
}

fn of(key: &str) -> Option<&'static (&'static str, Shape, &'static str)> {
    KEYS.iter().find(|(known, _, _)| *known == key)
}

fn own(verb: &str, key: &str) -> Option<Shape> {
    OWN.iter().find(|(of, known, _)| *of == verb && *known == key).map(|(_, _, shape)| *shape)
}

/// The schema of `.flow.yaml`.
pub fn flow() -> Json {
    let properties: Map<String, Json> =
        reader::keys_of_head().into_iter().map(|key| (key.to_owned(), key_of("", key))).collect();
    let mut definitions = Map::new();
    definitions.insert(
        "arm".to_owned(),
        json!({
            "description": "A scene, a list of steps, or next, again, back, end",
            "anyOf": [{ "type": "string" }, { "$ref": "#/definitions/steps" }],
        }),
    );
    definitions.insert(
        "steps".to_owned(),
        json!({
            "type": "array", "minItems": 1, "items": { "$ref": "#/definitions/step" },
        }),
    );
    let verbs = steps::KINDS.iter().map(|kind| json!({ "$ref": format!("#/definitions/{}", kind.verb) }));
    let alone = json!({ "enum": ["next", "again", "back", "end"] });
    definitions.insert("step".to_owned(), json!({ "anyOf": std::iter::once(alone).chain(verbs).collect::<Vec<_>>() }));
    for kind in steps::KINDS {
        definitions.insert(kind.verb.to_owned(), step(kind));
    }
    definitions.insert(
        "expression".to_owned(),
        json!({
            "description": "An expression, such as size > 4",
            "type": ["string", "number", "boolean"],
        }),
    );
    definitions.insert("duration".to_owned(), json!({ "type": "string", "pattern": "^[0-9]+[smhd]$" }));
    definitions.insert("name".to_owned(), json!({ "type": "string", "pattern": "^(contact\\.)?[a-z][a-z0-9_]*$" }));
    definitions.insert("types".to_owned(), json!({ "type": "object", "additionalProperties": { "type": "string" } }));
    definitions.insert(
        "ends".to_owned(),
        json!({
            "type": "object", "additionalProperties": { "$ref": "#/definitions/types" },
        }),
    );
    definitions.insert(
        "scenes".to_owned(),
        json!({
            "type": "object", "minProperties": 1, "additionalProperties": { "$ref": "#/definitions/steps" },
        }),
    );
    definitions.insert(
        "sms".to_owned(),
        json!({
            "type": "object",
            "additionalProperties": false,
            "properties": {
                "segments": { "type": "integer", "minimum": 1, "maximum": reader::SEGMENTS_MAX },
                "plain": { "enum": super::layout::Plain::NAMES },
            },
        }),
    );
    definitions.insert(
        "ussd".to_owned(),
        json!({
            "type": "object",
            "additionalProperties": false,
            "properties": { "pages": { "type": "integer", "minimum": 1, "maximum": reader::PAGES_MAX } },
        }),
    );
    definitions.insert("start".to_owned(), start());
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A flow of Ganira",
        "type": "object",
        "required": ["flow", "format", "scenes"],
        "additionalProperties": false,
        "properties": properties,
        "definitions": definitions,
    })
}

/// The schema of `defaults.yaml`: some keys of a head, with the meaning they have there.
pub fn defaults() -> Json {
    let of_flow = flow();
    let properties: Map<String, Json> =
        reader::keys_of_defaults().into_iter().map(|key| (key.to_owned(), key_of("", key))).collect();
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "What the flows of a folder have in common",
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
        "definitions": of_flow["definitions"],
    })
}

fn start() -> Json {
    let properties: Map<String, Json> =
        reader::keys_of_start().into_iter().map(|key| (key.to_owned(), start_key(key))).collect();
    json!({ "type": "object", "additionalProperties": false, "properties": properties })
}

/// What stands behind a key of `start`. A key that is new there is let through.
fn start_key(key: &str) -> Json {
    let map = |of: Json| json!({ "type": "object", "additionalProperties": of });
    let open = |properties: Json| json!({ "type": "object", "additionalProperties": false, "properties": properties });
    match key {
        "words" | "otherwise" => json!({ "type": "boolean" }),
        "ussd" => json!({ "type": "string", "pattern": "^\\*[0-9]+(\\*[0-9]+)*#$" }),
        "referral" => map(json!({ "type": "string" })),
        "event" => map(json!({ "anyOf": [
            { "type": "string" },
            open(json!({
                "go": { "type": "string" }, "gives": { "$ref": "#/definitions/types" }, "purpose": purpose(),
            })),
        ] })),
        "schedule" => map(json!({ "anyOf": [
            { "type": "string" },
            open(json!({
                "on": { "type": "string" }, "at": { "type": "string", "pattern": "^[0-9]{1,2}:[0-9]{2}$" },
                "purpose": purpose(),
            })),
        ] })),
        _ => json!({}),
    }
}

fn purpose() -> Json {
    json!({ "enum": Purpose::ALL.map(Purpose::as_str) })
}

fn step(kind: &steps::StepKind) -> Json {
    let mut properties = Map::new();
    for key in reader::keys_of_step(kind) {
        properties.insert(key.to_owned(), key_of(kind.verb, key));
    }
    for key in ["when", "unless"] {
        properties.insert(key.to_owned(), key_of("", key));
    }
    json!({ "type": "object", "required": [kind.verb], "additionalProperties": false, "properties": properties })
}

/// The schema of what stands behind a key of a step.
fn key_of(verb: &str, key: &str) -> Json {
    if let Some(shape) = own(verb, key) {
        return shape_of(shape);
    }
    match of(key) {
        // A verb that is a key elsewhere stands before its step's name.
        Some((_, _, about)) if key == verb => json!({ "description": about, "type": "string" }),
        Some((_, shape, about)) => {
            let mut schema = shape_of(*shape);
            if let Json::Object(map) = &mut schema {
                map.insert("description".to_owned(), (*about).into());
            }
            schema
        }
        None => json!({ "type": "string" }),
    }
}

fn shape_of(shape: Shape) -> Json {
    let list = |known: &[&str]| json!({ "type": "array", "items": { "enum": known } });
    let map = |of: &str| json!({ "type": "object", "additionalProperties": { "$ref": format!("#/definitions/{of}") } });
    match shape {
        Shape::Name => json!({ "type": "string", "pattern": "^(contact\\.)?[a-z][a-z0-9_]*$" }),
        Shape::Whole(low, high) => json!({ "type": "integer", "minimum": low, "maximum": high }),
        Shape::YesNo => json!({ "type": "boolean" }),
        Shape::Expression => json!({ "type": ["string", "number", "boolean"] }),
        Shape::Between => json!({
            "type": "array", "minItems": 2, "maxItems": 2, "items": { "$ref": "#/definitions/expression" },
        }),
        Shape::Expressions => map("expression"),
        Shape::Arm => json!({ "anyOf": [{ "type": "string" }, { "$ref": "#/definitions/steps" }] }),
        Shape::Arms => map("arm"),
        Shape::Options => json!({ "anyOf": [
            { "type": "array", "minItems": 1, "items": { "type": "string" } },
            { "type": "object", "minProperties": 1, "additionalProperties": { "$ref": "#/definitions/arm" } },
        ] }),
        Shape::Silence => json!({
            "type": "object",
            "patternProperties": { "^[0-9]+[smhd]$": { "$ref": "#/definitions/arm" } },
            "additionalProperties": false,
        }),
        Shape::Text | Shape::Duration => json!({ "type": "string" }),
        Shape::Steps => json!({ "type": "array", "minItems": 1, "items": { "$ref": "#/definitions/step" } }),
        Shape::Types => map("types/additionalProperties"),
        Shape::Channels => list(CHANNELS),
        Shape::Languages => list(&["en", "fr", "rw", "sw"]),
        Shape::OneOf(known) => json!({ "enum": known }),
        Shape::SomeOf(known) => json!({ "anyOf": [{ "enum": known }, list(known)] }),
        Shape::Numbers => json!({ "type": "object", "additionalProperties": { "type": "integer" } }),
        Shape::Own(name) => json!({ "allOf": [{ "$ref": format!("#/definitions/{name}") }] }),
        Shape::Anything => json!({}),
    }
}

/// The schema of `.test.yaml`.
pub fn test() -> Json {
    let open =
        |keys: Vec<&'static str>| keys.into_iter().map(|key| (key.to_owned(), test_key(key))).collect::<Map<_, _>>();
    let keys = talk::keys();
    let exchange = json!({ "type": "object", "additionalProperties": false, "properties": open(keys.exchange) });
    let test = json!({
        "type": "object",
        "required": ["test", "talk"],
        "additionalProperties": false,
        "properties": open(keys.test),
    });
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Conversation tests of Ganira",
        "type": "object",
        "required": ["tests"],
        "additionalProperties": false,
        "properties": open(keys.file),
        "definitions": { "exchange": exchange, "test": test, "answers": answers() },
    })
}

/// What stands behind a key of a test.
fn test_key(key: &str) -> Json {
    let duration = json!({ "type": "string", "pattern": "^[0-9]+[smhd]$" });
    match key {
        "tests" => json!({ "type": "array", "items": { "$ref": "#/definitions/test" } }),
        "talk" => json!({ "type": "array", "items": { "$ref": "#/definitions/exchange" } }),
        "world" | "answer" => json!({ "$ref": "#/definitions/answers" }),
        "channels" | "doors" => json!({ "type": "array", "items": { "enum": CHANNELS } }),
        "channel" | "via" => json!({ "enum": CHANNELS }),
        "door" => json!({ "enum": ["open", "shut"] }),
        "later" | "staff" => duration,
        "from" | "shares" => json!({ "type": "integer", "minimum": 0 }),
        "test" | "flow" | "set" | "now" | "language" | "profile" | "dial" => json!({ "type": "string" }),
        "check" => {
            let known = talk::keys().check.into_iter().map(|key| (key.to_owned(), json!({})));
            json!({ "type": "object", "additionalProperties": false, "properties": known.collect::<Map<_, _>>() })
        }
        "at" | "rows" | "files" | "contact" | "numbers" | "event" | "job" => json!({ "type": "object" }),
        // What is typed, picked, sent, or expected takes many forms.
        _ => json!({}),
    }
}

/// `{services: {found: [cut]}, hold_slot: taken}`.
fn answers() -> Json {
    json!({
        "type": "object",
        "additionalProperties": {
            "anyOf": [{ "type": "string" }, { "type": "object", "minProperties": 1, "maxProperties": 1 }],
        },
        "properties": { "contact": { "type": "object" } },
    })
}

/// The schema of `.data.yaml`.
pub fn data() -> Json {
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Data of conversation tests of Ganira",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "world": answers(),
            "rows": { "type": "object", "additionalProperties": { "type": "object" } },
        },
    })
}

/// The schema of `operations.yaml`.
pub fn operations() -> Json {
    let names = json!({ "type": "array", "items": { "type": "string" } });
    let fields = json!({ "type": "object", "additionalProperties": { "type": "string" } });
    let operation = json!({
        "type": "object",
        "required": ["kind", "outcomes"],
        "additionalProperties": false,
        "properties": {
            "kind": { "enum": ["question", "command", "reservation"] },
            "takes": fields,
            "outcomes": { "type": "object", "minProperties": 1, "additionalProperties": { "type": "string" } },
        },
    });
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Operations that flows of Ganira need",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "types": { "type": "object", "additionalProperties": fields },
            "operations": { "type": "object", "additionalProperties": operation },
            "providers": {
                "type": "object",
                "additionalProperties": false,
                "properties": { "read": names, "pay": names },
            },
            "servers": names,
        },
    })
}
