//! The keys of one map, ticked off as they are read, so that those left over can be named.

use crate::flows::mistake::{At, Mistakes, did_you_mean};
use crate::flows::source::{Key, Kind, Node};

pub(crate) struct Keys<'n> {
    pub at: At,
    pairs: &'n [(Key, Node)],
    read: Vec<bool>,
    asked: Vec<&'static str>,
}

impl<'n> Keys<'n> {
    /// The keys of a map; another kind of node is a mistake.
    pub(crate) fn of(node: &'n Node, what: &str, mistakes: &mut Mistakes) -> Option<Self> {
        if let Kind::Map(pairs) = &node.kind {
            return Some(Self { at: node.at, pairs, read: vec![false; pairs.len()], asked: Vec::new() });
        }
        mistakes.add(
            node.at,
            format!("{what} is a map"),
            format!("here stands {}", describe(node)),
            "write key: value",
        );
        None
    }

    pub(crate) fn take(&mut self, name: &'static str) -> Option<&'n Node> {
        if !self.asked.contains(&name) {
            self.asked.push(name);
        }
        let n = self.pairs.iter().position(|(key, _)| key.name == name)?;
        self.read[n] = true;
        Some(&self.pairs[n].1)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.pairs.iter().any(|(key, _)| key.name == name)
    }

    /// The keys that were looked for.
    pub(crate) fn asked(&self) -> &[&'static str] {
        &self.asked
    }

    pub(crate) fn pairs(&self) -> &'n [(Key, Node)] {
        self.pairs
    }

    pub(crate) fn text(&mut self, name: &'static str, mistakes: &mut Mistakes) -> Option<&'n str> {
        let node = self.take(name)?;
        text(node, name, mistakes)
    }

    pub(crate) fn yes_no(&mut self, name: &'static str, mistakes: &mut Mistakes) -> bool {
        match self.take(name).map(|node| (node, &node.kind)) {
            None => false,
            Some((_, Kind::YesNo(value))) => *value,
            Some((node, _)) => {
                mistakes.add(
                    node.at,
                    format!("{name} is true or false"),
                    format!("here stands {}", describe(node)),
                    "write true or false",
                );
                false
            }
        }
    }

    pub(crate) fn whole(&mut self, name: &'static str, low: i64, high: i64, mistakes: &mut Mistakes) -> Option<i64> {
        let node = self.take(name)?;
        match node.kind {
            Kind::Whole(value) if (low..=high).contains(&value) => Some(value),
            _ => {
                let what = format!("{name} is a whole number from {low} to {high}");
                mistakes.add(node.at, what, format!("here stands {}", describe(node)), "write such a number");
                None
            }
        }
    }

    /// Names the keys that nobody asked for.
    pub(crate) fn finish(self, what: &str, mistakes: &mut Mistakes) {
        for ((key, _), read) in self.pairs.iter().zip(&self.read) {
            if !read {
                let mend = did_you_mean(&key.name, self.asked.iter().copied(), "remove it");
                mistakes.add(
                    key.at,
                    format!("{what} has no key \"{}\"", key.name),
                    format!("it knows {}", self.asked.join(", ")),
                    mend,
                );
            }
        }
    }
}

/// A word, or a mistake.
pub(crate) fn text<'n>(node: &'n Node, what: &str, mistakes: &mut Mistakes) -> Option<&'n str> {
    if let Kind::Text(text) = &node.kind {
        return Some(text);
    }
    mistakes.add(
        node.at,
        format!("{what} is a word"),
        format!("here stands {}", describe(node)),
        "write a word, in quotes if need be",
    );
    None
}

/// What a node is, for a mistake's cause.
pub(crate) fn describe(node: &Node) -> String {
    match &node.kind {
        Kind::Empty => "nothing".to_owned(),
        Kind::YesNo(value) => value.to_string(),
        Kind::Whole(value) => value.to_string(),
        Kind::Text(text) => format!("\"{text}\""),
        Kind::List(_) => "a list".to_owned(),
        Kind::Map(_) => "a map".to_owned(),
    }
}
