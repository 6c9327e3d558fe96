//! How long a turn takes. Printed, and held to a bound that only a change of kind would break (the build is unoptimised).

use std::time::Instant;

use ganira::domain::MessageBody;
use ganira::flows::{Answer, FlowSet, Input, Row, State, Turn, Value, advance};

use super::limits::{context, text};
use super::talk::option_ids;

const TURNS: u32 = 200;

#[test]
fn a_choose_turn_is_fast() {
    let salon = FlowSet::shipped("salon").unwrap();
    let context = context();
    let row = |n: i64| -> Row {
        let label = Value::text(format!("Service {n}"));
        [
            ("id".to_owned(), Value::Whole(n)),
            ("label".to_owned(), label),
            ("note".to_owned(), Value::text("5,000 RWF, 30 min")),
        ]
        .into()
    };
    let found = Answer { outcome: "found".to_owned(), value: Some(Value::Rows((1..=8).map(row).collect())) };
    let run = |state: &State, input: &Input, answers: &[Answer]| match advance(&salon, state, input, answers, &context)
    {
        Turn::Done(done) => done,
        Turn::Ask(questions) => panic!("{questions:?}"),
    };
    let menu = run(&State::default(), &text("hello"), &[]);
    let id = option_ids(&menu.messages[0].content).unwrap().remove(0);
    let tap = Input::Message { body: MessageBody::Tap { id, title: String::new() }, referral: None };
    let started = Instant::now();
    for _ in 0..TURNS {
        let done = run(&menu.state, &tap, std::slice::from_ref(&found));
        assert_eq!(done.said, ["service"]);
    }
    let each = started.elapsed() / TURNS;
    println!("a choose turn (tap, 8 rows found, list shown): {each:?}");
    assert!(each.as_millis() < 20, "{each:?}");
}
