//! Reads a file of conversation tests. Every mistake is named with its place; a key nobody knows is one.

mod exchange;
mod expected;
mod given;
mod words;

use std::collections::HashMap;

use super::script::{Exchange, Flows, Settings};
use super::{Talks, TestKeys};
use crate::flows::mistake::{At, Mistake, Mistakes};
use crate::flows::reader::{Keys, text};
use crate::flows::source::{self, Kind, Node};
use given::Given;
pub(super) use words::duration;
use words::pairs;

pub(super) fn talks(file: &str, text: &str, data: Option<(&str, &str)>) -> Result<Talks, Vec<Mistake>> {
    let mut mistakes = Mistakes::of(file);
    let mut beside = Data::default();
    let mut found = Vec::new();
    if let Some((name, text)) = data {
        let mut of_data = Mistakes::of(name);
        beside = Data::read(text, &mut of_data);
        found.extend(of_data.found);
    }
    let talks = source::read(text, &mut mistakes).and_then(|root| {
        let mut reader = Reader { mistakes: &mut mistakes };
        reader.talks(file, &root, beside)
    });
    found.extend(mistakes.found);
    match talks {
        Some(talks) if found.is_empty() => Ok(talks),
        _ => {
            found.sort();
            Err(found)
        }
    }
}

/// One line of a talk, by itself.
pub(super) fn exchange(line: &str) -> Result<Exchange, Vec<Mistake>> {
    let mut mistakes = Mistakes::of("line");
    let root = source::read(line, &mut mistakes);
    let exchange = root.and_then(|root| Reader { mistakes: &mut mistakes }.exchange(&root));
    match exchange {
        Some(exchange) if mistakes.found.is_empty() => Ok(exchange),
        _ => Err(mistakes.found),
    }
}

/// The keys that the readers of this file look for.
pub(super) fn keys() -> TestKeys {
    let nothing = Node { at: At { line: 1, column: 1 }, kind: Kind::Map(Vec::new()) };
    let asked = |read: &dyn Fn(&mut Reader<'_>, &mut Keys<'_>)| {
        let mut mistakes = Mistakes::of("");
        let keys = Keys::of(&nothing, "", &mut mistakes);
        keys.map_or_else(Vec::new, |mut keys| {
            read(&mut Reader { mistakes: &mut mistakes }, &mut keys);
            keys.asked().to_vec()
        })
    };
    TestKeys {
        file: asked(&|reader, keys| {
            reader.file("", keys, Data::default());
        }),
        test: asked(&|reader, keys| {
            reader.one(keys, &Given::default());
        }),
        exchange: asked(&|reader, keys| {
            reader.happening(keys);
        }),
        check: super::check::KNOWN.to_vec(),
    }
}

/// A data file: rows by their names, and what operations answer when a test says nothing else.
#[derive(Debug, Default)]
pub(super) struct Data {
    pub world: HashMap<String, Node>,
    pub rows: HashMap<String, Node>,
}

impl Data {
    pub(super) fn read(text: &str, mistakes: &mut Mistakes) -> Self {
        let Some(root) = source::read(text, mistakes) else { return Self::default() };
        let Some(mut keys) = Keys::of(&root, "a data file", mistakes) else { return Self::default() };
        let data = Self {
            world: pairs(keys.take("world"), "world", mistakes).into_iter().collect(),
            rows: pairs(keys.take("rows"), "rows", mistakes).into_iter().collect(),
        };
        keys.finish("a data file", mistakes);
        data
    }
}

struct Reader<'m> {
    mistakes: &'m mut Mistakes,
}

impl Reader<'_> {
    fn talks(&mut self, file: &str, root: &Node, beside: Data) -> Option<Talks> {
        let mut keys = Keys::of(root, "a file of tests", self.mistakes)?;
        let talks = self.file(file, &mut keys, beside);
        keys.finish("a file of tests", self.mistakes);
        Some(talks)
    }

    fn file(&mut self, file: &str, keys: &mut Keys<'_>, beside: Data) -> Talks {
        let Data { mut world, mut rows } = beside;
        let flows = self.flows(keys);
        world.extend(pairs(keys.take("world"), "world", self.mistakes));
        rows.extend(pairs(keys.take("rows"), "rows", self.mistakes));
        let contact = world.remove("contact");
        let contact = contact.map_or_else(Vec::new, |node| pairs(Some(&node), "contact", self.mistakes));
        let nothing = Given { contact, ..Given::default() };
        let given = self.given(keys, &nothing);
        let mut tests = Vec::new();
        match keys.take("tests").map(|node| (node, &node.kind)) {
            Some((_, Kind::List(items))) => {
                for item in items {
                    tests.extend(self.test(item, &given));
                }
            }
            Some((node, _)) => self.expected(node, "tests are a list", "write a test a line after \"-\""),
            None => self.mistakes.add(keys.at, "a file of tests has tests", "there is no key \"tests\"", "add tests:"),
        }
        Talks { file: file.to_owned(), settings: Settings { flows, flow: given.flow, world, rows }, tests }
    }

    fn flows(&mut self, keys: &mut Keys<'_>) -> Flows {
        let set = keys.text("set", self.mistakes).map(|name| Flows::Shipped(name.to_owned()));
        let files = pairs(keys.take("files"), "files", self.mistakes);
        if let Some(set) = set {
            return set;
        }
        if files.is_empty() {
            return Flows::Beside;
        }
        let mut inline = Vec::new();
        for (name, node) in files {
            inline.extend(text(&node, "a file", self.mistakes).map(|text| (name.clone(), text.to_owned())));
        }
        Flows::Inline(inline)
    }
}
