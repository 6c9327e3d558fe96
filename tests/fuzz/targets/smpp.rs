//! What a message centre sends: PDUs as they come off the wire, headers, receipts, ids, and parts in any order.

use std::time::Duration;

use bytes::BytesMut;
use ganira::channels::smpp::reassembly::{PartText, Reassembly, Standing};
use ganira::channels::smpp::sieve::Strained;
use ganira::channels::smpp::text::{Said, alphabet, read};
use ganira::channels::smpp::udh::{self, Concatenation, Reference};
use ganira::channels::smpp::{Heard, ReceiptText, ids, link, ussd};
use ganira::config::{DefaultAlphabet, UssdCoding, UssdSession};
use ganira::domain::Clock;
use rusmpp::Command;
use rusmpp::decode::DecodeWithLength as _;

use super::Target;
use crate::harness::Seen;

pub const TARGET: Target = Target { name: "smpp", seeds, words: WORDS, bytes_max: 1024, run };

const WORDS: &[&str] = &[
    "id:",
    "stat:",
    "DELIVRD",
    "UNDELIV",
    "err:",
    "done date:",
    "text:",
    "2611200900",
    "\u{0}",
    "\u{1}",
    "\u{2}",
    "\u{5}\u{0}\u{3}",
    "\u{1b}",
    "0x1A",
    "000",
    "\u{0}\u{0}\u{0}\u{10}",
    "\u{0}\u{0}\u{0}\u{5}",
    "\u{4}\u{24}",
];
const PDU_BYTES_MAX: usize = 512;

fn seeds() -> Vec<Vec<u8>> {
    let receipt =
        "id:0000001A sub:001 dlvrd:001 submit date:2611200900 done date:2611200901 stat:DELIVRD err:000 text:Muraho";
    let header = [&[5, 0, 3, 42, 2, 1][..], b"Muraho"].concat();
    let enquire = [0, 0, 0, 16, 0, 0, 0, 0x15, 0, 0, 0, 0, 0, 0, 0, 1].to_vec();
    let fields =
        [&b"\0\x01\x01250780000001\0\0\x017711\0\x04\0\0\0\0\0\0\0\0"[..], &[receipt.len() as u8], receipt.as_bytes()]
            .concat();
    let length = (16 + fields.len() as u32).to_be_bytes();
    let deliver = [&length[..], &[0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 7], &fields].concat();
    // A sender that is no ASCII: the codec refuses it.
    let mut foreign = deliver.clone();
    foreign[20] = 0xe9;
    // ussd_service_op, its_session_info, user_message_reference, sar_*, receipted_message_id, message_state.
    let parameters = b"\x05\x01\0\x01\x12\x13\x83\0\x02\x07\x02\x02\x04\0\x02\0\x07\x02\x0c\0\x02\0\x01\x02\x0e\0\x01\x02\x02\x0f\0\x01\x01\0\x1e\0\x03\x31\x41\0\x04\x27\0\x01\x02";
    let length = (deliver.len() as u32 + parameters.len() as u32).to_be_bytes();
    let dialled = [&length[..], &deliver[4..], parameters].concat();
    let several = [enquire.clone(), foreign.clone(), deliver.clone()].concat();
    vec![receipt.as_bytes().to_vec(), header, enquire, deliver, foreign, several, dialled]
}

fn run(input: &[u8], seen: &mut Seen) {
    strained(input, seen);
    let text = String::from_utf8_lossy(input);
    let receipt = ReceiptText::read(&text);
    seen.see(("receipt", receipt.state, receipt.id.is_some(), receipt.error_code() == 0, receipt.done.is_some()));
    for form in ids::forms(&text) {
        assert!(ids::forms(&form).contains(&ids::normal(&text)));
    }
    for coding in [0, 1, 2, 3, 8, 0x18, 0xf0, 0xf5] {
        let said = read(input, alphabet(coding, DefaultAlphabet::Gsm7));
        seen.see((coding, matches!(said, Said::Binary)));
    }
    match udh::read(input) {
        Ok(headed) => seen.see(("header", headed.concatenation.is_some(), headed.for_a_port)),
        Err(_) => seen.see("cut short"),
    }
    gathered(input, seen);
}

/// However a stream is cut into reads, the same comes out of it, and nothing is lost.
fn strained(input: &[u8], seen: &mut Seen) {
    let mut whole = Strained::new(PDU_BYTES_MAX);
    let strange = whole.put(input);
    let mut cut = Strained::new(PDU_BYTES_MAX);
    let mut strange_in_pieces = Vec::new();
    for piece in input.chunks(7) {
        strange_in_pieces.extend(cut.put(piece));
    }
    assert_eq!(strange, strange_in_pieces);
    assert_eq!(whole.good(), cut.good());
    let kept: usize = strange.iter().map(|stranger| stranger.pdu.len()).sum();
    assert!(whole.good().len() + kept <= input.len());
    heard(whole.good(), seen);
    seen.see(("strange", strange.len().min(5), whole.good().len().min(64)));
}

/// What goes on to the engine.
fn heard(good: &[u8], seen: &mut Seen) {
    let Some(length) = good.first_chunk().map(|length| u32::from_be_bytes(*length) as usize) else { return };
    let Some(pdu) = good.get(4..length) else { return };
    let Ok((command, _)) = Command::decode(&mut BytesMut::from(pdu), pdu.len()) else { return };
    let Heard::Delivered { message, .. } = link::read(&command) else { return };
    for coding in [UssdCoding::Standard, UssdCoding::SixD] {
        for session in [UssdSession::SessionInfo, UssdSession::UserMessageReference, UssdSession::Phone] {
            let asked = ussd::read(message.ussd, coding, session);
            let answer = ussd::answer(message.ussd, true, coding);
            assert_eq!(ussd::read(answer, coding, session).session, asked.session, "an answer is of its session");
            seen.see(("ussd", asked.does, asked.session.len()));
        }
    }
    seen.see((
        "delivered",
        message.esm_class,
        message.sar_total,
        message.receipted_id.is_some(),
        message.message_state,
    ));
}

/// Every part is either waiting, delivered in a whole, given up, or known already.
fn gathered(input: &[u8], seen: &mut Seen) {
    let start = Clock::system().now();
    let mut reassembly = Reassembly::new(Duration::from_mins(1), 64);
    let (mut put, mut out) = (0, 0);
    for (step, order) in input.chunks_exact(3).enumerate() {
        let now = start + Duration::from_secs(step as u64 * u64::from(order[2] >> 6));
        let place = Concatenation::new(Reference::Eight(order[0] & 1), 2 + (order[0] >> 6), order[1] & 3);
        let Some(place) = place.filter(|_| reassembly.has_room()) else { continue };
        let text = PartText { alphabet: alphabet(0, DefaultAlphabet::Gsm7), octets: vec![order[2] & 7] };
        let taken = reassembly.take("250780000001", "7711", place, text, now);
        put += usize::from(taken.standing != Standing::Again);
        out += taken.given_up.map_or(0, |given_up| given_up.parts.len());
        if let Standing::Whole(whole) = taken.standing {
            assert!(whole.is_whole());
            let Said::Text(said) = whole.said() else { panic!("letters are text") };
            assert_eq!(said.chars().count(), usize::from(whole.key.total));
            out += whole.parts.len();
            seen.see("whole");
            reassembly.settled(whole);
        }
        out += reassembly.overdue(now).iter().map(|overdue| overdue.parts.len()).sum::<usize>();
    }
    let left = reassembly.overdue(start + Duration::from_hours(24 * 365));
    assert_eq!(put, out + left.iter().map(|open| open.parts.len()).sum::<usize>());
}
