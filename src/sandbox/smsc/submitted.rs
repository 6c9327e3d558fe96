//! What is read of a submit.

use smpp34::{TlvList as _, TlvTag, submit_sm};

use super::handset::{Arriving, Shown};

/// A header precedes the text.
const HAS_HEADER: u8 = 0x40;

/// The phone's digits, without `+`.
pub(super) fn digits(number: &str) -> String {
    number.chars().filter(char::is_ascii_digit).collect()
}

/// The screen a submit is, if it is one of a USSD session.
pub(super) fn screen(submit: &submit_sm) -> Option<Shown> {
    let service_op = submit.tlvs.get_tlv(TlvTag::UssdServiceOp)?.as_u8()?;
    let info = submit.tlvs.get_tlv(TlvTag::ItsSessionInfo).and_then(smpp34::Tlv::as_u16);
    let text = super::alphabet::shown(&submit.short_message, submit.data_coding);
    Some(Shown { text, service_op, session_info: info.map(u16::to_be_bytes) })
}

/// The short message a submit is, or what is wrong with it as a command status.
pub(super) fn arriving(submit: &submit_sm, id: u64) -> Result<Arriving, u32> {
    const WRONG_LENGTH: u32 = 0x01;
    const WRONG_CLASS: u32 = 0x43;
    let payload = submit.tlvs.message_payload().map(<[u8]>::to_vec);
    let mut octets = payload.unwrap_or_else(|| submit.short_message.clone());
    let mut place =
        match (submit.tlvs.sar_msg_ref_num(), submit.tlvs.sar_total_segments(), submit.tlvs.sar_segment_seqnum()) {
            (Some(reference), Some(total), Some(number)) => Some((reference, total, number)),
            _ => None,
        };
    // A phone takes 140 octets: 160 septets, fewer beside a header.
    let (most, in_part) = if submit.data_coding == 8 { (140, 134) } else { (160, 153) };
    if submit.esm_class & HAS_HEADER != 0 {
        let [5, 0, 3, reference, total, number, text @ ..] = octets.as_slice() else { return Err(WRONG_CLASS) };
        place = Some((u16::from(*reference), *total, *number));
        octets = text.to_vec();
    }
    if octets.len() > if place.is_some() { in_part } else { most } {
        return Err(WRONG_LENGTH);
    }
    Ok(Arriving { id, from: submit.source_addr.clone(), octets, data_coding: submit.data_coding, place })
}
