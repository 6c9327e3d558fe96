//! Forgets the values that nothing can read any more where a session comes to rest, so that its snapshot stays small.

use std::sync::Arc;

use smol_str::SmolStr;

use super::run::Run;
use crate::flows::definition::Flow;

impl Run<'_> {
    pub(super) fn forget(&mut self) {
        for depth in 0..self.state.stack.len() {
            let dead = self.dead_values(depth);
            if let Some(frame) = self.state.stack.get_mut(depth).filter(|_| !dead.is_empty()) {
                let values = Arc::make_mut(&mut frame.vals);
                for name in &dead {
                    values.remove(name);
                }
                for passed in &mut frame.trail {
                    passed.gave.retain(|name| !dead.contains(name));
                }
            }
        }
    }

    fn dead_values(&self, depth: usize) -> Vec<SmolStr> {
        let Some(frame) = self.state.stack.get(depth).filter(|frame| !frame.aside) else { return Vec::new() };
        let Some(flow) = self.set.flow(&frame.flow) else { return Vec::new() };
        let needed = |name: &str| {
            flow.live.needs(&frame.at, name)
                || frame.trail.iter().any(|passed| flow.live.needs_behind(&passed.at, name))
                || self.needed_aside(flow, depth, name)
        };
        frame.vals.keys().filter(|name| !needed(name)).cloned().collect()
    }

    /// Whether a digression above reads the value.
    fn needed_aside(&self, flow: &Flow, depth: usize, name: &str) -> bool {
        let above = self.state.stack.iter().skip(depth + 1);
        above.filter(|frame| frame.aside && frame.flow == flow.name).any(|frame| flow.live.needs(&frame.at, name))
    }
}
