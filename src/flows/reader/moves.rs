//! `moves:` of a head.

use super::{Keys, Reader, describe, text};
use crate::flows::expression::Expression;
use crate::flows::mistake::At;
use crate::flows::moves::Moving;
use crate::flows::source::{Kind, Node};
use crate::flows::value::Value;

pub(super) fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Moving> {
    let mut keys = Keys::of(node, "moves", reader.mistakes)?;
    let from = keys.take("from").map_or_else(Vec::new, |node| revisions(node, reader));
    if !keys.has("from") {
        let cause = "there is no key \"from\"";
        reader.mistakes.add(node.at, "moves says from which revisions", cause, "add from: [number]");
    }
    let places = pairs(keys.take("places"), "places", reader);
    let values = pairs(keys.take("values"), "values", reader);
    let give = given(keys.take("give"), reader);
    let ask_again = match keys.take("ask_again").map(|node| (node, &node.kind)) {
        Some((_, Kind::List(items))) => items
            .iter()
            .filter_map(|item| Some((item.at, text(item, "a place", reader.mistakes)?.to_owned())))
            .collect(),
        Some((node, _)) => {
            let cause = format!("here stands {}", describe(node));
            reader.mistakes.add(node.at, "ask_again is a list of places", cause, "write [scene.step]");
            Vec::new()
        }
        None => Vec::new(),
    };
    keys.finish("moves", reader.mistakes);
    Some(Moving { at: node.at, from, places, values, give, ask_again })
}

fn revisions(node: &Node, reader: &mut Reader<'_>) -> Vec<i32> {
    let Kind::List(items) = &node.kind else {
        let cause = format!("here stands {}", describe(node));
        reader.mistakes.add(node.at, "from is a list of revisions", cause, "write [5, 6]");
        return Vec::new();
    };
    let mut found = Vec::new();
    for item in items {
        match item.kind {
            Kind::Whole(number) if (1..=i64::from(i32::MAX)).contains(&number) => found.push(number as i32),
            _ => {
                let cause = format!("here stands {}", describe(item));
                reader.mistakes.add(
                    item.at,
                    "a revision is a number",
                    cause,
                    "write the number that publish has shown",
                );
            }
        }
    }
    found
}

fn pairs(node: Option<&Node>, what: &str, reader: &mut Reader<'_>) -> Vec<(At, String, String)> {
    let Some(keys) = node.and_then(|node| Keys::of(node, what, reader.mistakes)) else { return Vec::new() };
    let named = |(key, node): &(crate::flows::source::Key, Node), reader: &mut Reader<'_>| {
        Some((key.at, key.name.clone(), text(node, what, reader.mistakes)?.to_owned()))
    };
    keys.pairs().iter().filter_map(|pair| named(pair, reader)).collect()
}

/// Values for those that a session lacks: literals, which cannot fail.
fn given(node: Option<&Node>, reader: &mut Reader<'_>) -> Vec<(At, String, Value)> {
    let mut found = Vec::new();
    for (name, formula) in reader.formulas(node, "give") {
        if let Expression::Literal(value) = formula.expression {
            found.push((formula.at, name, value));
        } else {
            let cause = "it must be there whatever the session is";
            reader.mistakes.add(
                formula.at,
                "give takes a literal",
                cause,
                "write a text in quotes, a number, true or false",
            );
        }
    }
    found
}
