//! Which keys the readers look for: each is run on an almost empty map and asked afterwards. So schemas and readers cannot differ.

use super::{Keys, Reader, blank, head, start};
use crate::flows::mistake::{At, Mistakes};
use crate::flows::source::{Key, Kind, Node};
use crate::flows::steps::StepKind;

const NOWHERE: At = At { line: 1, column: 1 };

/// The keys of a step, its verb first. A reader stops where something it needs is missing or of another shape, so it is tried with several
/// shapes, and with the keys that it asked for before: all of them, and each alone, for some exclude each other.
pub(crate) fn keys_of_step(kind: &StepKind) -> Vec<&'static str> {
    let shapes = || {
        let word = || Kind::Text("x".to_owned());
        let number = Kind::Map(vec![pair("x", Kind::Whole(1))]);
        [word(), Kind::Map(vec![pair("x", word())]), number, Kind::List(vec![node(word())])]
    };
    let mut asked = vec![kind.verb];
    for _ in 0..2 {
        let before: Vec<&str> = asked.iter().copied().filter(|key| *key != kind.verb).collect();
        let sets = std::iter::once(&before[..]).chain(before.chunks(1));
        for (others, of_verb) in sets.flat_map(|others| shapes().map(|verb| (others, verb))) {
            for of_others in shapes() {
                let others = others.iter().map(|key| pair(key, of_others.clone()));
                let map = std::iter::once(pair(kind.verb, of_verb.clone())).chain(others).collect();
                let found = of(&node(Kind::Map(map)), |keys, reader| {
                    let _ = (kind.read)(keys, reader);
                });
                for key in found {
                    if !asked.contains(&key) {
                        asked.push(key);
                    }
                }
            }
        }
    }
    asked
}

/// The keys of a flow file.
pub(crate) fn keys_of_head() -> Vec<&'static str> {
    let node = node(Kind::Map(Vec::new()));
    let mut asked = of(&node, |keys, reader| head::read(keys, &mut blank(""), reader));
    asked.push("scenes");
    asked
}

/// The keys of `defaults.yaml`.
pub(crate) fn keys_of_defaults() -> Vec<&'static str> {
    of(&node(Kind::Map(Vec::new())), |keys, reader| head::settings(keys, &mut blank(""), reader))
}

/// The keys of `start`.
pub(crate) fn keys_of_start() -> Vec<&'static str> {
    of(&node(Kind::Map(Vec::new())), |keys, reader| {
        start::of_keys(keys, reader);
    })
}

fn of(node: &Node, read: impl FnOnce(&mut Keys<'_>, &mut Reader<'_>)) -> Vec<&'static str> {
    let mut mistakes = Mistakes::of("");
    let Some(mut keys) = Keys::of(node, "", &mut mistakes) else { return Vec::new() };
    let mut reader = Reader::new(&mut mistakes, &[]);
    read(&mut keys, &mut reader);
    keys.asked().to_vec()
}

fn node(kind: Kind) -> Node {
    Node { at: NOWHERE, kind }
}

fn pair(name: &str, kind: Kind) -> (Key, Node) {
    (Key { at: NOWHERE, name: name.to_owned() }, node(kind))
}
