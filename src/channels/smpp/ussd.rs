//! USSD over SMPP: `ussd_service_op` says what a message does to a session, and `its_session_info`, or something of the vendor's, which one.
//!
//! Source of the values: SMPP 3.4, section 5.3.2.44 (0 PSSD indication, 1 PSSR indication, 2 USSR request, 3 USSN request, 16 to 19 their
//! answers); of a vendor's: 6D, whose dialog id has 15 bits and whose last bit ends it, in 0x01 begins, 0x12 goes on, 0x81 gives up, out
//! 0x02 goes on, 0x17 ends.

use crate::config::{UssdCoding, UssdSession};

/// What a message of a handset does to its session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Does {
    Begins,
    GoesOn,
    /// The person or the network has ended it: nobody sees an answer.
    Ends,
    /// Nothing that asks for an answer: that a notice was shown, say.
    Other,
}

/// The parameters of a message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Marks {
    pub service_op: Option<u8>,
    /// `its_session_info`, in the order of the wire.
    pub session_info: Option<[u8; 2]>,
    pub user_message_reference: Option<u16>,
}

/// What a message says about its session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub does: Does,
    /// What tells this session from others of the same phone. Empty where a phone has but one.
    pub session: String,
}

/// Reads a message's marks.
pub fn read(marks: Marks, coding: UssdCoding, session: UssdSession) -> Asked {
    let info = marks.session_info.map(u16::from_be_bytes);
    let named = match session {
        UssdSession::SessionInfo => info.map(|info| match coding {
            // A number of 8 bits, a sequence of 7 bits that counts the messages, and the end.
            UssdCoding::Standard => (info >> 8).to_string(),
            UssdCoding::SixD => (info >> 1).to_string(),
        }),
        UssdSession::UserMessageReference => marks.user_message_reference.map(|reference| reference.to_string()),
        UssdSession::Phone => None,
    };
    let does = does(marks.service_op, coding);
    // An end that is told by the bit alone.
    let is_over = info.is_some_and(|info| info & 1 == 1) && session == UssdSession::SessionInfo;
    let does = if is_over && does != Does::Begins { Does::Ends } else { does };
    Asked { does, session: named.unwrap_or_default() }
}

fn does(service_op: Option<u8>, coding: UssdCoding) -> Does {
    match (coding, service_op) {
        // PSSR indication, and PSSD indication, which wants no dialog but may get one.
        (UssdCoding::Standard, Some(0 | 1) | None) | (UssdCoding::SixD, Some(0x01) | None) => Does::Begins,
        // USSR confirmation: what the person typed.
        (_, Some(0x12)) => Does::GoesOn,
        // The ranges for vendors: with many 0x20 and above is how a session ends or fails.
        (UssdCoding::SixD, Some(0x81)) | (UssdCoding::Standard, Some(0x20..)) => Does::Ends,
        _ => Does::Other,
    }
}

/// The marks of the screen that answers a message.
pub fn answer(asked: Marks, ended: bool, coding: UssdCoding) -> Marks {
    let service_op = match (coding, ended) {
        // USSR request.
        (_, false) => 0x02,
        // PSSR response.
        (UssdCoding::Standard, true) => 0x11,
        (UssdCoding::SixD, true) => 0x17,
    };
    let session_info = asked.session_info.map(|info| {
        let info = u16::from_be_bytes(info);
        let kept = match coding {
            UssdCoding::Standard => {
                let next = ((info >> 1) & 0x7f).wrapping_add(1) & 0x7f;
                (info & 0xff00) | (next << 1)
            }
            UssdCoding::SixD => info & 0xfffe,
        };
        (kept | u16::from(ended)).to_be_bytes()
    });
    Marks { service_op: Some(service_op), session_info, user_message_reference: asked.user_message_reference }
}
