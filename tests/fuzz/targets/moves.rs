//! Sessions of an earlier revision, whatever they say: they move to the later one and go on there.

use std::sync::OnceLock;

use ganira::flows::{Channel, FlowSet, Moves, State};

use super::Target;
use super::state::{WORDS, states};
use super::talk::{Talk, environment};
use crate::bytes::Bytes;
use crate::harness::Seen;

pub const TARGET: Target = Target { name: "moves", seeds, words: WORDS, bytes_max: 16 * 1024, run };

const EARLIER: [(&str, &str); 2] = [
    ("visit.flow.yaml", include_str!("../flows/earlier/visit.flow.yaml")),
    ("visit.en.ftl", include_str!("../flows/earlier/visit.en.ftl")),
];
const LATER: [(&str, &str); 2] = [
    ("visit.flow.yaml", include_str!("../flows/later/visit.flow.yaml")),
    ("visit.en.ftl", include_str!("../flows/later/visit.en.ftl")),
];

fn both() -> &'static (FlowSet, FlowSet, Moves) {
    static BOTH: OnceLock<(FlowSet, FlowSet, Moves)> = OnceLock::new();
    BOTH.get_or_init(|| {
        let [earlier, later] = [EARLIER, LATER]
            .map(|files| FlowSet::load(&files, &environment()).unwrap_or_else(|mistakes| panic!("{mistakes:#?}")));
        let moves = FlowSet::heirs(&earlier, &later).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"));
        (earlier, later, moves)
    })
}

fn seeds() -> Vec<Vec<u8>> {
    states(&both().0)
}

fn run(input: &[u8], seen: &mut Seen) {
    let Ok(state) = State::read(input) else { return };
    let (_, later, moves) = both();
    let moved = moves.apply(&state);
    seen.see((state.place(), moved.place()));
    let written = serde_json::to_vec(&moved).unwrap();
    assert_eq!(State::read(&written).unwrap(), moved);
    let mut talk = Talk::new(later, moved, Channel::WhatsApp);
    talk.go_on(&mut Bytes(&[0, 0, 0, 16, 4, b'a']), seen);
}
