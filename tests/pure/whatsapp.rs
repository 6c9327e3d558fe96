//! WhatsApp's contract, from data files: what comes in reads as expected, what goes out is taken by the strict sandbox, and what the
//! companies answer is understood.

mod media;
mod outcome;
mod parse;
mod render;
mod verify;
