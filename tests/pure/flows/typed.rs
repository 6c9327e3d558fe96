//! Expressions made of their types: `check` lets each pass, and each has a value.

use std::fmt::Write as _;

use ganira::flows::{Environment, Fault, FlowSet, Input, State, Turn, Value, advance};
use proptest::prelude::*;

use super::limits::{context, few, text};

#[derive(Debug, Clone, Copy)]
enum Kind {
    Whole,
    Decimal,
    Text,
    Truth,
    Date,
    Time,
    Instant,
    Duration,
    Texts,
}

/// Makes an expression of a kind; every choice eats a part of the seed.
struct Maker(u64);

impl Maker {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn leaf(&mut self, kind: Kind) -> String {
        let n = self.roll(5) as usize;
        match kind {
            Kind::Whole => ["0", "1", "7", "1000000000", "-1000000000"][n],
            Kind::Decimal => ["0.5", "2.25", "999999999.999999", "1000.0", "0.000001"][n],
            Kind::Text => ["\"\"", "channel", "input.text", "\"21/11 at 9, 0788 123 456\"", "\"Ça va? 3.5\""][n],
            Kind::Truth => ["true", "false", "tagged(\"vip\")", "has(input.text)", "matches(channel, \"^w.+p$\")"][n],
            Kind::Date => "today",
            Kind::Time => "time_of(now)",
            Kind::Instant => "now",
            Kind::Duration => ["days(1)", "hours(30)", "minutes(90)", "days(1000000000)", "hours(-3)"][n],
            Kind::Texts => "words(input.text)",
        }
        .to_owned()
    }

    fn make(&mut self, kind: Kind, depth: u8) -> String {
        if depth == 0 {
            return self.leaf(kind);
        }
        let depth = depth - 1;
        let operator = ["+", "-"][self.roll(2) as usize];
        let mut of = |kind: Kind| self.make(kind, depth);
        let (whole, text, date, instant) = (of(Kind::Whole), of(Kind::Text), of(Kind::Date), of(Kind::Instant));
        match kind {
            Kind::Whole => match self.roll(8) {
                0 => format!("({whole} {operator} {})", self.make(Kind::Whole, depth)),
                1 => format!("size({text})"),
                2 => format!("size({})", self.make(Kind::Texts, depth)),
                3 => format!("weekday({date})"),
                4 => format!("hour({instant})"),
                5 => format!("max({whole}, {})", self.make(Kind::Whole, depth)),
                6 => format!("hour({})", self.make(Kind::Time, depth)),
                _ => format!("size({text}) * 1000000000"),
            },
            Kind::Decimal => match self.roll(3) {
                0 => format!("({} {operator} {whole})", self.make(Kind::Decimal, depth)),
                1 => format!("number_in({text}, {whole})"),
                _ => format!("min({}, 0.5)", self.make(Kind::Decimal, depth)),
            },
            Kind::Text => match self.roll(4) {
                0 => format!("lower({text})"),
                1 => format!("phone_in({text}, {})", self.make(Kind::Text, depth)),
                2 => format!("email_in({text}, \"a@b.rw\")"),
                _ => format!("upper({text})"),
            },
            Kind::Truth => match self.roll(9) {
                0 => format!("({} && {})", self.make(Kind::Truth, depth), self.make(Kind::Truth, depth)),
                1 => format!("!({} || {})", self.make(Kind::Truth, depth), self.make(Kind::Truth, depth)),
                2 => format!("{whole} <= {}", self.make(Kind::Decimal, depth)),
                3 => format!("{instant} > {date}"),
                4 => format!("has_any_word({text}, {})", self.make(Kind::Text, depth)),
                5 => format!("{text} in {}", self.make(Kind::Texts, depth)),
                6 => format!("{whole} in [1, 2, {whole}]"),
                7 => format!("has(date_in({text}))"),
                _ => format!("has_phrase({text}, channel) == {text}.starts_with(\"x\")"),
            },
            Kind::Date => match self.roll(4) {
                0 => format!("({date} {operator} days({whole}))"),
                1 => format!("in_days({whole})"),
                2 => format!("date_in({text}, {date})"),
                _ => format!("date_of({instant})"),
            },
            Kind::Time => match self.roll(2) {
                0 => format!("time_of({instant})"),
                _ => format!("time_in({text}, {})", self.make(Kind::Time, depth)),
            },
            Kind::Instant => match self.roll(2) {
                0 => format!("({instant} {operator} {})", self.make(Kind::Duration, depth)),
                _ => format!("in_minutes({whole})"),
            },
            Kind::Duration => match self.roll(4) {
                0 => format!("({instant} - {})", self.make(Kind::Instant, depth)),
                1 => format!("({date} - {})", self.make(Kind::Date, depth)),
                2 => format!("({} {operator} hours({whole}))", self.make(Kind::Duration, depth)),
                _ => format!("minutes({whole})"),
            },
            Kind::Texts => format!("append(words({text}), {}, 20)", self.make(Kind::Text, depth)),
        }
    }
}

const KINDS: [Kind; 9] = [
    Kind::Whole,
    Kind::Decimal,
    Kind::Text,
    Kind::Truth,
    Kind::Date,
    Kind::Time,
    Kind::Instant,
    Kind::Duration,
    Kind::Texts,
];

proptest! {
    #![proptest_config(few())]

    #[test]
    fn what_is_typed_has_a_value(seed in any::<u64>(), said in "[a-z0-9éç@/+. ]{1,30}") {
        let mut flow = "flow: f\nformat: 1\nstart: {otherwise: true}\nscenes:\n  one:\n    - when: has(input.text)\n      set:\n".to_owned();
        let mut maker = Maker(seed);
        for (n, kind) in KINDS.into_iter().enumerate() {
            let made = maker.make(kind, 2);
            if made.chars().count() <= 500 {
                let _ = writeln!(flow, "        v{n}: '{made}'");
            }
        }
        flow.push_str("    - end\n");
        let set = FlowSet::load(&[("f.flow.yaml", &flow), ("f.en.ftl", "### unreviewed\n")], &Environment::default());
        let set = set.unwrap_or_else(|mistakes| panic!("{}\n{flow}", mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")));
        let input: Input = text(&said);
        match advance(&set, &State::default(), &input, &[], &context()) {
            Turn::Done(done) => prop_assert!(!done.faults.contains(&Fault::Expression), "{:?} after {said:?}\n{flow}", done.faults),
            Turn::Ask(_) => prop_assert!(false, "nothing is asked"),
        }
    }

    #[test]
    fn whole_numbers_stay_within_their_bounds(seed in any::<u64>(), said in "[a-z0-9]{1,30}", rounds in 1_usize..4) {
        let mut maker = Maker(seed);
        let made = maker.make(Kind::Whole, 2);
        let flow = format!(
            "flow: f\nformat: 1\nstart: {{otherwise: true}}\nscenes:\n  one:\n    - when: has(input.text)\n      set: {{n: '{made}', n2: 'n + 1000000000', n3: 'n2 * -1000000000', n4: 'n3 - 1000000000'}}\n    \
             - when: has(n)\n      set: {{n: n + 1}}\n    - ask: more\n      type: text\n    - when: has(n) && has(n2) && has(n3) && has(n4)\n      say: numbers\n    - go: one\n"
        );
        let texts = "### unreviewed\nmore = More?\nnumbers = { $n } { $n2 } { $n3 } { $n4 }\n";
        let set = FlowSet::load(&[("f.flow.yaml", &flow), ("f.en.ftl", texts)], &Environment::default());
        let set = set.unwrap_or_else(|mistakes| panic!("{}\n{flow}", mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")));
        let mut state = State::default();
        for _ in 0..rounds {
            let Turn::Done(done) = advance(&set, &state, &text(&said), &[], &context()) else {
                return Err(TestCaseError::fail("nothing is asked"));
            };
            state = done.state;
            for name in ["n", "n2", "n3", "n4"] {
                let number = state.value(name).and_then(Value::as_whole);
                prop_assert!(number.is_some_and(|n| (-1_000_000_000..=1_000_000_000).contains(&n)), "{name} is {number:?}\n{flow}");
            }
        }
    }
}
