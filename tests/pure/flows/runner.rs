//! The runner of conversation tests itself: what it says when a talk goes another way, and what it rewrites.

use std::sync::Arc;

use ganira::flows::talk::{Coverage, Talks};
use ganira::flows::{Channel, Environment, FlowSet};

use super::world::environment;

const FLOW: &str = "\
flow: f
format: 1
start: {words: true}
scenes:
  one:
    - choose: one
      options: {left: two, right: [say: right, again]}
  two:
    - call: size
      with: {most: \"5\"}
      as: guests
    - say: told
    - end
";
const TEXTS: &str = "\
### unreviewed
start =
    .words = begin, go
one = Which way?
    .left = Left
    .right = Right
right = Right it is.
told = { $guests } guests.
";
const SIZE: &str = "\
flow: size
format: 1
takes: {most: whole}
ends: {told: {size: whole}}
scenes:
  size:
    - ask: size
      type: whole
      between: [1, most]
    - end: told
";
const SIZE_TEXTS: &str = "### unreviewed\nsize = How many?\n";

fn flows() -> Arc<FlowSet> {
    let files = [("f.flow.yaml", FLOW), ("f.en.ftl", TEXTS), ("size.flow.yaml", SIZE), ("size.en.ftl", SIZE_TEXTS)];
    Arc::new(FlowSet::load(&files, &environment()).unwrap_or_else(|mistakes| panic!("{mistakes:#?}")))
}

fn talks(tests: &str) -> Talks {
    Talks::read("f.test.yaml", tests, None).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"))
}

/// Everything that failed, as it is printed.
fn failures(tests: &str) -> String {
    let (flows, talks) = (flows(), talks(tests));
    let failures = talks.play_all(&flows).filter_map(|played| played.failure);
    failures.map(|failure| failure.to_string()).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_talk_that_goes_another_way_is_told_with_its_place_and_what_was_said_so_far() {
    let told = failures(
        "flow: f\ntests:\n  - test: left and right\n    talk:\n      - {start: true, bot: one}\n      - {pick: right, bot: one}\n",
    );
    let expected = "\
f.test.yaml:6:28 test \"left and right\" on whatsapp went another way
    expected: one
    got:      right, one
    the talk so far:
    | > begin
    |   Which way?
    |   [Left] [Right]
    | > [right]
    |   Right it is.
    |   Which way?
    |   [Left] [Right]";
    assert_eq!(told, expected);
}

#[test]
fn a_test_runs_on_each_of_its_channels_and_expects_what_each_says() {
    let tests = "flow: f\nchannels: [whatsapp, ussd, sms]\ntests:\n  - test: t\n    talk:\n      - {start: true, bot: one}\n      - {pick: right, bot: {sms: [right, two], else: [right, one]}}\n";
    let told = failures(tests);
    assert!(told.contains("on sms") && told.contains("right, two"), "{told}");
    assert!(!told.contains("on whatsapp") && !told.contains("on ussd"), "{told}");
    assert!(told.contains("| > 2"), "an option is a number by text message: {told}");
}

#[test]
fn every_pin_and_every_check_can_fail() {
    let cases = [
        ("{start: true, bot: {one: {has: Left}}}", ""),
        ("{start: true, bot: {one: {has: Up}}}", "a message that has \"Up\""),
        ("{start: true, bot: {one: {text: \"Which way?\", is: buttons}}}", ""),
        ("{start: true, bot: {one: {text: \"Which\"}}}", "the text \"Which\""),
        ("{start: true, bot: {one: {is: list}}}", "a message that is list"),
        ("{start: true, bot: {one: {screen_at_most: 9}}}", "screens of at most 9"),
        ("{start: true, check: {ended: true}}", "expected: true"),
        ("{start: true, check: {at: f/one.one, values: {one: null}, done: [], tags: [], jobs: [], language: en}}", ""),
        ("{start: true, check: {at: f/two.size}}", "expected: f/two.size"),
        ("{start: true, check: {values: {one: left}}}", "one = nothing"),
        ("{start: true, check: {done: [book]}}", "expected: book"),
        ("{start: true, check: {tags: [vip]}}", "expected: vip"),
        ("{start: true, check: {jobs: [vip]}}", "expected: vip"),
        ("{start: true, check: {language: rw}}", "expected: rw"),
        ("{start: true, check: {alarm_in: 8m}}", "an alarm in 8m"),
        ("{start: true, check: {bytes_at_most: 9}}", "a session of at most 9"),
        ("{start: true, check: {screen_at_most: 9}}", "screens of at most 9"),
        ("{start: true, check: {fault: budget}}", "the fault \"budget\""),
        ("{start: true, check: {counts: {f/one.one: {entered: 7}}}}", "f/one.one entered 7"),
        ("{pick: up}", "nothing that was shown offers \"up\""),
        ("{job: {licence: read}}", "no job was given to licence"),
        ("{at: {scene: three}}", "f has no scene \"three\""),
    ];
    for (line, expected) in cases {
        let told = failures(&format!("flow: f\ntests:\n  - test: t\n    talk:\n      - {line}\n"));
        let right = if expected.is_empty() { told.is_empty() } else { told.contains(expected) };
        assert!(right, "{line}\n{told}");
    }
}

#[test]
fn a_talk_may_begin_in_the_middle_and_returns_to_its_caller() {
    let tests = "tests:\n  - test: t\n    talk:\n      - {at: {flow: size, scene: size, values: {most: 4}, caller: two}, bot: size}\n      - {say: \"5\", bot: {size: {has: At most 4}}}\n      - {say: \"3\", bot: {told: {has: 3 guests.}}}\n      - check: {ended: true}\n";
    assert_eq!(failures(tests), "");
}

#[test]
fn what_a_test_file_does_not_know_is_a_mistake_with_its_mend() {
    let tests = "flow: f\ntetss: 1\ntests:\n  - test: t\n    chanels: [sms]\n    talk:\n      - {sayy: hello, bot: one}\n      - {say: x, bot: {one: {hass: y}}, check: {endet: true}}\n      - {via: smss, later: soon}\n";
    let mistakes = Talks::read("f.test.yaml", tests, None).expect_err("five mistakes");
    let told: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    let told = told.join("\n");
    for mend in ["\"tests\"", "\"channels\"", "\"say\"", "\"has\"", "\"ended\"", "\"sms\"", "25s, 10m, 2h or 1d"] {
        assert!(told.contains(mend), "{mend} is not in\n{told}");
    }
    assert!(told.contains("f.test.yaml:7:10 error: an exchange has no key \"sayy\""), "{told}");
}

#[test]
fn bless_rewrites_only_what_the_bot_says() {
    let tests = "\
# How people choose.
flow: f
channels: [whatsapp, sms]
tests:
  - test: t
    talk:
      - {start: true, bot: {one: {has: Left}}} # the first
      - {pick: right, bot: [one, one]}
      - {say: \"up, please\",
         bot: {whatsapp: nothing, sms: nothing}}
      - say: nonsense
        bot: right
      - {pick: left}
      - say: \"4\"
";
    let blessed = talks(tests).bless(&flows(), tests, &|_| true);
    let expected = "\
# How people choose.
flow: f
channels: [whatsapp, sms]
tests:
  - test: t
    talk:
      - {start: true, bot: {one: {has: Left}}} # the first
      - {pick: right, bot: [right, one]}
      - {say: \"up, please\",
         bot: one}
      - say: nonsense
        bot: one
      - {pick: left, bot: size}
      - say: \"4\"
        bot: told
";
    assert_eq!(blessed, expected);
    assert_eq!(failures(&blessed), "");
    assert_eq!(talks(&blessed).bless(&flows(), &blessed, &|_| true), blessed, "what is right stays");
}

#[test]
fn steps_that_no_test_reaches_are_named() {
    let flows = flows();
    let talks = talks("flow: f\ntests:\n  - test: t\n    talk:\n      - {start: true}\n      - {pick: left}\n");
    let reached = talks.play_all(&flows).flat_map(|played| played.reached).collect();
    let coverage = Coverage::of(&flows, &reached);
    let steps: Vec<&str> = coverage.unreached.iter().map(|step| step.step.as_str()).collect();
    assert_eq!(steps, ["say one.right", "jump one.again", "say two.told", "jump two.end", "end size.end"]);
    assert_eq!(coverage.steps, 8);
}

#[test]
fn the_world_is_held_to_the_signatures() {
    let declared = "\
types:
  place: {id: text 4, label: text 6, open?: yesno}
operations:
  near: {kind: question, takes: {most: whole}, outcomes: {found: place x 2}}
  keep: {kind: command, takes: {place: text 4}, outcomes: {kept: nothing, gone: nothing}}
";
    let flow = "\
flow: f
format: 1
start: {otherwise: true}
unavailable: [say: trouble, end]
scenes:
  one:
    - find: near
      with: {most: \"2\"}
      as: places
      empty: [say: none, end]
    - choose: place
      from: places
    - do: keep
      with: {place: place.id}
      outcomes: {kept: [say: kept, end], gone: [say: gone, end]}
";
    let texts = "### unreviewed\nplace = Where?\nnone = Nowhere.\nkept = Kept.\ngone = Gone.\ntrouble = Trouble.\n";
    let mut environment = Environment::of(&[]);
    let mistakes = ganira::flows::operation::declared::declare("operations.yaml", declared, &mut environment);
    assert!(mistakes.is_empty(), "{mistakes:#?}");
    let flows = FlowSet::load(&[("f.flow.yaml", flow), ("f.en.ftl", texts)], &environment).expect("good flows");
    let data = "rows:\n  a: {id: a, label: Aaa}\n  b: {id: b, label: Too long a label}\n  c: {id: c}\nworld: {near: {found: [a]}, keep: kept}\n";
    let play = |line: &str| {
        let tests = format!(
            "tests:\n  - test: t\n    talk:\n      - {line}\n      - {{pick: a, bot: kept, check: {{done: [keep]}}}}\n"
        );
        let talks = Talks::read("f.test.yaml", &tests, Some(("f.data.yaml", data))).expect("a test");
        let test = talks.tests().first().expect("one test");
        talks.play(&flows, test, Channel::Sms).failure.map_or_else(String::new, |failure| failure.what)
    };
    assert_eq!(play("{start: true, bot: place}"), "");
    assert!(play("{world: {near: {found: [b]}}, start: true}").contains("16 characters, 6 are declared"));
    assert!(play("{world: {near: {found: [c]}}, start: true}").contains("the row lacks label"));
    assert!(play("{world: {near: {found: [d]}}, start: true}").contains("there is no row \"d\""));
    assert!(play("{world: {near: gone}, start: true}").contains("near has no outcome \"gone\""));
    assert!(play("{world: {near: found}, start: true}").contains("found yields a value"));
    assert!(play("{world: {near: {found: [a, a, a]}}, start: true}").contains("declared"));
}

#[test]
fn what_operations_yaml_cannot_mean_is_a_mistake() {
    let declared = "\
types:
  place: {id: txt 4}
operations:
  near: {kind: querry, outcomes: {found: place x 0}}
  keep: {kind: command}
  read: {kind: question, outcomes: {done: nothing}}
provders: {}
";
    let mistakes =
        ganira::flows::operation::declared::declare("operations.yaml", declared, &mut Environment::default());
    let told: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    let told = told.join("\n");
    for what in [
        "no type \"txt 4\"",
        "what kind is near",
        "no type \"place x 0\"",
        "keep never ends",
        "read has one outcome",
        "did you mean \"providers\"",
    ] {
        assert!(told.contains(what), "{what} is not in\n{told}");
    }
}
