//! The user data header: what stands before the text of a part. Source: 3GPP TS 23.040, section 9.2.3.24.

use serde::{Deserialize, Serialize};

/// The reference by which a phone or a message centre keeps parts together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reference {
    /// A header with 8 bits.
    Eight(u8),
    /// A header with 16 bits.
    Sixteen(u16),
    /// SMPP's own `sar_msg_ref_num`.
    Sar(u16),
}

/// Which part of how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Concatenation {
    pub reference: Reference,
    /// 2 to 255.
    pub total: u8,
    /// 1 to `total`.
    pub number: u8,
}

impl Concatenation {
    /// `None` for what the standard tells to ignore: no number, more than there are, or nothing to put together.
    pub fn new(reference: Reference, total: u8, number: u8) -> Option<Self> {
        (total > 1 && (1..=total).contains(&number)).then_some(Self { reference, total, number })
    }
}

/// What a header says, and what follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Headed<'a> {
    pub concatenation: Option<Concatenation>,
    /// The text is for a program on the phone, not for its owner.
    pub for_a_port: bool,
    pub body: &'a [u8],
}

/// The header is longer than the message, or an element longer than the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the user data header is cut short")]
pub struct CutShort;

const CONCATENATED_8: u8 = 0x00;
const CONCATENATED_16: u8 = 0x08;
const PORTS_8: u8 = 0x04;
const PORTS_16: u8 = 0x05;

/// Reads the header of a message whose `esm_class` says that there is one.
pub fn read(octets: &[u8]) -> Result<Headed<'_>, CutShort> {
    let (length, rest) = octets.split_first().ok_or(CutShort)?;
    let (mut header, body) = rest.split_at_checked(usize::from(*length)).ok_or(CutShort)?;
    let mut headed = Headed { concatenation: None, for_a_port: false, body };
    while let [kind, length, rest @ ..] = header {
        let (element, rest) = rest.split_at_checked(usize::from(*length)).ok_or(CutShort)?;
        // Of an element that stands twice the last one counts.
        match (*kind, element) {
            (CONCATENATED_8, [reference, total, number]) => {
                headed.concatenation = Concatenation::new(Reference::Eight(*reference), *total, *number);
            }
            (CONCATENATED_16, [high, low, total, number]) => {
                let reference = Reference::Sixteen(u16::from_be_bytes([*high, *low]));
                headed.concatenation = Concatenation::new(reference, *total, *number);
            }
            (PORTS_8 | PORTS_16, _) => headed.for_a_port = true,
            _ => {}
        }
        header = rest;
    }
    Ok(headed)
}

/// The header of one part, with a reference of 8 bits: every phone reads it, and a text keeps 153 letters a part.
pub fn write(reference: u8, total: u8, number: u8) -> [u8; 6] {
    [5, CONCATENATED_8, 3, reference, total, number]
}
