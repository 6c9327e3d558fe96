//! Which keys the readers look for: each is run on an almost empty map and asked afterwards. So schemas and readers cannot differ.

use super::{Keys, Reader, blank, head};
use crate::flows::mistake::{At, Mistakes};
use crate::flows::source::{Key, Kind, Node};
use crate::flows::steps::StepKind;

const NOWHERE: At = At { line: 1, column: 1 };

/// The keys of a step, its verb first.
pub(crate) fn keys_of_step(kind: &StepKind) -> Vec<&'static str> {
    let word = || Kind::Text("x".to_owned());
    let map = Kind::Map(vec![pair("x", word())]);
    let mut asked = vec![kind.verb];
    // A verb stands before a name, an expression or a map: one of them brings its reader to the end.
    for value in [word(), map] {
        let node = node(Kind::Map(vec![pair(kind.verb, value)]));
        let found = of(&node, |keys, reader| {
            let _ = (kind.read)(keys, reader);
        });
        asked.extend(found.into_iter().filter(|key| !asked.contains(key)).collect::<Vec<_>>());
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
