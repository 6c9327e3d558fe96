//! The salon on a real database: who gets a slot, what a commit makes of it, and who may see what.

mod booking;
mod database;
mod holds;
mod house;
mod questions;
