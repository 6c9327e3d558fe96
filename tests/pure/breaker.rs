//! The breaker's transition table, walked; and the waits between attempts.

use std::time::Duration;

use chrono::DateTime;
use ganira::domain::Timestamp;
use ganira::resilience::Backoff;
use ganira::resilience::breaker::{Breaker, Effect, Event, Limits, State};
use proptest::prelude::*;

fn at(second: i64) -> Timestamp {
    DateTime::from_timestamp(1_763_630_000 + second, 0).unwrap()
}

/// A breaker brought into a state by events alone.
fn after(events: &[(Event, i64)]) -> Breaker {
    events.iter().fold(Breaker::default(), |breaker, (event, second)| breaker.on(*event, at(*second)).0)
}

fn fails(n: usize) -> Vec<(Event, i64)> {
    vec![(Event::Failed, 0); n]
}

/// What happened before, the event and its second, the state after and what is to be done.
type Row<'a> = (&'a [(Event, i64)], Event, i64, State, Vec<Effect>);

#[test]
fn every_state_meets_every_event() {
    use Effect::{Admit, Closed, Opened, WaitUntil};
    let closed = |failures| State::Closed { failures };
    let open = |second| State::Open { until: at(second) };
    let half = |second| State::HalfOpen { until: at(second) };
    let opened = fails(5);
    let probing = [fails(5), vec![(Event::Asked, 60)]].concat();
    let table: Vec<Row<'_>> = vec![
        (&[], Event::Asked, 0, closed(0), vec![Admit]),
        (&[], Event::Succeeded, 0, closed(0), vec![]),
        (&[], Event::Failed, 0, closed(1), vec![]),
        (&opened[..4], Event::Asked, 0, closed(4), vec![Admit]),
        (&opened[..4], Event::Succeeded, 0, closed(0), vec![]),
        (&opened[..4], Event::Failed, 0, open(60), vec![Opened { until: at(60) }]),
        (&opened, Event::Asked, 59, open(60), vec![WaitUntil(at(60))]),
        (&opened, Event::Asked, 60, half(120), vec![Admit]),
        (&opened, Event::Succeeded, 1, open(60), vec![]),
        (&opened, Event::Failed, 1, open(60), vec![]),
        (&probing, Event::Asked, 61, half(120), vec![WaitUntil(at(120))]),
        (&probing, Event::Asked, 120, half(180), vec![Admit]),
        (&probing, Event::Succeeded, 61, closed(0), vec![Closed]),
        (&probing, Event::Failed, 61, open(121), vec![Opened { until: at(121) }]),
    ];
    for (before, event, second, state, effects) in table {
        let (breaker, got) = after(before).on(event, at(second));
        assert_eq!((breaker.state(), got), (state, effects), "{before:?} then {event:?} at {second}");
    }
}

#[test]
fn a_success_between_failures_starts_the_count_again() {
    let events = [fails(4), vec![(Event::Succeeded, 0)], fails(4)].concat();
    assert_eq!(after(&events).state(), State::Closed { failures: 4 });
}

#[test]
fn other_limits_are_kept() {
    let breaker = Breaker::new(Limits { failures: 1, rest: Duration::from_secs(5) });
    assert_eq!(breaker.on(Event::Failed, at(0)).0.state(), State::Open { until: at(5) });
}

proptest! {
    /// Whatever happens: an open breaker lets nothing through before its time, and a probe is alone.
    #[test]
    fn nothing_passes_an_open_breaker_early(events in prop::collection::vec((0u8..3, 0i64..30), 0..60)) {
        let mut breaker = Breaker::default();
        let mut now = 0;
        for (event, step) in events {
            now += step;
            let event = [Event::Asked, Event::Succeeded, Event::Failed][usize::from(event)];
            let before = breaker.state();
            let (next, effects) = breaker.on(event, at(now));
            if let State::Open { until } | State::HalfOpen { until } = before && at(now) < until {
                prop_assert!(!effects.contains(&Effect::Admit));
            }
            prop_assert_eq!(effects.len() == 1 && matches!(effects[0], Effect::Admit | Effect::WaitUntil(_)), event == Event::Asked);
            breaker = next;
        }
    }

    #[test]
    fn a_wait_lies_between_zero_and_its_ceiling(attempt in 0u32..100, random in 0.0f64..=1.0) {
        for backoff in [Backoff::COMPANY, Backoff::PAIR] {
            let wait = backoff.wait(attempt, random, None);
            prop_assert!(wait <= backoff.ceiling(attempt) && backoff.ceiling(attempt) <= backoff.most);
        }
    }
}

#[test]
fn waits_double_until_the_cap() {
    let ceilings: Vec<u64> = (0..11).map(|attempt| Backoff::COMPANY.ceiling(attempt).as_secs()).collect();
    assert_eq!(ceilings, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    let pair: Vec<u64> = (0..5).map(|attempt| Backoff::PAIR.ceiling(attempt).as_secs()).collect();
    assert_eq!(pair, [1, 4, 16, 64, 256]);
    assert_eq!(Backoff::COMPANY.wait(3, 0.5, None), Duration::from_secs(4));
}

#[test]
fn a_named_time_wins() {
    assert_eq!(Backoff::COMPANY.wait(0, 0.3, Some(Duration::from_secs(17))), Duration::from_secs(17));
    assert_eq!(Backoff::COMPANY.wait(9, f64::NAN, None), Duration::from_mins(5));
}
