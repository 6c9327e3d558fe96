//! Folders of flows and messages. What is not refused must run.

use ganira::flows::{Channel, FlowSet, State};

use super::Target;
use super::talk::{Talk, environment, text};
use crate::bytes::Bytes;
use crate::harness::Seen;
use crate::repository::{flows, joined, parted};

pub const TARGET: Target = Target { name: "flows", seeds, words: WORDS, bytes_max: 32 * 1024, run };

/// Keys and signs of both languages.
const WORDS: &[&str] = &[
    "- say: ",
    "- choose: ",
    "- ask: ",
    "- form: ",
    "- find: ",
    "- do: ",
    "- if: ",
    "- switch: ",
    "- each: ",
    "- set: ",
    "- tag: ",
    "- untag: ",
    "- call: ",
    "- go: ",
    "- wait: ",
    "- move: ",
    "- human: ",
    "- read: ",
    "- pay: ",
    "- request: ",
    "- split: ",
    "- language: ",
    "- end",
    "again",
    "next",
    "back",
    "options: ",
    "from: ",
    "with: ",
    "as: ",
    "outcomes: ",
    "empty: ",
    "when: ",
    "unless: ",
    "type: ",
    "between: ",
    "once: true",
    "if_one: take",
    "tries: ",
    "stuck: ",
    "silence: {1s: ",
    "late: ",
    "at_most: ",
    "anytime: ",
    "unavailable: ",
    "resume: ",
    "carry_on: ",
    "channels: [whatsapp, ussd, sms]",
    "languages: [en, fr, rw, sw]",
    "start: {words: true, otherwise: true, ussd: '*384*77#', schedule: ",
    "moves: ",
    "takes: ",
    "ends: ",
    "scenes:\n",
    "  ",
    "\n",
    "[",
    "]",
    "{",
    "}",
    "&a ",
    "*a",
    "<<: ",
    "!!binary ",
    "|\n",
    ">-\n",
    "'",
    "\"",
    ": ",
    "# ",
    "---\n",
    "{ $day-label }",
    "{ DATE($day) }",
    "{ NUMBER($n) ->\n  [one] 1\n *[other] 2\n }",
    "\n    .label = ",
    "{ -term }",
    "### unreviewed\n",
    "contact.name",
    "input.text",
    "&& has(x)",
    "== 'a'",
    "date_in(",
    "append(",
    "+ 1",
];

const SMALL: &str = "flow: f\nformat: 1\nstart: {otherwise: true}\nscenes:\n  one:\n    - choose: c\n      options: {a: two, b: next}\n    - ask: n\n      type: whole\n    - set: {m: n + 1}\n    - if: m > 3\n      then: [say: s]\n    - go: two\n  two: [say: s, end]\n";

fn seeds() -> Vec<Vec<u8>> {
    let texts = "### unreviewed\nc = C { $m }\n    .a = A\n    .b = B\nn = N\ns = S { NUMBER($m) }\n";
    let mut all = flows();
    all.push(SMALL.as_bytes().to_vec());
    all.push(joined([("f.flow.yaml", SMALL), ("f.en.ftl", texts)]));
    all
}

fn run(input: &[u8], seen: &mut Seen) {
    let whole = String::from_utf8_lossy(input);
    let files = parted(&whole);
    let environment = environment();
    match FlowSet::load(&files, &environment) {
        Ok(set) => {
            for mistake in set.warnings() {
                seen.see(mistake.rule);
            }
            for channel in Channel::ALL {
                let mut talk = Talk::new(&set, State::default(), channel);
                let mut bytes = Bytes(&input[input.len() / 2..]);
                talk.turn(&text("hello"), &mut bytes, seen);
                talk.go_on(&mut bytes, seen);
            }
            FlowSet::heirs(&set, &set).unwrap_or_else(|mistakes| panic!("a set is not its own heir: {mistakes:#?}"));
            assert!(FlowSet::published(&files, &environment).is_ok(), "what is checked can be read again");
        }
        Err(mistakes) => {
            assert!(mistakes.iter().any(ganira::flows::Mistake::refuses));
            for mistake in &mistakes {
                seen.see(mistake.rule);
                assert!(!mistake.to_string().is_empty());
            }
            // What was published by an earlier release with other rules must run too.
            if let Ok(set) = FlowSet::published(&files, &environment) {
                let mut talk = Talk::new(&set, State::default(), Channel::WhatsApp);
                let mut bytes = Bytes(&input[input.len() / 2..]);
                talk.turn(&text("hello"), &mut bytes, seen);
                talk.go_on(&mut bytes, seen);
            }
        }
    }
}
