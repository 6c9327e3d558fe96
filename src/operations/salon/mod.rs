//! Booking at a salon: what is free, keeping a time, booking, cancelling. One file per operation.

pub mod availability;
pub mod book;
pub mod cancel;
pub mod days;
pub mod demo;
pub mod export;
pub mod hold;
pub mod labels;
pub mod local_day;
pub mod release;
pub mod roster;
pub mod services;
pub mod slot;
pub mod slots;
pub mod staff;
pub mod visits;

/// Lists longer than this are cut; the signatures promise it.
const ROWS_MAX: usize = 30;
