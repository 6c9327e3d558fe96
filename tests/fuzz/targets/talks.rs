//! Files of conversation tests. What is not refused can be played to its end or to where it goes another way.

use ganira::flows::FlowSet;
use ganira::flows::talk::Talks;

use super::Target;
use crate::harness::Seen;
use crate::repository::{parted, talks};

pub const TARGET: Target = Target { name: "talks", seeds: talks, words: WORDS, bytes_max: 16 * 1024, run };

const WORDS: &[&str] = &[
    "tests:\n",
    "- test: ",
    "talk:\n",
    "  - start: true\n",
    "- say: ",
    "- pick: ",
    "- later: 1h\n",
    "- later: 9999999d\n",
    "- staff: 1h\n",
    "- dial: '*384*77#'\n",
    "- event: ",
    "- job: ",
    "- door: shut\n",
    "- via: ussd\n",
    "bot: [",
    "bot: {whatsapp: [",
    "check: {",
    "world: {",
    "once: {",
    "rows: ",
    "count: 25",
    "on: [whatsapp, ussd, sms]",
    "language: fr",
    "zone: ",
    "now: ",
    "contact: ",
    "at: ",
    "  ",
    "\n",
    "[",
    "]",
    "{",
    "}",
    ": ",
    "set: salon\n",
    "menu",
    "services",
    "any",
];
/// Tests of one file that are played.
const PLAYED_MAX: usize = 6;

fn run(input: &[u8], seen: &mut Seen) {
    let whole = String::from_utf8_lossy(input);
    let (text, data) = match parted(&whole)[..] {
        [(_, text), (name, data), ..] => (text, Some((name, data))),
        [(_, text)] => (text, None),
        [] => return,
    };
    match Talks::read("f.test.yaml", text, data) {
        Ok(talks) => {
            let set = FlowSet::shipped("salon").unwrap();
            for played in talks.play_all(&set).take(PLAYED_MAX) {
                seen.see(&played.reached);
                seen.see(played.faults);
                if let Some(failure) = played.failure {
                    assert!(!failure.to_string().is_empty());
                    seen.see(failure.what.split_whitespace().take(3).collect::<Vec<_>>());
                }
            }
            let _ = talks.bless(&set, text, &|_| true);
        }
        Err(mistakes) => mistakes.iter().for_each(|mistake| seen.see(mistake.rule)),
    }
}
