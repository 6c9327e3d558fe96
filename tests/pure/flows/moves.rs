//! Sessions that move to another revision of their flows: whatever they were, they go on.

use ganira::domain::MessageBody;
use ganira::flows::{Fault, FlowSet, Input, State, Turn, advance};
use proptest::prelude::*;

use super::laws::answer;
use super::limits::{context, few, text};
use super::world::environment;

const EARLIER: &str = "
flow: visit
format: 1
start: {otherwise: true}
unavailable: [say: trouble, end]
anytime: {hours: [say: hours], menu: menu}
scenes:
  menu:
    - choose: menu
      options: {book: when, mine: mine}
  when:
    - find: services
      empty: menu
    - choose: svc
      from: services
    - ask: day
      type: date
    - ask: size
      type: whole
      unless: channel == 'ussd'
    - go: where
  where:
    - call: place
      as: spot
      outcomes: {found: next, gave_up: menu}
    - choose: sure
      options: {agreed: next, other: when}
    - set: {dear: svc.price * 2}
    - say: sum
    - go: menu
  mine:
    - find: my_visits
      empty: [say: hours, go: menu]
    - choose: visit
      from: my_visits
    - ask: note
      type: text
    - say: noted
    - go: menu
";
const LATER: &str = "
flow: visit
format: 1
start: {otherwise: true}
unavailable: [say: trouble, end]
anytime: {hours: [say: hours], menu: menu}
moves:
  from: [1]
  places: {when.day: day.day, when.svc: what.service, when.size: day.size}
  values: {svc: service}
  give: {part: \"'any'\"}
  ask_again: [where.sure]
scenes:
  menu:
    - choose: menu
      options: {book: what, mine: mine, third: menu}
  what:
    - find: services
      empty: menu
    - choose: service
      from: services
    - choose: part
      options: [morning, any]
    - go: day
  day:
    - ask: day
      type: date
    - ask: size
      type: whole
      unless: channel == 'ussd'
    - go: where
  where:
    - call: place
      as: spot
      outcomes: {found: next, gave_up: menu}
    - choose: sure
      options: {agreed: next, other: what}
    - set: {dear: service.price * 2}
    - say: sum
    - go: menu
  mine:
    - find: my_visits
      empty: [say: hours, go: menu]
    - choose: visit
      from: my_visits
    - ask: note
      type: text
    - say: noted
    - go: menu
";
const PLACE: &str = "
flow: place
format: 1
ends: {found: {spot: text}, gave_up: {}}
scenes:
  one:
    - ask: spot
      type: text
      tries: 2
      stuck: [end: gave_up]
    - end: found
";
const EARLIER_TEXTS: &str = "### unreviewed
anytime =
    .hours = hours
    .menu = menu
menu = Menu
    .book = Book
    .mine = Mine
svc = Service
day = Day
size = Size
sure = { $svc-label }, { DATE($day) }, { $spot }
    .agreed = Yes, please
    .other = Another
sum = { $svc } { DATE($day) } { $spot }
visit = Visit
note = Note for { $visit }
noted = { $note } { $visit-label }
hours = Hours
trouble = Trouble
";
const LATER_TEXTS: &str = "### unreviewed
anytime =
    .hours = hours
    .menu = menu
menu = Menu
    .book = Book
    .mine = Mine
    .third = Third
service = Service
part = Part
    .morning = Morning
    .any = Any
day = Day
size = Size
sure = { $service-label }, { DATE($day) }, { $spot }
    .agreed = Yes, please
    .other = Another
sum = { $service } { $part } { DATE($day) } { $spot }
visit = Visit
note = Note for { $visit }, { DATE($visit-start) }?
noted = { $note } { $visit-label }
hours = Hours
trouble = Trouble
";

fn set(visit: &str, texts: &str) -> FlowSet {
    let files = [
        ("visit.flow.yaml", visit),
        ("visit.en.ftl", texts),
        ("place.flow.yaml", PLACE),
        ("place.en.ftl", "### unreviewed\nspot = Where?\n"),
    ];
    FlowSet::load(&files, &environment()).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"))
}

/// One turn of any text, in which the operations give answers of the right shape; `seed` chooses.
fn turn(flows: &FlowSet, state: &State, input: &Input, seed: &mut u64) -> (State, Vec<Fault>) {
    let mut answers = Vec::new();
    loop {
        match advance(flows, state, input, &answers, &context()) {
            Turn::Done(done) => return (done.state, done.faults),
            Turn::Ask(questions) => {
                *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                // No answer of a wrong shape: 4 to 10 of the eleven kinds are right ones.
                let right = (*seed >> 33) / 11 * 11 + 4 + (*seed >> 33) % 7;
                answers.extend(questions.iter().map(|question| answer(question, right)));
            }
        }
    }
}

fn said(word: &str) -> Input {
    match word {
        "(picture)" => Input::Message { body: MessageBody::Unsupported { what: "poll".to_owned() }, referral: None },
        word => text(word),
    }
}

fn words() -> impl Strategy<Value = Vec<&'static str>> {
    let word = prop::sample::select(vec![
        "1",
        "2",
        "3",
        "1",
        "2",
        "book",
        "mine",
        "tomorrow",
        "today",
        "4",
        "12",
        "yes, please",
        "another",
        "hours",
        "menu",
        "more",
        "back",
        "here",
        "(picture)",
        "label 3",
        "nonsense",
    ]);
    prop::collection::vec(word, 1..24)
}

#[test]
fn the_moves_are_proven_and_counted() {
    let (earlier, later) = (set(EARLIER, EARLIER_TEXTS), set(LATER, LATER_TEXTS));
    let mistakes = FlowSet::heirs(&earlier, &later).expect_err("the note speaks of a field that no session kept");
    assert_eq!(mistakes.len(), 1, "{mistakes:#?}");
    assert!(mistakes[0].to_string().contains("did not keep its field start"), "{}", mistakes[0]);
    let moves = FlowSet::heirs(&earlier, &set(LATER, &LATER_TEXTS.replace(", { DATE($visit-start) }", ""))).unwrap();
    assert_eq!(moves.to_string(), "4 places keep their names, 3 move, 2 are asked again");
    assert_eq!(later.moves_from().into_iter().collect::<Vec<_>>(), [1]);
}

#[test]
fn every_set_is_its_own_heir() {
    for name in ganira::flows::shipped::NAMES {
        let set = FlowSet::shipped(name).unwrap();
        assert!(FlowSet::heirs(&set, &set).is_ok(), "{name}");
    }
}

proptest! {
    #![proptest_config(few())]

    #[test]
    fn a_session_that_has_moved_goes_on_without_a_fault(before in words(), after in words(), seed in any::<u64>()) {
        let (earlier, later) = (set(EARLIER, EARLIER_TEXTS), set(LATER, &LATER_TEXTS.replace(", { DATE($visit-start) }", "")));
        let moves = FlowSet::heirs(&earlier, &later).unwrap();
        let mut seed = seed;
        let mut state = State::default();
        for word in before {
            state = turn(&earlier, &state, &said(word), &mut seed).0;
        }
        let moved = moves.apply(&state);
        prop_assert_eq!(moved.is_open(), state.is_open());
        state = State::read(&serde_json::to_vec(&moved).unwrap()).unwrap();
        for word in after {
            let (next, faults) = turn(&later, &state, &said(word), &mut seed);
            prop_assert!(!faults.iter().any(|fault| matches!(fault, Fault::Place | Fault::Expression | Fault::Message)), "{word}: {faults:?} {state:?}");
            state = next;
        }
    }
}
