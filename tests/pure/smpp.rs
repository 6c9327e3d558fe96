//! SMPP: the pure part of its wire.

mod ids;
mod lengths;
mod link;
mod reassembly;
mod receipts;
mod status;
mod texts;
mod udh;
mod ussd;
