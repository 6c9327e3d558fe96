//! The stand-in is strict: what Meta would refuse it refuses, what Meta loses it loses, and its people behave like people.

mod bench;
mod control;
mod faults;
mod graph;
mod shapes;
mod ussd;
