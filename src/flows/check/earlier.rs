//! A new revision against the one before it: what people know of it by heart or have in print must not change its meaning.

use crate::flows::definition::{Flow, FlowSet, Line};
use crate::flows::mistake::Mistake;

impl FlowSet {
    /// What the new revision would change for people who dial: digits of a flow on USSD that meant another option in the earlier revision,
    /// number `revision`.
    pub fn check_against(new: &Self, earlier: &Self, revision: u32) -> Vec<Mistake> {
        let mut found = Vec::new();
        for flow in new.flows.iter().filter(|flow| dialled(flow)) {
            if let Some(before) = earlier.flow(&flow.name).filter(|before| dialled(before)) {
                for line in flow.blocks.iter().flat_map(|block| &block.lines) {
                    found.extend(digits_moved(flow, line, before, revision));
                }
            }
        }
        found.sort();
        found
    }
}

fn dialled(flow: &Flow) -> bool {
    flow.channels.iter().any(|channel| channel == "ussd")
}

/// Every digit that meant another option, in one mistake: one list of keys mends them all.
fn digits_moved(flow: &Flow, line: &Line, before: &Flow, revision: u32) -> Option<Mistake> {
    let spot = before.spots.get(&line.id)?;
    let (now, then) = (line.step.digits(), before.line(*spot)?.step.digits());
    let moved = then.iter().find_map(|(digit, option)| {
        let (_, other) = now.iter().find(|(other, _)| other == digit)?;
        (other != option).then_some((*digit, *option, *other))
    });
    let (digit, option, other) = moved?;
    let name = line.step.asking().map_or(line.verb, |asking| asking.name.as_str());
    let what =
        format!("digit {digit} of {} {name} meant \"{option}\" in revision {revision}, now \"{other}\"", line.verb);
    let cause = format!("a code with *{digit} for it may be in print");
    let mend = format!("add keys: {{{}}}", keys(&now, &then));
    Some(Mistake::new(&flow.file, line.at, what, cause, mend))
}

/// Keys by which every option that was there keeps its digit, and the new ones come after.
fn keys(now: &[(u16, &str)], then: &[(u16, &str)]) -> String {
    let mut next = then.iter().map(|(digit, _)| *digit).max().unwrap_or(0);
    let mut all: Vec<(u16, &str)> = now
        .iter()
        .map(|(_, option)| {
            let kept = then.iter().find(|(_, known)| known == option).map(|(digit, _)| *digit);
            let digit = kept.unwrap_or_else(|| {
                next += 1;
                next
            });
            (digit, *option)
        })
        .collect();
    all.sort_unstable();
    all.iter().map(|(digit, option)| format!("{option}: {digit}")).collect::<Vec<_>>().join(", ")
}
