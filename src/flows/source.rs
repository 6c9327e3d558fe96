//! YAML as a tree that remembers where each thing stands. Everything after this file reads the tree, never the text.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

use super::mistake::{At, Mistakes};

/// No flow file is larger than this.
const FILE_BYTES_MAX: usize = 256 * 1024;
/// Nesting of lists and maps.
const DEPTH_MAX: usize = 32;
/// Scalars, lists and maps together.
const NODES_MAX: usize = 20_000;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub at: At,
    pub kind: Kind,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    Empty,
    YesNo(bool),
    Whole(i64),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// A key of a map and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Key {
    pub at: At,
    pub name: String,
}

/// Reads one file; a mistake of YAML itself is reported and ends the reading.
pub(crate) fn read(text: &str, mistakes: &mut Mistakes) -> Option<Node> {
    if text.len() > FILE_BYTES_MAX {
        let cause = format!("it has {} bytes, {FILE_BYTES_MAX} are allowed", text.len());
        mistakes.add(
            At { line: 1, column: 1 },
            "the file is too large",
            cause,
            "split it into flows that call each other",
        );
        return None;
    }
    let options = serde_saphyr::options! {
        strict_booleans: true,
        duplicate_keys: serde_saphyr::options::DuplicateKeyPolicy::Error,
        merge_keys: serde_saphyr::options::MergeKeyPolicy::Error,
        with_snippet: false,
        budget: serde_saphyr::budget! {
            max_depth: DEPTH_MAX,
            max_nodes: NODES_MAX,
            max_documents: 1,
            max_aliases: 0,
            max_anchors: 0,
        },
    };
    match serde_saphyr::from_str_with_options::<Spanned<Shape>>(text, options) {
        Ok(root) => Some(root.into()),
        Err(error) => {
            let at = error.location().map_or(At { line: 1, column: 1 }, place);
            mistakes.add(at, "the file is not the YAML we read", cause(&error), "correct it here");
            None
        }
    }
}

/// What the parser says, without its own place and its advice to programmers.
fn cause(error: &serde_saphyr::Error) -> String {
    let said = error.without_snippet().to_string();
    let said = said.rsplit_once(" at line ").map_or(said.as_str(), |(said, _)| said);
    said.split_once(", set DuplicateKeyPolicy").map_or(said, |(said, _)| said).to_owned()
}

fn place(location: serde_saphyr::Location) -> At {
    At { line: location.line() as u32, column: location.column() as u32 }
}

/// A node without its place, as serde hands it over.
enum Shape {
    Empty,
    YesNo(bool),
    Whole(i64),
    Text(String),
    List(Vec<Spanned<Shape>>),
    Map(Vec<(Spanned<String>, Spanned<Shape>)>),
}

impl From<Spanned<Shape>> for Node {
    fn from(shape: Spanned<Shape>) -> Self {
        let kind = match shape.value {
            Shape::Empty => Kind::Empty,
            Shape::YesNo(value) => Kind::YesNo(value),
            Shape::Whole(value) => Kind::Whole(value),
            Shape::Text(value) => Kind::Text(value),
            Shape::List(items) => Kind::List(items.into_iter().map(Self::from).collect()),
            Shape::Map(pairs) => Kind::Map(
                pairs
                    .into_iter()
                    .map(|(key, value)| (Key { at: place(key.referenced), name: key.value }, Self::from(value)))
                    .collect(),
            ),
        };
        Self { at: place(shape.referenced), kind }
    }
}

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ShapeVisitor)
    }
}

struct ShapeVisitor;

impl<'de> Visitor<'de> for ShapeVisitor {
    type Value = Shape;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a word, a whole number, true or false, a list or a map")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Shape, E> {
        Ok(Shape::YesNo(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Shape, E> {
        Ok(Shape::Whole(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Shape, E> {
        i64::try_from(value).map(Shape::Whole).map_err(|_| E::custom("this number is too large"))
    }

    /// A fraction stands in expressions only, and they are read from their text.
    fn visit_f64<E: Error>(self, value: f64) -> Result<Shape, E> {
        Ok(Shape::Text(value.to_string()))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Shape, E> {
        Ok(Shape::Text(value.to_owned()))
    }

    fn visit_unit<E: Error>(self) -> Result<Shape, E> {
        Ok(Shape::Empty)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Shape, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Shape::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<Shape, A::Error> {
        let mut map = Vec::new();
        while let Some(pair) = pairs.next_entry()? {
            map.push(pair);
        }
        Ok(Shape::Map(map))
    }
}
