//! SMS: receipts by names that are not ours, and the gateways end to end.

pub mod bench;
mod booking;
mod doors;
mod names;
mod receipts;
mod spool;
