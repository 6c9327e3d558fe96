//! What holds for any input: no panic, the same result twice, a state that can be read back, messages that fit.

use chrono::Duration;
use ganira::domain::{Content, MediaKind, MediaRef, MessageBody, Money};
use ganira::flows::operation::HAND_OVER;
use ganira::flows::{Answer, Context, Environment, FlowSet, Input, Question, Row, State, Turn, Value, advance};
use proptest::prelude::*;

use super::limits::{assert_fits, context, few, text};
use super::talks::of_talk;
use super::world::signatures;

/// What a person, a clock or a member of staff may do next.
#[derive(Debug, Clone)]
enum Act {
    Say(String),
    /// The nth option id ever sent, from the last.
    Tap(usize),
    TapAnything(String),
    Send,
    SendPlace(f64),
    SendPicture,
    Wait(i64),
    Staff(i64),
    Fail,
    Door(bool),
}

/// Talks whose flows have steps that the shipped ones lack.
const FLOWS: [&str; 6] = ["step_form", "step_each", "step_switch", "readings", "anytime_words", "ask_types"];

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let words = prop::sample::select(vec![
        "1",
        "2",
        "10",
        "book",
        "menu",
        "hours",
        "help",
        "stop",
        "more",
        "yes",
        "first",
        "Haircut",
        "Uwase",
        "demain",
        "ejo",
        "",
        "friday",
        "9",
        "tomorrow afternoon",
        "back",
        "language",
        "no",
        "cancel",
        "2.5",
        "Kinyarwanda",
    ]);
    let act = prop_oneof![
        4 => words.prop_map(|word| Act::Say(word.to_owned())),
        2 => "\\PC{0,60}".prop_map(Act::Say),
        10 => (0_usize..12).prop_map(Act::Tap),
        1 => "p[0-9]{1,3}\\.[0-9a-f]{8}:[=+a-z0-9]{0,8}".prop_map(Act::TapAnything),
        1 => Just(Act::Send),
        1 => (-100.0..100.0_f64).prop_map(Act::SendPlace),
        1 => Just(Act::SendPicture),
        2 => (0_i64..90_000).prop_map(Act::Wait),
        1 => (0_i64..8_000).prop_map(Act::Staff),
        1 => Just(Act::Fail),
        1 => any::<bool>().prop_map(Act::Door),
    ];
    prop::collection::vec(act, 1..30)
}

/// An answer of any shape, mostly of a right one: `seed` chooses.
pub fn answer(question: &Question, seed: u64) -> Answer {
    let signatures = signatures();
    let signature = signatures
        .iter()
        .chain([&HAND_OVER])
        .find(|known| known.name == question.operation)
        .expect("a declared operation");
    let outcome = signature.outcomes[(seed % signature.outcomes.len() as u64) as usize];
    let any = Value::Row(row(seed));
    match seed % 11 {
        0 => Answer { outcome: "unavailable".to_owned(), value: None },
        1 => Answer { outcome: "nonsense".to_owned(), value: Some(any) },
        2 => Answer { outcome: outcome.name.to_owned(), value: Some(Value::Whole(7)) },
        3 => Answer { outcome: outcome.name.to_owned(), value: Some(Value::Rows([].into())) },
        _ => {
            let rows = Value::Rows((0..seed % 23).map(row).collect());
            let value =
                outcome.yields.map(|kind| if matches!(kind, ganira::flows::Type::Rows { .. }) { rows } else { any });
            Answer { outcome: outcome.name.to_owned(), value }
        }
    }
}

fn row(n: u64) -> Row {
    let at = Value::DateTime(context().now);
    let mut row: Row = ["label", "note", "staff_name", "service_label"]
        .map(|name| (name.to_owned(), Value::text(format!("{name} {n}"))))
        .into();
    row.insert(
        "id".to_owned(),
        if n.is_multiple_of(2) { Value::Whole(n as i64) } else { Value::text(format!("t{n}")) },
    );
    row.insert("price".to_owned(), Value::Money(Money::rwf(n as i64)));
    row.insert("start".to_owned(), at);
    row
}

fn input(act: &Act, ids: &[String], context: &mut Context) -> Option<Input> {
    let tap = |id: &str| Input::Message {
        body: MessageBody::Tap { id: id.to_owned(), title: String::new() },
        referral: None,
    };
    Some(match act {
        Act::Say(said) => text(said),
        Act::Tap(n) => tap(ids.iter().rev().nth(*n)?),
        Act::TapAnything(id) => tap(id),
        Act::Send => Input::Message { body: MessageBody::Unsupported { what: "poll".to_owned() }, referral: None },
        Act::SendPlace(degrees) => {
            let body = MessageBody::Location { latitude: *degrees, longitude: *degrees, name: None, address: None };
            Input::Message { body, referral: None }
        }
        Act::SendPicture => {
            let (id, mime) = ("4711".to_owned(), "image/jpeg".to_owned());
            let media = MediaRef { kind: MediaKind::Image, id, mime, sha256: None, caption: None, filename: None };
            Input::Message { body: MessageBody::Media(media), referral: None }
        }
        Act::Wait(seconds) => {
            context.now += Duration::seconds(*seconds);
            Input::Alarm
        }
        Act::Staff(seconds) => Input::StaffSpoke { quiet_until: context.now + Duration::seconds(*seconds) },
        Act::Fail => Input::SendFailed { reason: "undeliverable" },
        Act::Door(open) => {
            context.door_open = *open;
            return None;
        }
    })
}

proptest! {
    #![proptest_config(few())]

    #[test]
    fn any_input_leaves_a_state_that_can_be_read_back(acts in acts(), seed in any::<u64>(), which in 0..FLOWS.len() + 5) {
        let flows = match FLOWS.get(which) {
            Some(name) => of_talk(name),
            None => FlowSet::shipped(if which == FLOWS.len() { "diary" } else { "salon" }).unwrap(),
        };
        let mut state = State::default();
        let mut context = context();
        let mut ids: Vec<String> = Vec::new();
        let mut n = seed;
        for act in &acts {
            let Some(input) = input(act, &ids, &mut context) else { continue };
            let mut answers = Vec::new();
            let done = loop {
                match advance(&flows, &state, &input, &answers, &context) {
                    Turn::Done(done) => break done,
                    Turn::Ask(questions) => {
                        prop_assert_eq!(questions.len(), 1);
                        prop_assert_eq!(usize::from(questions[0].ordinal), answers.len());
                        prop_assert!(answers.len() < 16);
                        n = n.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                        answers.push(answer(&questions[0], n >> 33));
                    }
                }
            };
            prop_assert_eq!(advance(&flows, &state, &input, &answers, &context), Turn::Done(done.clone()), "a turn is a function");
            let written = serde_json::to_vec(&done.state).unwrap();
            prop_assert!(written.len() < 64 * 1024);
            prop_assert_eq!(&State::read(&written).unwrap(), &done.state);
            for say in &done.messages {
                assert_fits(&say.content);
                prop_assert!(context.door_open || matches!(say.content, Content::Template(_)), "the window is shut");
                ids.extend(ganira::flows::talk::taps(&say.content).into_iter().flatten());
            }
            state = done.state;
        }
    }

    #[test]
    fn any_text_as_a_flow_file_is_refused_or_read(text in "\\PC{0,200}") {
        let _ = FlowSet::load(&[("f.flow.yaml", &text)], &Environment::default());
    }

    #[test]
    fn any_expression_is_refused_or_read(source in "[a-c0-9().,+*<>=!&|'\" \\[\\]?:-]{0,60}") {
        let quoted = source.replace('\'', "''");
        let flow = format!("flow: f\nformat: 1\nscenes:\n  one:\n    - set: {{a: '{quoted}'}}\n    - end\n");
        let _ = FlowSet::load(&[("f.flow.yaml", &flow), ("f.en.ftl", "x = x\n")], &Environment::default());
    }
}

#[test]
fn deep_nesting_is_refused_on_a_small_stack() {
    let parentheses = format!("{}1{}", "(".repeat(200), ")".repeat(200));
    let lists = format!("flow: {}{}", "[".repeat(5000), "]".repeat(5000));
    let flow = format!("flow: f\nformat: 1\nscenes:\n  one:\n    - set: {{a: \"{parentheses}\"}}\n    - end\n");
    let thread = std::thread::Builder::new().stack_size(512 * 1024).spawn(move || {
        assert!(FlowSet::load(&[("f.flow.yaml", &flow), ("f.en.ftl", "x = x\n")], &Environment::default()).is_err());
        assert!(FlowSet::load(&[("f.flow.yaml", &lists)], &Environment::default()).is_err());
    });
    thread.unwrap().join().unwrap();
}
