//! The salon on a real database: who gets a slot, what a commit makes of it, and who may see what.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on should say where")]

mod about;
mod booking;
mod commit;
mod consent;
mod database;
mod feedback;
mod holds;
mod house;
mod moving;
mod questions;
