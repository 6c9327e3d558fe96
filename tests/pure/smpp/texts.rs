//! Octets and letters.

use ganira::channels::smpp::Piece;
use ganira::channels::smpp::parts::{Writing, write};
use ganira::channels::smpp::text::{Alphabet, Said, alphabet, octets, read};
use ganira::config::{DefaultAlphabet, Joining, LookAlikes};

use super::lengths::WRITING;

fn said(octets: &[u8], data_coding: u8) -> Said {
    read(octets, alphabet(data_coding, DefaultAlphabet::Gsm7))
}

fn text(text: &str) -> Said {
    Said::Text(text.to_owned())
}

#[test]
fn letters_have_the_octets_of_the_standard() {
    for (letters, expected) in [
        ("@", &[0x00][..]),
        ("Muraho", b"Muraho"),
        ("é$_", &[0x05, 0x02, 0x11]),
        ("€5", &[0x1b, 0x65, b'5']),
        ("[a]", &[0x1b, 0x3c, b'a', 0x1b, 0x3e]),
        ("Δ\"", &[0x10, 0x22]),
    ] {
        assert_eq!(octets(letters, Alphabet::Gsm7), expected, "{letters}");
        assert_eq!(said(expected, 0), text(letters));
    }
    assert_eq!(octets("ñ😀", Alphabet::Ucs2), [0x00, 0xf1, 0xd8, 0x3d, 0xde, 0x00]);
}

#[test]
fn each_data_coding_is_read_by_its_own_alphabet() {
    assert_eq!(said(&[0x00, b'a'], 0), text("@a"));
    assert_eq!(said(b"$_a", 1), text("$_a"));
    assert_eq!(said(&[0xe9, 0xe7], 3), text("éç"));
    assert_eq!(said(&[0x00, 0xe7, 0x20, 0xac], 8), text("ç€"));
    for binary in [2, 4, 5, 6, 7, 9, 10, 13, 14, 0x14, 0xf5] {
        assert_eq!(said(&[0x00, 0x61], binary), Said::Binary, "{binary:#x}");
    }
    // With a message class, and message waiting.
    for letters in [0x10, 0x11, 0xf0, 0xf2, 0xc8, 0xd0] {
        assert_eq!(said(&[0x05], letters), text("é"), "{letters:#x}");
    }
    for wide in [0x18, 0x19, 0xe0] {
        assert_eq!(said(&[0x00, 0xe9], wide), text("é"), "{wide:#x}");
    }
    assert_eq!(read(&[0xe9], alphabet(0, DefaultAlphabet::Latin1)), text("é"));
}

#[test]
fn broken_octets_are_read_as_well_as_they_can_be() {
    // An escape at the end, an escape of nothing known, half a letter, half a pair, a mark of the other order.
    assert_eq!(said(&[b'a', 0x1b], 0), text("a "));
    assert_eq!(said(&[0x1b, b'a'], 0), text("a"));
    assert_eq!(said(&[0x00, 0x61, 0x00], 8), text("a"));
    assert_eq!(said(&[0xd8, 0x3d, 0x00, 0x61], 8), text("\u{fffd}a"));
    assert_eq!(said(&[0xff, 0xfe, 0x61, 0x00], 8), text("a"));
    // The alphabet of phones under the name of IA5; text of IA5 itself is read as that.
    assert_eq!(said(&[b'a', 0x00, 0x05, 0x1b, 0x65], 1), text("a@é€"));
    assert_eq!(said(b"a@_\r\n", 1), text("a@_\r\n"));
    // What cannot be septets was UTF-8 or Latin-1.
    assert_eq!(said("ça".as_bytes(), 0), text("ça"));
    assert_eq!(said(&[0xe7, b'a'], 0), text("ça"));
}

#[test]
fn a_centre_whose_default_is_latin_1_gets_latin_1() {
    let writing = Writing { default_alphabet: DefaultAlphabet::Latin1, ..WRITING };
    let written = write("Murakoze é", writing, 1).unwrap();
    assert_eq!((written.data_coding, written.parts[0].octets.as_slice()), (0, &b"Murakoze \xe9"[..]));
    // Phones have it, Latin-1 does not.
    assert_eq!(write("5 €", writing, 1).unwrap().data_coding, 8);
    // Septets of a part count as on the air, units of UCS-2 as they leave.
    let parts = write(&"€".repeat(71), writing, 1).unwrap().parts;
    assert_eq!(parts.iter().map(|part| part.octets.len()).collect::<Vec<_>>(), [6 + 134, 6 + 8]);
}

#[test]
fn look_alikes_are_put_in_where_they_are_wanted() {
    let curly = format!("It’s {}", "x".repeat(100));
    let coding = |text: &str, look_alikes| write(text, Writing { look_alikes, ..WRITING }, 1).unwrap().data_coding;
    assert_eq!(coding(&curly, LookAlikes::Never), 8);
    assert_eq!(coding(&curly, LookAlikes::Saving), 0);
    assert_eq!(coding("It’s", LookAlikes::Saving), 8);
    assert_eq!(coding("It’s", LookAlikes::Always), 0);
}

#[test]
fn parts_are_joined_by_a_header_or_by_parameters() {
    let long = "x".repeat(161);
    let headed = write(&long, WRITING, 0x1_07).unwrap().parts;
    assert_eq!(headed[1].octets[..8], [5, 0, 3, 7, 2, 2, b'x', b'x']);
    assert!(headed.iter().all(|part| part.has_header && part.sar.is_none()));
    let sar = write(&long, Writing { joining: Joining::Sar, ..WRITING }, 0x1_07).unwrap().parts;
    assert_eq!(sar[0].octets.len(), 153);
    assert_eq!(sar[1].sar, Some(Piece { reference: 0x1_07, total: 2, number: 2 }));
    assert!(sar.iter().all(|part| !part.has_header));
    // Alone it carries neither.
    let alone = &write("x", WRITING, 7).unwrap().parts[0];
    assert!(!alone.has_header && alone.sar.is_none());
}

#[test]
fn a_text_of_more_parts_than_can_be_numbered_is_refused() {
    assert!(write(&"x".repeat(255 * 153), WRITING, 1).is_ok());
    assert_eq!(write(&"x".repeat(255 * 153 + 1), WRITING, 1).unwrap_err().parts, 256);
}
