//! Which steps of a set of flows its tests reached.

use std::collections::BTreeSet;

use crate::flows::definition::FlowSet;
use crate::flows::mistake::At;

/// A step that no test reached.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unreached {
    pub file: String,
    pub at: At,
    /// Verb and id: `say lapsed.hold_lapsed`.
    pub step: String,
}

/// The steps of a set: how many there are, and those that no test reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    pub steps: usize,
    pub unreached: Vec<Unreached>,
}

impl Coverage {
    /// Holds the reached steps (flow and step) against all that there are.
    pub fn of(flows: &FlowSet, reached: &BTreeSet<(String, String)>) -> Self {
        let mut steps = 0;
        let mut unreached = Vec::new();
        for flow in &flows.flows {
            for line in flow.blocks.iter().flat_map(|block| &block.lines) {
                steps += 1;
                if !reached.contains(&(flow.name.clone(), line.id.clone())) {
                    let step = format!("{} {}", line.verb, line.id);
                    unreached.push(Unreached { file: flow.file.clone(), at: line.at, step });
                }
            }
        }
        unreached.sort();
        Self { steps, unreached }
    }
}
