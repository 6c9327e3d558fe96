//! Messages: that numbers choose and are written as CLDR has it, and that no text breaks the reading.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use ganira::domain::{Content, MessageBody};
use ganira::flows::{Answer, Channel, Context, FlowSet, Input, Mistake, State, Turn, advance};
use icu_datetime::{NoCalendarFormatter, fieldsets, input::Time};
use icu_locale_core::Locale;
use icu_plurals::{PluralCategory, PluralRuleType, PluralRules};
use proptest::prelude::*;

use super::limits::few;
use super::world::environment;

const LANGUAGES: [&str; 4] = ["en", "fr", "rw", "sw"];
const KEYWORDS: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

fn load(flow: &str, language: &str, texts: &str) -> Result<FlowSet, Vec<Mistake>> {
    let file = format!("f.{language}.ftl");
    let texts = format!("{texts}\n### unreviewed\n");
    FlowSet::load(&[("f.flow.yaml", flow), (&file, &texts)], &environment())
}

/// What a flow says that says each of these texts in a language.
fn said(language: &str, texts: &[String]) -> String {
    let steps: String = (0..texts.len()).fold(String::new(), |mut steps, n| {
        let _ = write!(steps, "say: m{n}, ");
        steps
    });
    let flow = format!(
        "flow: f\nformat: 1\nlanguages: [{language}]\nstart: {{otherwise: true}}\nscenes:\n  one: [{steps}end]\n"
    );
    let texts: String = texts.iter().enumerate().fold(String::new(), |mut all, (n, text)| {
        let _ = writeln!(all, "m{n} = {text}");
        all
    });
    let flows = load(&flow, language, &texts).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"));
    let mut context =
        Context::at("2026-11-20T08:00:00Z".parse().unwrap(), chrono_tz::Africa::Kigali, Channel::WhatsApp);
    language.clone_into(&mut context.language);
    let input = Input::Message { body: MessageBody::Text { text: "hello".to_owned() }, referral: None };
    let answers: &[Answer] = &[];
    let Turn::Done(done) = advance(&flows, &State::default(), &input, answers, &context) else { panic!("no question") };
    let text = |content: &Content| match content {
        Content::Text { text, .. } => text.clone(),
        other => panic!("{other:?}"),
    };
    done.messages.iter().map(|say| text(&say.content)).collect::<Vec<_>>().join("\n")
}

fn keyword(category: PluralCategory) -> &'static str {
    match category {
        PluralCategory::Zero => "zero",
        PluralCategory::One => "one",
        PluralCategory::Two => "two",
        PluralCategory::Few => "few",
        PluralCategory::Many => "many",
        PluralCategory::Other => "other",
    }
}

fn rules(language: &str, kind: PluralRuleType) -> PluralRules {
    PluralRules::try_new(language.parse::<Locale>().unwrap().into(), kind.into()).unwrap()
}

/// The keywords that 0 to 200 choose by Fluent, in their order.
fn chosen(language: &str, ordinal: bool) -> Vec<String> {
    let variants: String = KEYWORDS.iter().fold(String::new(), |mut all, keyword| {
        let default = if *keyword == "other" { "*" } else { " " };
        let _ = write!(all, "\n        {default}[{keyword}] {keyword}");
        all
    });
    let numbers: Vec<u32> = (0..=200).collect();
    let texts = numbers.chunks(20).map(|numbers| {
        let choose = |n: &u32| if ordinal { format!("NUMBER({n}, type: \"ordinal\")") } else { n.to_string() };
        numbers.iter().map(|n| format!("{{ {} ->{variants}\n    }}", choose(n))).collect::<Vec<_>>().join(" ")
    });
    said(language, &texts.collect::<Vec<_>>()).split_whitespace().map(str::to_owned).collect()
}

#[test]
fn numbers_choose_their_variants_as_icu_has_it() {
    for language in LANGUAGES {
        for kind in [PluralRuleType::Cardinal, PluralRuleType::Ordinal] {
            let rules = rules(language, kind);
            let wanted: Vec<&str> = (0..=200_u32).map(|n| keyword(rules.category_for(n))).collect();
            assert_eq!(chosen(language, kind == PluralRuleType::Ordinal), wanted, "{language} {kind:?}");
        }
    }
}

#[test]
fn nothing_is_one_thing_in_french_and_several_in_english() {
    for (language, nothing) in [("en", "other"), ("fr", "one"), ("rw", "other"), ("sw", "other")] {
        assert_eq!(chosen(language, false)[0], nothing, "{language}");
    }
}

#[test]
fn a_keyword_that_no_number_chooses_is_a_mistake_and_no_other_is() {
    let flow = |language: &str| {
        format!(
            "flow: f\nformat: 1\nlanguages: [{language}]\nstart: {{otherwise: true}}\nscenes:\n  one:\n    - ask: n\n      type: whole\n    - say: said\n    - end\n"
        )
    };
    for language in LANGUAGES {
        for (kind, selector) in
            [(PluralRuleType::Cardinal, "$n"), (PluralRuleType::Ordinal, "NUMBER($n, type: \"ordinal\")")]
        {
            let rules = rules(language, kind);
            let known: BTreeSet<&str> = (0..=200_u32).map(|n| keyword(rules.category_for(n))).collect();
            for keyword in KEYWORDS {
                let texts = format!("n = N\nsaid = {{ {selector} ->\n    [{keyword}] a\n   *[x] b\n }}");
                let refused = load(&flow(language), language, &texts).is_err();
                assert_eq!(refused, !known.contains(keyword), "{language} {selector} {keyword}");
            }
        }
    }
}

#[test]
fn times_are_written_as_cldr_writes_24_hours() {
    for language in LANGUAGES {
        let locale: Locale = format!("{language}-u-hc-h23").parse().unwrap();
        let icu = NoCalendarFormatter::try_new(locale.into(), fieldsets::T::hm()).unwrap();
        for (hour, minute) in [(0, 0), (0, 5), (8, 0), (9, 30), (12, 0), (13, 5), (23, 59)] {
            let wanted = icu.format(&Time::try_new(hour, minute, 0, 0).unwrap()).to_string();
            let text = format!("{{ TIME(\"{hour:02}:{minute:02}\") }}");
            assert_eq!(said(language, &[text]), wanted, "{language}");
        }
    }
}

#[test]
fn nothing_we_write_has_a_no_break_space() {
    for language in LANGUAGES {
        let mut texts = Vec::new();
        for month in 1..=12 {
            let day = format!("\"2026-{month:02}-{:02}\"", month + 9);
            texts.push(format!(
                "{{ DATE({day}) }} {{ DATE({day}, style: \"long\") }} {{ DATE({day}, style: \"weekday\") }}"
            ));
        }
        texts.push("{ MONEY(\"123456789 KES\") } { NUMBER(123456789) } { DURATION(\"90061s\") }".to_owned());
        let said = said(language, &texts);
        assert!(!said.contains(['\u{a0}', '\u{202f}', '\u{200e}', '\u{200f}', '\u{2212}']), "{language}: {said}");
        assert!(said.lines().all(|line| !line.contains('{') && !line.contains("2026-")), "{language}: {said}");
    }
}

#[test]
fn a_message_may_open_a_hundred_brackets_on_a_small_stack_and_no_more() {
    let flow = "flow: f\nformat: 1\nstart: {otherwise: true}\nscenes:\n  one: [say: m, end]\n";
    let thread = std::thread::Builder::new().stack_size(1024 * 1024).spawn(move || {
        let nested = |count: usize| format!("m = {}1{}", "{".repeat(count), "}".repeat(count));
        assert!(load(flow, "en", &nested(99)).is_ok());
        assert!(load(flow, "en", &nested(101)).is_err());
        for opening in ["{", "{ DATE(", "{\n DATE(\n", "{ $a ->\n *[b] {", "{ $a ->\n *[b] \"}\" {", "{\n{"] {
            assert!(load(flow, "en", &format!("m = {}", opening.repeat(20_000))).is_err());
        }
    });
    thread.unwrap().join().unwrap();
}

#[test]
fn a_number_that_cannot_be_counted_with_is_refused() {
    let flow = "flow: f\nformat: 1\nstart: {otherwise: true}\nscenes:\n  one: [say: m, end]\n";
    for number in ["9".repeat(400), format!("0.{}", "1".repeat(40))] {
        let text = format!("m = {{ {number} ->\n    [one] a\n   *[other] b\n }}");
        assert!(load(flow, "en", &text).is_err());
        assert!(load(flow, "en", &format!("m = {{ NUMBER({number}) }}")).is_err());
    }
}

const FILES: [&str; 4] = [
    include_str!("../../../src/flows/shipped/salon/feedback.en.ftl"),
    include_str!("../../../src/flows/shipped/salon/feedback.fr.ftl"),
    include_str!("../../../src/flows/shipped/salon/feedback.rw.ftl"),
    include_str!("../../../src/flows/shipped/salon/feedback.sw.ftl"),
];
const FLOW: &str = include_str!("../../../src/flows/shipped/salon/feedback.flow.yaml");

/// Something put into a file in place of some of its characters.
fn change() -> impl Strategy<Value = (prop::sample::Index, usize, String)> {
    let pieces = prop::sample::select(vec![
        "{",
        "}",
        "{ $size ->\n",
        "   *[other] x\n",
        "[one] y",
        "\n",
        "\r\n",
        "\n    .again = ",
        " = ",
        "-",
        "-brand = B\n",
        "{ -brand }",
        "{ menu }",
        "{ menu.book }",
        "{ DATE($day, style: \"long\") }",
        "{ NUMBER(1, type: \"ordinal\") ->\n",
        "\"",
        "\\u00e9",
        "\\",
        "(",
        ")",
        "#",
        "### ",
        "{ \"\" }",
        "$",
        "é",
        "\u{202f}",
        "😀",
        "\0",
        "\t",
        "1",
        "9999999999999999",
    ]);
    let text = prop_oneof![4 => pieces.prop_map(str::to_owned), 1 => "\\PC{0,12}", 1 => Just(String::new())];
    (any::<prop::sample::Index>(), 0_usize..40, text)
}

proptest! {
    #![proptest_config(few())]

    #[test]
    fn any_text_as_a_language_file_is_refused_or_read(text in "(\\PC|\n){0,300}") {
        let _ = FlowSet::load(&[("f.flow.yaml", "flow: f\nformat: 1\nscenes:\n  one: [say: m, end]\n"), ("f.en.ftl", &text)], &environment());
    }

    #[test]
    fn a_real_language_file_with_changes_is_refused_or_read(file in 0_usize..4, changes in prop::collection::vec(change(), 1..8)) {
        let mut texts = FILES.map(str::to_owned);
        for (place, length, new) in changes {
            let text: Vec<char> = texts[file].chars().collect();
            let at = place.index(text.len() + 1);
            let rest = text.iter().skip(at + length);
            texts[file] = text.iter().take(at).chain(&new.chars().collect::<Vec<_>>()).chain(rest).collect();
        }
        let [en, fr, rw, sw] = &texts;
        let files = [
            ("feedback.flow.yaml", FLOW),
            ("feedback.en.ftl", en),
            ("feedback.fr.ftl", fr),
            ("feedback.rw.ftl", rw),
            ("feedback.sw.ftl", sw),
        ];
        let _ = FlowSet::load(&files, &environment());
    }
}
