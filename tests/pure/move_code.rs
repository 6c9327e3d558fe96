//! The code of a move: found however people write it, and never found where there is none.

use ganira::domain::MoveCode;
use proptest::prelude::*;

fn code(number: u64) -> MoveCode {
    MoveCode::drawn(number)
}

proptest! {
    #[test]
    fn a_code_is_found_in_whatever_way_it_is_written(number in any::<u64>(), seed in any::<u64>()) {
        let code = code(number);
        let letters = code.letters();
        prop_assert_eq!(MoveCode::in_text(&letters), Some(code));
        prop_assert_eq!(MoveCode::in_text(&letters.to_lowercase()), Some(code));
        prop_assert_eq!(MoveCode::in_text(&letters.replace('-', "")), Some(code));
        prop_assert_eq!(MoveCode::in_text(&format!("Muraho, {}!", letters.replace('-', " "))), Some(code));
        let slips: String = letters
            .char_indices()
            .map(|(n, c)| match c {
                '0' if seed >> n & 1 == 1 => 'o',
                '1' if seed >> n & 1 == 1 => 'l',
                c => c,
            })
            .collect();
        prop_assert_eq!(MoveCode::in_text(&slips), Some(code));
        prop_assert_eq!(MoveCode::in_dialled(&code.dialled_after("*384*77#")), Some(code));
    }

    #[test]
    fn a_slip_of_a_letter_or_of_two_neighbours_is_no_code(number in any::<u64>(), at in 0_usize..9, by in 1_usize..32) {
        const LETTERS: &[u8] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        let code = code(number);
        let whole = code.letters().replace('-', "").into_bytes();
        let mut slipped = whole.clone();
        let place = LETTERS.iter().position(|letter| *letter == whole[2 + at]).unwrap();
        slipped[2 + at] = LETTERS[(place + by) % 32];
        prop_assert_eq!(MoveCode::in_text(std::str::from_utf8(&slipped).unwrap()), None);
        let mut swapped = whole.clone();
        swapped.swap(2 + at.min(7), 3 + at.min(7));
        if swapped != whole {
            prop_assert_eq!(MoveCode::in_text(std::str::from_utf8(&swapped).unwrap()), None);
        }
    }

    #[test]
    fn what_people_write_is_no_code(text in "\\PC{0,80}") {
        prop_assert_eq!(MoveCode::in_text(&text), None);
        prop_assert_eq!(MoveCode::in_dialled(&text), None);
    }
}

#[test]
fn a_code_stands_alone_as_a_word() {
    let letters = code(1_234_567_890).letters();
    assert_eq!(letters.len(), 14);
    assert_eq!(MoveCode::in_text(&format!("{letters}7")), None);
    assert_eq!(MoveCode::in_text(&format!("A{letters}")), None);
    assert_eq!(MoveCode::in_text(&format!("{letters}.")), Some(code(1_234_567_890)));
    assert_eq!(MoveCode::in_text(&format!("gnome {letters}")), Some(code(1_234_567_890)));
    assert_eq!(MoveCode::in_text(&format!("GN GN {letters}")), Some(code(1_234_567_890)));
}

#[test]
fn dialled_walks_and_payments_are_no_codes() {
    for dialled in [
        "*384*77#",
        "*384*77*1*2#",
        "*384*77*0788123456#",
        "*182*8*1#",
        "*384*77*0*078812345678#",
        "*0*#",
        "*384*77*0#",
    ] {
        assert_eq!(MoveCode::in_dialled(dialled), None, "{dialled}");
    }
    let dialled = code(42).dialled_after("*384*77");
    assert_eq!(MoveCode::in_dialled(&dialled), Some(code(42)));
    assert_eq!(MoveCode::in_dialled(&dialled.replace("*0*", "*1*")), None, "{dialled}");
}

#[test]
fn a_log_line_never_carries_a_code() {
    assert_eq!(format!("{:?}", code(42)), "MoveCode(***)");
}
