//! Days of the contact's that begin a flow: alarms that come late, the 29th of February, a tenant that moves to another zone.

use chrono::{TimeDelta, Utc};
use chrono_tz::{Africa, Tz};
use ganira::domain::Timestamp;
use ganira::flows::{Answer, Context, Done, Fault, FlowSet, Input, State};

use super::limits::{context, text, turn};
use super::world::{environment, reviewed};

const FLOW: &str = r#"
flow: f
format: 1
channels: [whatsapp]
languages: [en]
start: {otherwise: true, schedule: {birthday: contact.birthday, pickup: {on: contact.birthday, at: "18:00"}}}
scenes:
  menu:
    - ask: contact.birthday
      type: date
    - end
  birthday: [say: birthday, end]
  pickup: [say: pickup, end]
"#;
const TEXTS: &str = "contact-birthday = When?\nbirthday = Happy birthday!\npickup = It is ready.\n";

fn flows() -> FlowSet {
    let files = reviewed([("f.flow.yaml", FLOW), ("f.en.ftl", TEXTS)]);
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_ref())).collect();
    FlowSet::load(&files, &environment()).unwrap()
}

fn at(written: &str) -> Timestamp {
    written.parse::<chrono::DateTime<Utc>>().unwrap()
}

fn there(now: Timestamp, zone: Tz) -> Context {
    Context { now, zone, ..context() }
}

fn play(flows: &FlowSet, state: &State, input: &Input, context: &Context) -> Done {
    turn(flows, state, input, &Answer { outcome: String::new(), value: None }, context)
}

/// A person who has told her birthday.
fn told(flows: &FlowSet, birthday: &str, context: &Context) -> Done {
    let asked = play(flows, &State::default(), &text("hello"), context);
    let told = play(flows, &asked.state, &text(birthday), context);
    assert!(!told.state.is_open(), "{:?}", told.said);
    told
}

#[test]
fn a_day_whose_alarm_comes_a_day_late_is_skipped_until_next_year() {
    let flows = flows();
    let now = at("2026-11-20T08:00:00Z");
    let told = told(&flows, "21/11/1990", &there(now, Africa::Kigali));
    let due = at("2026-11-21T07:00:00Z");
    assert_eq!(told.alarm, Some(due), "nine o'clock in Kigali");

    let late = play(&flows, &told.state, &Input::Alarm, &there(due + TimeDelta::hours(8), Africa::Kigali));
    assert_eq!(late.said, ["birthday"], "the engine was away for the morning");
    assert_eq!(late.alarm, Some(at("2026-11-21T16:00:00Z")), "what is due at 18:00 has its own clock");

    let too_late = play(&flows, &told.state, &Input::Alarm, &there(due + TimeDelta::hours(34), Africa::Kigali));
    assert_eq!(too_late.said, Vec::<String>::new());
    assert_eq!(too_late.faults, [Fault::Event]);
    let next = play(&flows, &too_late.state, &Input::Alarm, &there(due + TimeDelta::hours(34), Africa::Kigali));
    assert_eq!(next.alarm, Some(at("2027-11-21T07:00:00Z")));
}

#[test]
fn the_29th_of_february_comes_on_the_28th_in_other_years() {
    let flows = flows();
    let told = told(&flows, "29/02/2000", &there(at("2026-11-20T08:00:00Z"), Africa::Kigali));
    let mut state = told.state;
    let mut alarm = told.alarm;
    let mut days = Vec::new();
    while days.len() < 6 {
        let now = alarm.unwrap();
        let done = play(&flows, &state, &Input::Alarm, &there(now, Africa::Kigali));
        days.push(format!("{} {}", now.format("%Y-%m-%d %H:%M"), done.said.join(",")));
        (state, alarm) = (done.state, done.alarm);
    }
    assert_eq!(
        days,
        [
            "2027-02-28 07:00 birthday",
            "2027-02-28 16:00 pickup",
            "2028-02-29 07:00 birthday",
            "2028-02-29 16:00 pickup",
            "2029-02-28 07:00 birthday",
            "2029-02-28 16:00 pickup",
        ]
    );
}

#[test]
fn a_tenant_that_moves_to_another_zone_wishes_once_by_its_new_clock() {
    let flows = flows();
    let told = told(&flows, "21/11/1990", &there(at("2026-11-20T08:00:00Z"), Africa::Kigali));
    // Lagos is an hour behind Kigali: the old alarm is an hour early there.
    let early = play(&flows, &told.state, &Input::Alarm, &there(at("2026-11-21T07:00:00Z"), Africa::Lagos));
    assert_eq!((early.said.len(), early.alarm), (0, Some(at("2026-11-21T08:00:00Z"))));
    let come = play(&flows, &early.state, &Input::Alarm, &there(at("2026-11-21T08:00:00Z"), Africa::Lagos));
    assert_eq!(come.said, ["birthday"]);
    assert_eq!(come.alarm, Some(at("2026-11-21T17:00:00Z")));
    // Nairobi is an hour ahead: it comes by the old alarm, once.
    let come = play(&flows, &told.state, &Input::Alarm, &there(at("2026-11-21T07:00:00Z"), Africa::Nairobi));
    assert_eq!((come.said.as_slice(), come.alarm), (&["birthday".to_owned()][..], Some(at("2026-11-21T15:00:00Z"))));
}
