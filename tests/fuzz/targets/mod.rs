//! The targets, a file each.

mod advance;
mod config;
mod expressions;
mod flows;
mod graph;
mod gsm;
mod moves;
mod names;
mod provider;
mod smpp;
mod sms;
mod snapshot;
mod state;
mod stored;
mod talk;
mod talks;
mod ussd;
mod whatsapp;
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
    pub run: fn(&[u8], &mut Seen),
}

pub const ALL: [Target; 18] = [
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
    whatsapp::TARGET,
    graph::TARGET,
    provider::TARGET,
    config::TARGET,
    names::TARGET,
    stored::TARGET,
];
