//! Message ids in the ways one centre writes them.

use ganira::channels::smpp::ids::{forms, normal};
use proptest::prelude::*;

/// Whether a receipt of `receipt` finds a message that was submitted as `submitted`.
fn meet(submitted: &str, receipt: &str) -> bool {
    forms(receipt).contains(&normal(submitted))
}

#[test]
fn hexadecimal_decimal_zeros_and_capitals_meet() {
    for (submitted, receipt) in [
        ("0000001A", "26"),
        ("1a", "0000000026"),
        ("26", "1A"),
        ("007", "7"),
        ("7", "0007"),
        ("ABCDEF", "abcdef"),
        ("7A1F00C3", "2048852163"),
        ("ffffffffffffffff", "18446744073709551615"),
        ("00000000", "0"),
        ("5F3C9A52-6F0E", "5f3c9a52-6f0e"),
        ("  42 ", "42"),
    ] {
        assert!(meet(submitted, receipt), "{submitted} {receipt}: {:?}", forms(receipt));
    }
}

#[test]
fn what_is_no_number_meets_itself_only() {
    for (submitted, receipt) in [("msg-26", "msg-1a"), ("msg-007", "msg-7"), ("26", "27"), ("1a", "1b"), ("x26", "26")]
    {
        assert!(!meet(submitted, receipt), "{submitted} {receipt}");
    }
    assert_eq!(forms("msg-007"), ["msg-007"]);
    // Digits beyond what a number holds stay as they are.
    let long = "9".repeat(40);
    assert_eq!(forms(&long), [long]);
}

#[test]
fn the_form_it_is_written_in_comes_first() {
    assert_eq!(forms("0026"), ["26", "1a", "38"]);
    assert_eq!(forms("1A"), ["1a", "26"]);
    assert_eq!(forms("7"), ["7"]);
}

proptest! {
    #[test]
    fn every_number_meets_itself_in_every_writing(number: u64, zeros in 0_usize..8) {
        let zeros = "0".repeat(zeros);
        let writings = [format!("{number}"), format!("{zeros}{number}"), format!("{number:x}"), format!("{zeros}{number:X}")];
        for submitted in &writings {
            for receipt in &writings {
                prop_assert!(meet(submitted, receipt), "{submitted} {receipt}");
            }
        }
    }

    #[test]
    fn forms_lead_back(id in "[0-9a-fA-F]{1,20}|[a-z0-9-]{0,20}") {
        for form in forms(&id) {
            prop_assert!(forms(&form).contains(&normal(&id)), "{id} {form}");
        }
    }
}
