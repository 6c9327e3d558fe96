//! Expressions, wherever a flow may have one. What is not refused is evaluated over values of every kind.

use ganira::flows::{Channel, FlowSet, State};

use super::Target;
use super::talk::{Talk, environment, text};
use crate::bytes::Bytes;
use crate::harness::Seen;

pub const TARGET: Target = Target { name: "expressions", seeds, words: WORDS, bytes_max: 600, run };

const WORDS: &[&str] = &[
    "service",
    "service.id",
    "service.label",
    "service.price",
    "whole",
    "money",
    "day",
    "time",
    "moment",
    "words",
    "some",
    "input.text",
    "contact.name",
    "contact.tags",
    "channel",
    "language",
    "now",
    "today",
    "has(",
    "size(",
    "lower(",
    "upper(",
    "contains(",
    "matches(",
    "starts_with(",
    "has_word(",
    "has_any(",
    "number_in(",
    "date_in(",
    "append(",
    "date('2026-02-29')",
    "duration('1h')",
    " in ",
    "['a', 1]",
    " && ",
    " || ",
    "!",
    " == ",
    " != ",
    " < ",
    " >= ",
    " + ",
    " - ",
    " * ",
    "1000000000",
    "-9223372036854775808",
    "1.5",
    "0.000001",
    "'",
    "\"",
    "\\u{",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ".",
    "?",
    ":",
    "true",
    "null",
    "b'x'",
    "r'x'",
    "'''",
    "//",
];

fn seeds() -> Vec<Vec<u8>> {
    let written = [
        "whole + 1",
        "whole * 1000000000 - 1",
        "service.price * 2",
        "service.label == 'Cut' && !has(none)",
        "day > date('2026-11-20')",
        "moment + duration('90m')",
        "size(words) > 2 || words in ['a', 'b']",
        "matches(words, '^[a-z]+$')",
        "append(some, words, 3)",
        "number_in(words) + 1",
        "has(date_in(input.text))",
        "starts_with(lower(words), 'a')",
        "channel == 'ussd'",
        "1.5 * whole",
        "has_word(words, 'yes')",
        "now - moment < duration('2h')",
    ];
    let functions = ganira::flows::expression_functions().map(|name| format!("{name}(words)"));
    written.into_iter().map(str::to_owned).chain(functions).map(String::into_bytes).collect()
}

fn run(input: &[u8], seen: &mut Seen) {
    let source = serde_json::to_string(&String::from_utf8_lossy(input)).unwrap();
    let head = "flow: f\nformat: 1\nstart: {otherwise: true}\nunavailable: [say: trouble, end]\nscenes:\n  one:\n    - find: services\n      empty: end\n    - choose: service\n      from: services\n      if_one: take\n    - set: {whole: 7, words: \"'abc 5'\", money: service.price, day: today, moment: now}\n";
    let uses = [
        format!("    - set: {{a: {source}}}\n    - say: shown\n"),
        format!("    - if: {source}\n      then: [say: trouble]\n"),
        format!("    - say: trouble\n      when: {source}\n"),
    ];
    for (n, part) in uses.iter().enumerate() {
        let flow = format!("{head}{part}    - end\n");
        let texts = "### unreviewed\ntrouble = T\nservice = Which?\nshown = { $a }\n";
        match FlowSet::load(&[("f.flow.yaml", &flow), ("f.en.ftl", texts)], &environment()) {
            Ok(set) => {
                let mut talk = Talk::new(&set, State::default(), Channel::WhatsApp);
                for said in ["tomorrow at 9", "1"] {
                    talk.turn(&text(said), &mut Bytes(&[1, 1]), seen);
                }
                seen.see((n, source.chars().filter(|letter| "+-*<>=&|!([,".contains(*letter)).collect::<String>()));
            }
            Err(mistakes) => mistakes.iter().for_each(|mistake| seen.see((n, mistake.rule, words(&mistake.what)))),
        }
    }
}

/// The rule's own words: not what it quotes.
fn words(what: &str) -> String {
    what.split('"').step_by(2).collect()
}
