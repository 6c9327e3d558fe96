//! User data headers.

use ganira::channels::smpp::udh::{Concatenation, CutShort, Reference, read, write};

#[test]
fn headers_of_8_and_of_16_bits_are_read() {
    let eight = read(&[5, 0, 3, 0x2a, 3, 2, b'h', b'i']).unwrap();
    assert_eq!(eight.concatenation, Some(Concatenation { reference: Reference::Eight(0x2a), total: 3, number: 2 }));
    assert_eq!(eight.body, b"hi");
    let sixteen = read(&[6, 8, 4, 0x01, 0x2a, 2, 1, b'h']).unwrap();
    let expected = Concatenation { reference: Reference::Sixteen(0x012a), total: 2, number: 1 };
    assert_eq!(sixteen.concatenation, Some(expected));
}

#[test]
fn what_is_written_is_read_again() {
    for number in 1..=9 {
        let octets = [&write(200, 9, number)[..], b"text"].concat();
        let headed = read(&octets).unwrap();
        assert_eq!(headed.concatenation, Some(Concatenation { reference: Reference::Eight(200), total: 9, number }));
        assert_eq!(headed.body, b"text");
    }
}

#[test]
fn other_elements_are_passed_over_and_ports_are_told() {
    // A national language, then the parts; ports of 16 bits, then the parts.
    let language = read(&[8, 0x24, 1, 1, 0, 3, 9, 2, 1, b'x']).unwrap();
    assert!(language.concatenation.is_some() && !language.for_a_port);
    let ports = read(&[11, 5, 4, 0x0b, 0x84, 0, 0, 0, 3, 9, 2, 1, b'x']).unwrap();
    assert!(ports.concatenation.is_some() && ports.for_a_port);
    assert_eq!(read(&[0, b'x']).unwrap().body, b"x");
}

#[test]
fn numbers_that_cannot_be_are_ignored_and_headers_cut_short_refused() {
    for (total, number) in [(0, 1), (1, 1), (2, 0), (2, 3)] {
        assert_eq!(read(&[5, 0, 3, 1, total, number]).unwrap().concatenation, None, "{number} of {total}");
    }
    for cut in [&[][..], &[5, 0, 3, 1], &[3, 0, 3, 1], &[1]] {
        assert_eq!(read(cut), Err(CutShort), "{cut:?}");
    }
}
