//! Written states. What can be read is written and read back equal, and every shipped set goes on from it.

use ganira::flows::{Channel, FlowSet, State};

use super::Target;
use super::talk::{Talk, text};
use crate::bytes::Bytes;
use crate::harness::Seen;

pub const TARGET: Target = Target { name: "state", seeds, words: WORDS, bytes_max: 16 * 1024, run };

pub const WORDS: &[&str] = &[
    "\"v\":1",
    "\"v\":2",
    "\"table\"",
    "\"lang\":\"fr\"",
    "\"contact\":{",
    "\"tags\":[\"a\"]",
    "\"prompt\":4294967295",
    "\"stack\":[",
    "\"rev\":-1",
    "\"quiet_until\":\"9999-12-31T23:59:59Z\"",
    "\"via\":\"ussd\"",
    "\"screen_at\":\"2026-11-20T08:00:00Z\"",
    "\"resume\":{",
    "\"jobs\":3",
    "\"days\":{",
    "\"unread\":{\"text\":\"a\",\"key\":\"00\"}",
    "\"flow\":\"booking\"",
    "\"at\":\"day.day\"",
    "\"vals\":{",
    "\"tries\":255",
    "\"shown\":{",
    "\"trail\":[{\"at\":\"",
    "\"trail\":[[\"",
    "\"wake\":[",
    "\"readings\":[",
    "\"tongue\":true",
    "\"rounds\":[{\"at\":\"one\",\"item\":65535}]",
    "\"aside\":true",
    "\"over\":true",
    "\"job\":1",
    "\"rows\":[255,0,1]",
    "\"page\":255",
    "\"numbered\":true",
    "\"digest\":0",
    "{\"text\":\"",
    "{\"whole\":-9223372036854775808}",
    "{\"date\":\"2026-11-21\"}",
    "{\"duration\":9223372036854775807}",
    "{\"rows\":[",
    "{\"row\":{",
    ",",
    "}",
    "]",
    "null",
    "[",
    "{",
    "\"",
];
/// What a person does first with an old state.
const SAID: [&[u8]; 4] = [&[0, 0], &[0, 16], &[15, 0, 1, 0, 0], &[19, b'*', b'1', b'#']];

/// States of conversations, a turn after another.
pub fn states(set: &FlowSet) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for channel in Channel::ALL {
        for first in 0..6_u8 {
            let mut talk = Talk::new(set, State::default(), channel);
            talk.turn(&text("book"), &mut Bytes(&[1, 5]), &mut Seen::default());
            for turn in 0..8 {
                let bytes = [5, first + turn % 2, 2, 4, 2, 5, 2, 6];
                let Some(()) = talk.act(&mut Bytes(&bytes)) else { break };
                all.push(serde_json::to_vec(&talk.state).unwrap());
            }
        }
    }
    all.sort();
    all.dedup();
    all
}

fn seeds() -> Vec<Vec<u8>> {
    let earlier = include_bytes!("../../pure/data/session.v1.json").to_vec();
    sets().iter().flat_map(|set| states(set)).chain([earlier]).collect()
}

fn sets() -> [std::sync::Arc<FlowSet>; 3] {
    ["salon", "diary", "errands"].map(|name| FlowSet::shipped(name).unwrap())
}

fn run(input: &[u8], seen: &mut Seen) {
    let Ok(state) = State::read(input) else { return };
    let written = serde_json::to_vec(&state).unwrap();
    assert_eq!(State::read(&written).unwrap(), state);
    let place = state.place().map(|(flow, _)| flow);
    let sets = sets();
    let set = match place {
        Some("diary") => &sets[1],
        Some("errands") => &sets[2],
        _ => &sets[0],
    };
    for bytes in SAID {
        let mut talk = Talk::new(set, state.clone(), Channel::ALL[usize::from(bytes[0]) % 3]);
        talk.go_on(&mut Bytes(bytes), seen);
    }
}
