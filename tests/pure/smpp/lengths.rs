//! Lengths from 1 to 1,000 characters against a count made here, from the letters of the standard and without our tables.

use ganira::channels::smpp::parts::{Writing, write};
use ganira::channels::smpp::text::{self, Alphabet, Said};
use ganira::channels::smpp::{Part, udh};
use ganira::config::{DefaultAlphabet, Joining, LookAlikes};

pub const WRITING: Writing = Writing {
    default_alphabet: DefaultAlphabet::Gsm7,
    data_coding: 0,
    joining: Joining::Header,
    look_alikes: LookAlikes::Never,
};

/// TS 23.038, 6.2.1: the letters of one septet, typed off the standard.
const ONE: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// 6.2.1.1: those of two.
const TWO: &str = "\u{c}^{}\\[~]|€";

/// Fills parts one by one, as a person with a pencil would. Units are septets or UTF-16 units; no letter is ever parted.
fn by_hand(text: &str) -> (bool, usize) {
    let phones_have_all = text.chars().all(|letter| ONE.contains(letter) || TWO.contains(letter));
    let size = |letter: char| match (phones_have_all, TWO.contains(letter)) {
        (true, true) => 2,
        (true, false) => 1,
        (false, _) => letter.len_utf16(),
    };
    let (alone, in_part) = if phones_have_all { (160, 153) } else { (70, 67) };
    if text.chars().map(size).sum::<usize>() <= alone {
        return (phones_have_all, 1);
    }
    let mut parts = 1;
    let mut used = 0;
    for letter in text.chars() {
        if used + size(letter) > in_part {
            parts += 1;
            used = 0;
        }
        used += size(letter);
    }
    (phones_have_all, parts)
}

/// A text of so many characters, the letters taken in turn.
fn cycle(letters: &str, length: usize, begin: usize) -> String {
    letters.chars().cycle().skip(begin).take(length).collect()
}

fn body(part: &Part) -> &[u8] {
    if part.has_header { udh::read(&part.octets).unwrap().body } else { &part.octets }
}

#[test]
fn every_length_from_1_to_1000_has_the_parts_that_a_person_counts() {
    let kinds = [
        ONE.to_owned(),
        "a".to_owned(),
        TWO.to_owned(),
        // The escape falls on every place of a part.
        "ab€".to_owned(),
        "€a".to_owned(),
        "kwérî".to_owned(),
        "ç".to_owned(),
        // Surrogate pairs, alone and out of step with the parts.
        "😀".to_owned(),
        "a😀".to_owned(),
        "ab😀c".to_owned(),
    ];
    for letters in &kinds {
        for length in 1..=1000 {
            let text = cycle(letters, length, length % 3);
            let (phones_have_all, parts) = by_hand(&text);
            let written = write(&text, WRITING, 7).unwrap();
            assert_eq!(written.parts.len(), parts, "{length} of {letters:?}");
            assert_eq!(written.data_coding, if phones_have_all { 0 } else { 8 }, "{length} of {letters:?}");
            let alphabet = if phones_have_all { Alphabet::Gsm7 } else { Alphabet::Ucs2 };
            let mut again = String::new();
            for part in &written.parts {
                let body = body(part);
                let most = match (parts, phones_have_all) {
                    (1, true) => 160,
                    (1, false) => 140,
                    (_, true) => 153,
                    (_, false) => 134,
                };
                assert!(body.len() <= most, "{length} of {letters:?}: {} octets", body.len());
                // Each part is read alone: an escape or a surrogate that was parted from its letter would show.
                let Said::Text(said) = text::read(body, alphabet) else { panic!("no text") };
                again.push_str(&said);
            }
            assert_eq!(again, text, "{length} of {letters:?}");
        }
    }
}

#[test]
fn what_is_seen_as_one_letter_is_never_parted() {
    // A family of 11 units, and a letter with two marks.
    for grapheme in ["👨‍👩‍👧‍👦", "e\u{301}\u{323}"] {
        for lead in 0..70 {
            let text = format!("{}{}", "ç".repeat(lead), grapheme.repeat(12));
            for part in write(&text, WRITING, 1).unwrap().parts {
                let Said::Text(said) = text::read(body(&part), Alphabet::Ucs2) else { panic!("no text") };
                let said = said.trim_start_matches('ç');
                assert_eq!(said, grapheme.repeat(said.len() / grapheme.len()), "{lead}");
            }
        }
    }
}

#[test]
fn published_examples_count_alike() {
    // Curly apostrophes cost a second message (mozilla/fxa 5207); ç is in no table of phones, Ç is (vonage-ruby-sdk 255); extension letters
    // count two in one encoding and one in the other (message-segment-calculator 57).
    for (text, coding, parts) in [
        ("x".repeat(160), 0, 1),
        ("x".repeat(161), 0, 2),
        (format!("{}’", "x".repeat(70)), 8, 2),
        ("Ç".repeat(160), 0, 1),
        ("ç".repeat(71), 8, 2),
        ("€".repeat(80), 0, 1),
        ("€".repeat(81), 0, 2),
        (format!("{}ë", "€".repeat(69)), 8, 1),
        (format!("{}ë", "€".repeat(70)), 8, 2),
        (String::new(), 0, 1),
    ] {
        let written = write(&text, WRITING, 1).unwrap();
        assert_eq!((written.data_coding, written.parts.len()), (coding, parts), "{text}");
    }
}
