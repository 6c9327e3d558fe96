//! What a turn may cost, and what a prompt may measure.

use std::sync::Arc;

use ganira::domain::{Content, MessageBody};
use ganira::flows::{Answer, Channel, Context, Done, Fault, FlowSet, Input, Row, State, Turn, Value, advance};
use proptest::prelude::*;

use super::world::{environment, reviewed};

fn set(files: &[(&str, &str)]) -> Arc<FlowSet> {
    let files = reviewed(files.iter().copied());
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_ref())).collect();
    Arc::new(FlowSet::load(&files, &environment()).unwrap_or_else(|mistakes| panic!("{mistakes:#?}")))
}

pub fn context() -> Context {
    Context::at("2026-11-20T08:00:00Z".parse().unwrap(), chrono_tz::Africa::Kigali, Channel::WhatsApp)
}

pub fn text(text: &str) -> Input {
    Input::Message { body: MessageBody::Text { text: text.to_owned() }, referral: None }
}

/// One turn in which every operation gives `answer`.
pub fn turn(flows: &FlowSet, state: &State, input: &Input, answer: &Answer, context: &Context) -> Done {
    let mut answers = Vec::new();
    loop {
        match advance(flows, state, input, &answers, context) {
            Turn::Done(done) => return *done,
            Turn::Ask(questions) => answers.extend(questions.iter().map(|_| answer.clone())),
        }
    }
}

fn first_turn(flows: &FlowSet) -> Done {
    let row: Row = [("id", "a"), ("label", "A")].map(|(name, value)| (name.to_owned(), Value::text(value))).into();
    let answer = Answer { outcome: "found".to_owned(), value: Some(Value::Rows([row].into())) };
    turn(flows, &State::default(), &text("hello"), &answer, &context())
}

fn head(steps: &str) -> String {
    format!(
        "flow: f\nformat: 1\nchannels: [whatsapp]\nstart: {{otherwise: true}}\nunavailable: [say: trouble, end]\nscenes:\n  one:\n{steps}    - end\n"
    )
}

#[test]
fn a_turn_of_too_many_operations_takes_unavailable_once() {
    let flow = head(&"    - find: places\n      empty: end\n".repeat(17));
    let done = first_turn(&set(&[("f.flow.yaml", &flow), ("f.en.ftl", "trouble = Trouble\n")]));
    assert_eq!(done.said, ["trouble"]);
    assert_eq!(done.faults, [Fault::Budget, Fault::Unavailable]);
    let flow = head(&"    - find: places\n      empty: end\n".repeat(16));
    let done = first_turn(&set(&[("f.flow.yaml", &flow), ("f.en.ftl", "trouble = Trouble\n")]));
    assert!(done.faults.is_empty(), "{:?}", done.faults);
}

#[test]
fn a_turn_of_too_many_steps_takes_unavailable_once() {
    let flow = head(&"    - say: word\n".repeat(200));
    let done = first_turn(&set(&[("f.flow.yaml", &flow), ("f.en.ftl", "trouble = Trouble\nword = Word\n")]));
    assert_eq!(done.said, ["trouble"]);
    assert!(!done.state.is_open());
}

#[test]
fn a_turn_of_too_much_text_takes_unavailable_once() {
    let flow = head(&"    - say: word\n".repeat(14));
    let texts = format!("trouble = Trouble\nword = {}\n", "word ".repeat(1000));
    let done = first_turn(&set(&[("f.flow.yaml", &flow), ("f.en.ftl", &texts)]));
    assert_eq!(done.said, ["trouble"]);
    assert_eq!(done.messages.len(), 1);
}

#[test]
fn a_turn_that_exceeds_its_budget_again_ends_the_session() {
    let says = "    - say: word\n".repeat(200);
    let flow = format!(
        "flow: f\nformat: 1\nstart: {{otherwise: true}}\nunavailable: two\nscenes:\n  one:\n{says}    - end\n  two:\n{says}    - end\n"
    );
    let done = first_turn(&set(&[("f.flow.yaml", &flow), ("f.en.ftl", "word = Word\n")]));
    assert!(!done.state.is_open());
    assert_eq!(done.said, ["trouble"], "the engine's own words");
    assert_eq!(done.faults.iter().filter(|fault| **fault == Fault::Budget).count(), 2);
}

#[test]
fn a_long_text_leaves_in_pieces_and_loses_nothing() {
    let words: Vec<String> = (0..2000).map(|n| format!("word{n}")).collect();
    let flow = head("    - say: word\n");
    let texts = format!("trouble = Trouble\nword = {}\n", words.join(" "));
    let done = first_turn(&set(&[("f.flow.yaml", &flow), ("f.en.ftl", &texts)]));
    let pieces: Vec<&str> = done.messages.iter().map(|say| text_of(&say.content)).collect();
    assert!(pieces.len() > 3);
    assert!(pieces.iter().all(|piece| piece.encode_utf16().count() <= 4096));
    assert_eq!(pieces.join(" "), words.join(" "));
}

#[test]
fn a_state_of_a_newer_version_is_refused_with_advice() {
    let refused = State::read(br#"{"v":7}"#).unwrap_err().to_string();
    assert!(refused.contains("version 7") && refused.contains("newer"), "{refused}");
    assert!(State::read(b"{}").is_err());
    assert_eq!(State::read(br#"{"v":1}"#).unwrap(), State::default());
}

#[test]
fn a_session_at_a_place_that_is_gone_begins_anew() {
    let salon = FlowSet::shipped("salon").unwrap();
    let state = State::read(br#"{"v":1,"stack":[{"flow":"booking","at":"old.place"}]}"#).unwrap();
    let Turn::Done(done) = advance(&salon, &state, &text("1"), &[], &context()) else { panic!("nothing to ask") };
    assert_eq!(done.said, ["menu"]);
    assert_eq!(done.faults, [Fault::Place]);
}

fn text_of(content: &Content) -> &str {
    match content {
        Content::Text { text, .. } | Content::Buttons { text, .. } | Content::List { text, .. } => text,
        other => panic!("not a text: {other:?}"),
    }
}

/// Whether WhatsApp would take the message: it refuses the whole of it for one letter too many.
pub fn assert_fits(content: &Content) {
    let units = |text: &str| text.encode_utf16().count();
    let within = |text: &str, most: usize| {
        assert!((1..=most).contains(&units(text)), "{} of {most} in {content:?}", units(text));
    };
    match content {
        Content::Text { text, .. } => within(text, 4096),
        Content::Buttons { text, buttons, .. } => {
            within(text, 1024);
            assert!((1..=3).contains(&buttons.len()));
            for (n, button) in buttons.iter().enumerate() {
                within(&button.title, 20);
                within(&button.id, 256);
                assert!(buttons[..n].iter().all(|other| other.title != button.title && other.id != button.id));
            }
        }
        Content::List { text, button, rows, .. } => {
            within(text, 4096);
            within(button, 20);
            assert!((1..=10).contains(&rows.len()));
            for (n, row) in rows.iter().enumerate() {
                within(&row.title, 24);
                within(&row.id, 200);
                row.note.iter().for_each(|note| within(note, 72));
                assert!(rows[..n].iter().all(|other| other.id != row.id));
            }
        }
        Content::LocationRequest { text } => within(text, 1024),
        Content::Media { caption, .. } => caption.iter().for_each(|caption| within(caption, 1024)),
        Content::Location { .. } | Content::Template(_) => {}
        other => panic!("flows send no {other:?} yet"),
    }
}

/// A fifth of the usual number of cases, which `PROPTEST_CASES` still scales: a case is a whole conversation. Found cases become tests.
pub fn few() -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig { cases: usual.cases / 5, failure_persistence: None, ..usual }
}

#[test]
fn a_question_without_text_sends_nothing_rather_than_an_empty_message() {
    let diary = FlowSet::shipped("diary").unwrap();
    let Turn::Done(done) = advance(&diary, &State::default(), &text(" "), &[], &context()) else {
        panic!("nothing to ask")
    };
    assert!(done.messages.is_empty());
    assert!(done.state.is_open());
}

proptest! {
    #![proptest_config(few())]

    #[test]
    fn whatever_the_rows_every_prompt_fits_whatsapp(
        rows in prop::collection::vec(("\\PC{0,40}", prop::option::of("\\PC{0,90}")), 1..40),
        name in "[a-z]\\PC{0,3000}",
        pages in 0_usize..6,
    ) {
        let flow = head("    - ask: contact.name\n      type: person\n      once: true\n    - find: places\n      empty: end\n    - choose: place\n      from: places\n      options: {none: end}\n");
        let texts = "trouble = Trouble\ncontact-name = Name?\nplace = { $contact-name } Which?\n    .none = None of them\n    .button = Places\n";
        let flows = set(&[("f.flow.yaml", &flow), ("f.en.ftl", texts)]);
        let rows = rows.into_iter().enumerate().map(|(n, (label, note))| {
            let mut row: Row = [("id".to_owned(), Value::text(format!("r{n}"))), ("label".to_owned(), Value::text(label))].into();
            row.extend(note.map(|note| ("note".to_owned(), Value::text(note))));
            row
        });
        let answer = Answer { outcome: "found".to_owned(), value: Some(Value::Rows(rows.collect())) };
        let context = Context { profile_name: Some(name), ..context() };
        let mut done = turn(&flows, &State::default(), &text("hello"), &answer, &context);
        for _ in 0..pages {
            done.messages.iter().for_each(|say| assert_fits(&say.content));
            done = turn(&flows, &done.state, &text("more"), &answer, &context);
        }
        done.messages.iter().for_each(|say| assert_fits(&say.content));
    }
}

#[test]
fn a_list_that_can_be_found_anew_is_not_kept_behind() {
    let flow = "flow: f\nformat: 1\nchannels: [whatsapp]\nstart: {otherwise: true}\nunavailable: [say: trouble, end]\nscenes:\n  one:\n    - find: places\n      empty: end\n    - choose: place\n      from: places\n      options: {all: all}\n    - ask: note\n      type: text\n    - say: noted\n    - end\n  all:\n    - find: places\n      empty: end\n    - each: each_place\n      from: places\n      steps: [say: line]\n    - end\n";
    let texts = "trouble = Trouble\nplace = Which?\n    .all = All\nnote = Note\nnoted = { $note } { $place }\nline = { $each_place }\n";
    let flows = set(&[("f.flow.yaml", flow), ("f.en.ftl", texts)]);
    let places = ["a", "b"]
        .map(|id| [("id", id), ("label", id)].map(|(name, value)| (name.to_owned(), Value::text(value))).into());
    let answer = Answer { outcome: "found".to_owned(), value: Some(Value::Rows(places.into())) };
    let listed = turn(&flows, &State::default(), &text("hello"), &answer, &context());
    assert!(listed.state.value("places").is_some(), "it is on the screen");
    let asked = turn(&flows, &listed.state, &text("1"), &answer, &context());
    assert_eq!(asked.said, ["note"]);
    assert!(asked.state.value("places").is_none(), "it is found anew where back returns to it");
    let back = turn(&flows, &asked.state, &text("back"), &answer, &context());
    assert_eq!(back.said, ["place"]);
    assert_eq!(back.state.value("places"), listed.state.value("places"));
    let all = turn(&flows, &back.state, &text("All"), &answer, &context());
    assert_eq!(all.said, ["line", "line"]);
}
