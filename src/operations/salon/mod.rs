//! Booking at a salon: what is free, keeping a time, booking, moving, cancelling, and what people think and allow. One file per operation.

pub mod about;
pub mod book;
pub mod cancel;
pub mod catalogue;
pub mod consent;
pub mod days;
pub mod demo;
pub mod export;
pub mod feedback;
pub mod hold;
pub mod hours;
mod ids;
pub mod labels;
pub mod release;
pub mod roster;
pub mod services;
pub mod shift;
pub mod slot;
pub mod slots;
pub mod staff;
pub mod visits;

/// Lists longer than this are cut; the signatures promise it.
const ROWS_MAX: usize = 30;
