//! What people want to get: STOP, START, purposes and quiet hours, to the end of the wire.

mod commands;
mod house;
mod quiet;
mod sms;
mod stop;
