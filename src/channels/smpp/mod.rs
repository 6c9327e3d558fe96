//! SMPP 3.4: the wire of operators' message centres. Everything here but `link` is pure; PDUs themselves are encoded by `rusmpp`.
//!
//! Source: "Short Message Peer to Peer Protocol Specification v3.4", Issue 1.2; alphabets and headers from 3GPP TS 23.038 and 23.040.

pub mod ids;
pub mod link;
pub mod parts;
pub mod reassembly;
pub mod receipt;
pub mod session;
pub mod sieve;
pub mod status;
pub mod text;
pub mod udh;
pub mod ussd;

pub use link::TcpCentre;
pub use parts::{Part, Piece, Written};
pub use receipt::{ReceiptText, State};
pub use session::{
    Answer, Binding, Bound, Centre, Delivered, Heard, NotBound, Numbered, Session, Submit, Submitted, Way,
};
