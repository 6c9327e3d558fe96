//! Phone numbers as people type them.

use ganira::crypto::random;
use ganira::domain::{Country, Phone};
use proptest::prelude::*;

fn typed(text: &str, country: &str) -> Option<String> {
    let country = Country::named(country).unwrap();
    Phone::parse_in(text, Some(country)).ok().map(|phone| phone.to_string())
}

#[test]
fn a_number_is_read_however_it_is_written() {
    for text in [
        "0788123456",
        "788123456",
        "250788123456",
        "00250788123456",
        "+250788123456",
        "+250 788 123 456",
        "(0788) 12-34-56",
        " 078.812.3456 ",
        "+250 0788 123 456",
    ] {
        assert_eq!(typed(text, "RW").as_deref(), Some("+250788123456"), "{text:?}");
    }
    assert_eq!(typed("0712 345 678", "KE").as_deref(), Some("+254712345678"));
    assert_eq!(typed("254712345678", "RW").as_deref(), Some("+254712345678"), "neighbours write without the plus");
    assert_eq!(typed("0788123456", "RW"), typed("+250788123456", "KE"));
}

#[test]
fn what_only_looks_like_a_number_is_refused() {
    for text in [
        "*182*8*1#",
        "*182*1*1*0788123456*500#",
        "#123#",
        "*0788123456",
        "0788123456#",
        "7711",
        "912",
        "112",
        "12345",
        "1199880012345678",
        "0000000000",
        "00000788123456",
        "0788 12 34",
        "07881234567",
        "+250 100 000 000",
        "25018281",
        "2026-11-20",
        "20.11.2026",
        "5000000",
        "++250788123456",
        "+",
        "",
        "RW0788123456",
        "0788123456 ext 7",
        "0788123456,1",
        "٠٧٨٨١٢٣٤٥٦",
    ] {
        assert_eq!(typed(text, "RW"), None, "{text:?}");
    }
}

#[test]
fn without_a_country_only_international_numbers_are_read() {
    assert!(Phone::parse_in("0788123456", None).is_err());
    assert_eq!(Phone::parse_in("+250788123456", None).unwrap().as_str(), "+250788123456");
}

#[test]
fn a_zone_has_its_country() {
    use chrono_tz::{Africa, Europe, Tz};
    let country = |zone: Tz| Country::of_zone(zone).map(|country| country.to_string());
    assert_eq!(country(Africa::Kigali).as_deref(), Some("RW"));
    assert_eq!(country(Africa::Nairobi).as_deref(), Some("KE"));
    assert_eq!(country(Africa::Kinshasa).as_deref(), Some("CD"));
    assert_eq!(country(Europe::Paris).as_deref(), Some("FR"));
    assert_eq!(country(Tz::UTC), None);
    assert!(Country::named("rw").is_err() && Country::named("XQ").is_err() && Country::named("RWA").is_err());
}

#[test]
fn ten_thousand_random_strings_are_read_without_a_panic() {
    const LETTERS: &[char] = &[
        '0', '1', '2', '5', '7', '8', '9', '+', '*', '#', ' ', '-', '(', ')', '.', '/', 'a', ';', 'é', '\u{200e}', '٣',
        '\0',
    ];
    for _ in 0..10_000 {
        let length = random::number() % 24;
        let text: String = (0..length).map(|_| LETTERS[(random::number() % LETTERS.len() as u64) as usize]).collect();
        for country in [None, Some(Country::RWANDA)] {
            if let Ok(phone) = Phone::parse_in(&text, country) {
                assert!(!text.contains(['*', '#', ';', 'a']), "{text:?} was read as {phone}");
                assert_eq!(Phone::parse_in(phone.as_str(), None), Ok(phone), "{text:?}");
            }
        }
    }
}

proptest! {
    #[test]
    fn every_form_of_a_mobile_number_is_the_same_number(operator in prop::sample::select(vec!["78", "79", "72", "73"]), rest in 0u32..10_000_000) {
        let national = format!("{operator}{rest:07}");
        let wanted = Some(format!("+250{national}"));
        for form in [format!("0{national}"), national.clone(), format!("250{national}"), format!("00250{national}"), format!("+250{national}")] {
            prop_assert_eq!(&typed(&form, "RW"), &wanted, "{}", form);
        }
    }

    #[test]
    fn anything_is_read_without_a_panic(text in "\\PC{0,40}") {
        let _ = Phone::parse_in(&text, Some(Country::RWANDA));
    }
}
