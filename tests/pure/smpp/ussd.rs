//! What USSD messages over SMPP do to their sessions.

use ganira::channels::smpp::ussd::{Does, Marks, answer, read};
use ganira::config::{UssdCoding, UssdSession};

fn marks(op: u8, info: Option<[u8; 2]>) -> Marks {
    Marks { service_op: Some(op), session_info: info, user_message_reference: None }
}

#[test]
fn the_standard_values_begin_go_on_and_end() {
    let read = |op, info| read(marks(op, info), UssdCoding::Standard, UssdSession::SessionInfo);
    let begun = read(1, Some([0x2a, 0x00]));
    assert_eq!((begun.does, begun.session.as_str()), (Does::Begins, "42"));
    // The sequence counts on, the session stays.
    let on = read(18, Some([0x2a, 0x02]));
    assert_eq!((on.does, on.session.as_str()), (Does::GoesOn, "42"));
    assert_eq!(read(18, Some([0x2a, 0x05])).does, Does::Ends);
    assert_eq!(read(32, None).does, Does::Ends);
    assert_eq!(read(19, None).does, Does::Other);
    assert_eq!(read(18, None).session, "");
}

#[test]
fn a_standard_answer_counts_on_and_ends_with_the_bit() {
    let asked = marks(18, Some([0x2a, 0x04]));
    let on = answer(asked, false, UssdCoding::Standard);
    assert_eq!((on.service_op, on.session_info), (Some(2), Some([0x2a, 0x06])));
    let end = answer(asked, true, UssdCoding::Standard);
    assert_eq!((end.service_op, end.session_info), (Some(17), Some([0x2a, 0x07])));
    assert_eq!(answer(marks(1, None), true, UssdCoding::Standard).session_info, None);
    // 127 messages later it begins anew, and the session is still the same.
    assert_eq!(answer(marks(18, Some([0x2a, 0xfe])), false, UssdCoding::Standard).session_info, Some([0x2a, 0x00]));
}

#[test]
fn the_vendors_values_begin_go_on_and_end() {
    let read = |op, info| read(marks(op, info), UssdCoding::SixD, UssdSession::SessionInfo);
    // 15 bits of dialog, the last bit ends.
    let begun = read(0x01, Some([0x12, 0x34]));
    assert_eq!((begun.does, begun.session.as_str()), (Does::Begins, "2330"));
    assert_eq!(read(0x12, Some([0x12, 0x34])).does, Does::GoesOn);
    assert_eq!(read(0x12, Some([0x12, 0x35])), read(0x81, Some([0x12, 0x34])));
    assert_eq!(read(0x81, Some([0x12, 0x34])).does, Does::Ends);
    let asked = marks(0x12, Some([0x12, 0x34]));
    let on = answer(asked, false, UssdCoding::SixD);
    assert_eq!((on.service_op, on.session_info), (Some(0x02), Some([0x12, 0x34])));
    let end = answer(asked, true, UssdCoding::SixD);
    assert_eq!((end.service_op, end.session_info), (Some(0x17), Some([0x12, 0x35])));
}

#[test]
fn a_session_may_be_told_by_other_marks() {
    let marks = Marks { service_op: Some(1), session_info: Some([1, 1]), user_message_reference: Some(900) };
    let by_reference = read(marks, UssdCoding::Standard, UssdSession::UserMessageReference);
    assert_eq!((by_reference.does, by_reference.session.as_str()), (Does::Begins, "900"));
    assert_eq!(read(marks, UssdCoding::Standard, UssdSession::Phone).session, "");
    assert_eq!(answer(marks, false, UssdCoding::Standard).user_message_reference, Some(900));
}
