//! Conversations of any inputs and answers, on the shipped sets and on those of the talks.

use std::sync::{Arc, OnceLock};

use ganira::flows::{Channel, FlowSet, State, shipped};

use super::Target;
use super::talk::{Talk, environment};
use crate::bytes::Bytes;
use crate::harness::Seen;
use crate::mutate::Random;
use crate::repository::{flows, parted};

pub const TARGET: Target = Target { name: "advance", seeds, words: WORDS, bytes_max: 400, run };

const WORDS: &[&str] = &[
    "\u{0}\u{6}",
    "\u{5}\u{0}",
    "\u{5}\u{1}",
    "\u{5}\u{2}",
    "\u{13}*384*77#\n",
    "\u{13}*1*2#\n",
    "\u{4}tomorrow 9am\n",
    "\u{17}\u{1}\u{0}",
];
const SEEDS: u64 = 200;

fn sets() -> &'static [Arc<FlowSet>] {
    static SETS: OnceLock<Vec<Arc<FlowSet>>> = OnceLock::new();
    SETS.get_or_init(|| {
        let environment = environment();
        let mut sets: Vec<_> = shipped::NAMES.iter().filter_map(|name| FlowSet::shipped(name)).collect();
        for files in flows() {
            let text = String::from_utf8_lossy(&files).into_owned();
            let files: Vec<(&str, String)> =
                parted(&text).into_iter().map(|(name, text)| (name, reviewed(name, text))).collect();
            let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
            sets.extend(FlowSet::load(&files, &environment).ok().map(Arc::new));
        }
        sets
    })
}

/// The language files of the talks do not say who has read them.
fn reviewed(name: &str, text: &str) -> String {
    let texts = name.rsplit('.').next() == Some("ftl");
    if texts && !text.contains("###") { format!("{text}\n### unreviewed\n") } else { text.to_owned() }
}

fn seeds() -> Vec<Vec<u8>> {
    let mut random = Random(7);
    let mut seed = |n: u64| {
        let acts = (0..random.below(60) * 2)
            .map(|at| if at % 2 == 0 { random.below(24) as u8 } else { random.below(12) as u8 });
        [n as u8, (n / 3) as u8].into_iter().chain(acts).collect()
    };
    (0..SEEDS).map(&mut seed).collect()
}

fn run(input: &[u8], seen: &mut Seen) {
    let mut bytes = Bytes(input);
    let set = bytes.one_of(sets());
    let channel = *bytes.one_of(&Channel::ALL);
    Talk::new(set, State::default(), channel).go_on(&mut bytes, seen);
}
