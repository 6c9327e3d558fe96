//! The targets, a file each.

mod advance;
mod expressions;
mod flows;
mod gsm;
mod moves;
mod smpp;
mod sms;
mod snapshot;
mod state;
mod talk;
mod talks;
mod ussd;
mod words;

use super::harness::Seen;

/// One reader, or what stands behind it.
#[derive(Debug)]
pub struct Target {
    pub name: &'static str,
    /// Inputs to begin with, besides the corpus.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// What its inputs are made of.
    pub words: &'static [&'static str],
    pub bytes_max: usize,
    /// Its part of all executions: quick ones have more.
    pub share: u64,
    pub run: fn(&[u8], &mut Seen),
}

pub const ALL: [Target; 12] = [
    flows::TARGET,
    talks::TARGET,
    words::TARGET,
    expressions::TARGET,
    gsm::TARGET,
    state::TARGET,
    snapshot::TARGET,
    moves::TARGET,
    advance::TARGET,
    ussd::TARGET,
    smpp::TARGET,
    sms::TARGET,
];

pub fn shares() -> u64 {
    ALL.iter().map(|target| target.share).sum()
}
