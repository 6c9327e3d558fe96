//! People at a keypad: their gateway's requests in, screens out, through the real HTTP surface.

mod booking;
mod deadline;
pub mod handset;
mod moves;
mod operators;
mod redial;
mod refusals;
mod repeated;
