//! Prompts on screens and in SMS: the alphabet of phones against a count written apart from it, and what holds for any options.

use std::sync::LazyLock;

use ganira::domain::Content;
use ganira::flows::layout::gsm::{self, Encoding};
use ganira::flows::{Answer, Channel, Context, Done, FlowSet, Row, Screen, State, Turn, Value, advance};
use proptest::prelude::*;

use super::limits::{context, few, text};
use super::world::environment;

/// The alphabet as 3GPP TS 23.038 prints it, read row by row.
const ALPHABET: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
    ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// What a letter takes: septets, if it is in the tables at all, and UTF-16 units.
#[derive(Debug, Clone, Copy)]
struct Cost {
    septets: Option<usize>,
    units: usize,
}

fn cost(letter: char) -> Cost {
    let septets = match letter {
        letter if ALPHABET.contains(letter) => Some(1),
        letter if EXTENSION.contains(letter) => Some(2),
        _ => None,
    };
    Cost { septets, units: if letter as u32 > 0xffff { 2 } else { 1 } }
}

/// Encoding, length and segments, letter by letter. Right where what is seen as one letter is one.
fn counted(letters: &[Cost]) -> (Encoding, usize, usize) {
    let septets: Option<Vec<usize>> = letters.iter().map(|letter| letter.septets).collect();
    let units = || letters.iter().map(|letter| letter.units).collect::<Vec<_>>();
    let (encoding, alone, part) = if septets.is_some() { (Encoding::Gsm7, 160, 153) } else { (Encoding::Ucs2, 70, 67) };
    let costs = septets.unwrap_or_else(units);
    let length = costs.iter().sum::<usize>();
    let mut segments = 1;
    let mut used = 0;
    for cost in costs.into_iter().take_while(|_| length > alone) {
        if used + cost > part {
            segments += 1;
            used = 0;
        }
        used += cost;
    }
    (encoding, length, segments)
}

#[test]
fn every_letter_of_the_alphabet_has_its_code_and_no_other_letter_has_one() {
    for code in 0..=u32::from(u16::MAX) {
        let Some(letter) = char::from_u32(code) else { continue };
        let wanted = if ALPHABET.contains(letter) { Some(1) } else { EXTENSION.contains(letter).then_some(2) };
        assert_eq!(gsm::septets_of(letter), wanted, "{letter:?}");
    }
    let letters: Vec<char> = ALPHABET.chars().collect();
    assert_eq!(letters.len(), 127, "all codes but the escape");
    let coded: Vec<char> = gsm::BASIC.into_iter().filter(|letter| *letter != '\u{1b}').collect();
    assert_eq!(coded, letters);
}

#[test]
fn lengths_of_one_to_a_thousand_letters_are_counted_as_by_hand() {
    for unit in ["a", "€", "a€", "é\n", "â", "ab😀", "{a}", "ñ~", "中"] {
        let text: String = unit.chars().cycle().take(1_000).collect();
        let letters: Vec<Cost> = text.chars().map(cost).collect();
        let ends = text.char_indices().map(|(at, letter)| at + letter.len_utf8());
        for (count, end) in (1..).zip(ends) {
            let (encoding, length, segments) = counted(&letters[..count]);
            let text = &text[..end];
            assert_eq!(gsm::length(text), (encoding, length), "{count} of {unit:?}");
            assert_eq!(gsm::segments(text), segments, "{count} of {unit:?}");
        }
    }
}

#[rstest::rstest]
#[case("a", 160, 1)]
#[case("a", 161, 2)]
#[case("a", 306, 2)]
#[case("a", 307, 3)]
#[case("€", 80, 1)]
#[case("€", 81, 2)]
// 76 pairs fill 152 of the 153 septets of a part: the pair is not torn apart.
#[case("€", 152, 2)]
#[case("€", 153, 3)]
#[case("â", 70, 1)]
#[case("â", 71, 2)]
#[case("â", 134, 2)]
#[case("â", 135, 3)]
#[case("😀", 35, 1)]
#[case("😀", 36, 2)]
#[case("😀", 66, 2)]
#[case("😀", 67, 3)]
fn segments_at_the_limits(#[case] letter: &str, #[case] count: usize, #[case] wanted: usize) {
    assert_eq!(gsm::segments(&letter.repeat(count)), wanted);
}

#[test]
fn what_is_seen_as_one_letter_is_not_parted() {
    let family = "👨‍👩‍👧‍👦";
    let text = format!("{}{family}{}", "a".repeat(60), "b".repeat(60));
    let parts = gsm::split(&text);
    assert_eq!(parts.concat(), text);
    assert!(parts.iter().any(|part| part.contains(family)), "{parts:?}");
    assert!(gsm::split(&format!("e{}", "\u{301}".repeat(200))).len() > 2, "but nothing is longer than a part");
}

#[rstest::rstest]
#[case("d’accord “oui” – c’est 5 000 RWF…", "d'accord \"oui\" - c'est 5 000 RWF...")]
#[case("Garçon, ÇA, là, forêt, Noël, cœur", "Garcon, ÇA, là, foret, Noel, coeur")]
#[case("N\u{303}o e\u{301}te\u{301}", "Ño été")]
#[case("Kigali 🇷🇼 👋🏽!", "Kigali  !")]
#[case("½ kg ﬁne → ok ✓", "1/2 kg fine -> ok +")]
#[case("中 ሀ", "? ?")]
#[case("Ελλάδα", "??????")]
fn letters_that_phones_lack_become_their_look_alikes(#[case] text: &str, #[case] wanted: &str) {
    let plain = gsm::plain(text);
    assert_eq!(gsm::encoding_of(&plain), Encoding::Gsm7);
    assert_eq!(plain, wanted);
}

const FLOW: &str = "
flow: f
format: 1
channels: [ussd, sms]
start: {otherwise: true}
unavailable: [say: trouble, end]
scenes:
  one:
    - ask: contact.name
      type: person
      once: true
    - choose: before
      options: {go: next, news: [{say: news, when: has(contact.name)}, end]}
    - say: hello
      when: has(contact.name)
    - find: places
      empty: end
    - choose: place
      from: places
      options: {none: [say: nothing, end], other: [say: another, end]}
    - say: chosen
    - end
";
const TEXTS: &str = "### unreviewed
trouble = Trouble
contact-name = Your name?
before = Before?
    .go = Go on
    .news = News
news = { $contact-name }
hello = Hello { $contact-name }.
place = Which place?
    .none = None of them
    .other = Some other place, wherever it may be
    .other-button = Another
nothing = Chosen none.
another = Chosen other.
chosen = Chosen { $place-id }.
";

static FLOWS: LazyLock<FlowSet> = LazyLock::new(|| {
    let files = [("f.flow.yaml", FLOW), ("f.en.ftl", TEXTS)];
    FlowSet::load(&files, &environment()).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"))
});

/// A talk by one channel with the list of places always answered.
struct Talk {
    context: Context,
    rows: Answer,
}

impl Talk {
    fn new(channel: Channel, chars: u16, name: &str, rows: &[(String, Option<String>)]) -> Self {
        let rows = rows.iter().enumerate().map(|(n, (label, note))| {
            let mut row: Row = [("id".to_owned(), Value::text(format!("r{n}")))].into();
            row.insert("label".to_owned(), Value::text(label));
            row.extend(note.as_ref().map(|note| ("note".to_owned(), Value::text(note))));
            row
        });
        let rows = Answer { outcome: "found".to_owned(), value: Some(Value::Rows(rows.collect())) };
        let screen = Screen { chars, ..Screen::default() };
        let context = Context { channel, profile_name: Some(name.to_owned()), screen, ..context() };
        Self { context, rows }
    }

    fn say(&self, state: &State, said: &str) -> Done {
        let written = State::read(&serde_json::to_vec(state).unwrap()).unwrap();
        assert_eq!(&written, state);
        let mut answers = Vec::new();
        loop {
            match advance(&FLOWS, state, &text(said), &answers, &self.context) {
                Turn::Done(done) => return *done,
                Turn::Ask(questions) => answers.extend(questions.iter().map(|_| self.rows.clone())),
            }
        }
    }

    /// All pages from here on, each as the state at it and its text.
    fn pages(&self, first: Done) -> Vec<(State, String)> {
        let mut done = first;
        let mut pages = Vec::new();
        loop {
            assert_eq!(done.messages.len(), 1, "one screen or message a turn: {:?}", done.messages);
            let Content::Text { text, .. } = &done.messages[0].content else { panic!("text only") };
            pages.push((done.state.clone(), text.clone()));
            assert!(pages.len() < 256);
            if !text.lines().any(|line| line == "00 More") {
                return pages;
            }
            done = self.say(&done.state, "00");
        }
    }
}

/// The number at the head of an option's line.
fn number_of(line: &str) -> Option<u16> {
    let (number, label) = line.split_once(' ')?;
    (!number.starts_with('0') && !label.is_empty()).then(|| number.parse().ok()).flatten()
}

/// Without what differs between a text and its pages: spaces, line ends and keys.
fn letters(text: &str) -> String {
    text.lines().filter(|line| !["00 More", "0 Back"].contains(line)).collect::<String>().split_whitespace().collect()
}

/// Labels that begin with a digit could not be told from numbers here.
fn label() -> impl Strategy<Value = String> {
    prop_oneof![3 => "[A-Z][a-zâé’ ]{0,20}", 1 => "[^0-9\\PC]\\PC{0,60}", 1 => Just("Same".to_owned()), 1 => Just("\u{1f389}".to_owned())]
}

/// A name of up to so many letters; digits in it (also such as ①) could stand at the head of a line like an option's number.
fn name(most: usize) -> impl Strategy<Value = String> {
    let is_number = |c: char| gsm::plain(c.encode_utf8(&mut [0; 4])).contains(|c: char| c.is_ascii_digit());
    let letters = prop::collection::vec("\\PC", 0..most);
    letters.prop_map(move |letters| {
        let kept: String = letters.concat().chars().map(|c| if is_number(c) { 'x' } else { c }).collect();
        format!("A{kept}")
    })
}

fn rows() -> impl Strategy<Value = Vec<(String, Option<String>)>> {
    prop::collection::vec((label(), prop::option::of("[a-z5,’🎉 ]{0,90}")), 1..24)
}

proptest! {
    #![proptest_config(few())]

    #[test]
    fn on_ussd_every_option_stands_whole_on_one_page_and_its_number_picks_it(
        rows in rows(),
        name in name(400),
        chars in 100_u16..250,
        at in any::<prop::sample::Index>(),
    ) {
        let talk = Talk::new(Channel::Ussd, chars, &name, &rows);
        let first = talk.say(&State::default(), "hi");
        let pages = talk.pages(talk.say(&first.state, "1"));
        let most = usize::from(chars.clamp(120, 182));
        let mut numbers = Vec::new();
        for (_, page) in &pages {
            let septets = gsm::septets(page);
            prop_assert!(septets.is_some_and(|septets| (1..=most).contains(&septets)), "{septets:?} of {most}: {page}");
            prop_assert!(page.lines().any(|line| line == "0 Back"), "there is a question before");
            numbers.extend(page.lines().filter_map(number_of));
        }
        let texts: String = pages.iter().map(|(_, page)| letters(page)).collect();
        let said = letters(&gsm::plain(&format!("Hello {name}.\nWhich place?")));
        if said.len() < 1_000 {
            prop_assert!(texts.starts_with(&said), "{said}\n{texts}");
            prop_assert_eq!(&numbers, &(1..=rows.len() as u16 + 2).collect::<Vec<_>>());
        }
        let (state, page) = at.get(&pages);
        for number in page.lines().filter_map(number_of).filter(|number| numbers.contains(number)) {
            let done = talk.say(state, &number.to_string());
            let wanted = match usize::from(number) {
                n if n <= rows.len() => format!("Chosen r{}.", n - 1),
                n if n == rows.len() + 1 => "Chosen none.".to_owned(),
                _ => "Chosen other.".to_owned(),
            };
            let Content::Text { text, .. } = &done.messages[0].content else { panic!("text only") };
            prop_assert_eq!(text, &wanted, "number {} on {}", number, page);
        }
    }

    #[test]
    fn on_ussd_back_leads_through_the_pages_to_the_question_before(rows in rows(), name in "[A-Z][a-z ]{0,300}") {
        let talk = Talk::new(Channel::Ussd, 160, &name, &rows);
        let first = talk.say(&State::default(), "hi");
        let pages = talk.pages(talk.say(&first.state, "1"));
        let mut state = pages[pages.len() - 1].0.clone();
        for (_, page) in pages.iter().rev().skip(1) {
            let done = talk.say(&state, "0");
            let Content::Text { text, .. } = &done.messages[0].content else { panic!("text only") };
            prop_assert_eq!(text, page);
            state = done.state;
        }
        prop_assert_eq!(talk.say(&state, "0").said, ["before"]);
    }

    #[test]
    fn a_text_after_which_nothing_is_asked_is_read_to_its_end(name in "[A-Z]\\PC{0,3000}") {
        let talk = Talk::new(Channel::Ussd, 160, &name, &[]);
        let first = talk.say(&State::default(), "hi");
        let pages = talk.pages(talk.say(&first.state, "2"));
        for (_, page) in &pages {
            prop_assert!(gsm::septets(page).is_some_and(|septets| (1..=160).contains(&septets)), "{page}");
        }
        let texts: String = pages.iter().map(|(_, page)| letters(page)).collect();
        prop_assert_eq!(texts, letters(&gsm::plain(&name)));
        let after = talk.say(&pages[pages.len() - 1].0, "00");
        prop_assert_eq!(after.said, ["before"], "what is read through is over");
    }

    #[test]
    fn by_sms_every_option_comes_within_the_segments_and_its_number_picks_it(
        rows in rows(),
        name in name(60),
        at in any::<prop::sample::Index>(),
    ) {
        let talk = Talk::new(Channel::Sms, 160, &name, &rows);
        let first = talk.say(&State::default(), "hi");
        let pages = talk.pages(talk.say(&first.state, "1"));
        let mut numbers = Vec::new();
        for (_, page) in &pages {
            let on_page: Vec<u16> = page.lines().filter_map(number_of).collect();
            prop_assert!(gsm::segments(page) <= 3 || on_page.len() <= 1, "{} segments: {page}", gsm::segments(page));
            numbers.extend(on_page);
        }
        prop_assert_eq!(&numbers, &(1..=rows.len() as u16 + 2).collect::<Vec<_>>());
        let (state, page) = at.get(&pages);
        for number in page.lines().filter_map(number_of).filter(|number| usize::from(*number) <= rows.len()) {
            let done = talk.say(state, &number.to_string());
            let Content::Text { text, .. } = &done.messages[0].content else { panic!("text only") };
            prop_assert_eq!(text, &format!("Chosen r{}.", number - 1));
        }
    }

    #[test]
    fn any_text_becomes_plain_and_stays_so(text in "\\PC{0,200}|.{0,200}") {
        let plain = gsm::plain(&text).into_owned();
        prop_assert_eq!(gsm::encoding_of(&plain), Encoding::Gsm7);
        prop_assert_eq!(gsm::plain(&plain).into_owned(), plain.clone());
        prop_assert_eq!(gsm::split(&text).concat(), text.clone());
        let most = |part: &&str| match gsm::length(&text).0 {
            Encoding::Gsm7 => gsm::septets(part).is_some_and(|septets| septets <= 160),
            Encoding::Ucs2 => part.encode_utf16().count() <= 70,
        };
        prop_assert!(gsm::split(&text).iter().all(most));
    }
}
