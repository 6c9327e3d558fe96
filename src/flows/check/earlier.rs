//! A new revision against the one before it: what people know of it by heart or have in print must not change its meaning.

use std::collections::{HashMap, HashSet, VecDeque};

use crate::flows::definition::{Flow, FlowSet, Line};
use crate::flows::mistake::Mistake;
use crate::flows::ways::{Edge, START, Target, Ways};

impl FlowSet {
    /// What the new revision would change for people who are in the middle of the earlier one, number `revision`, or know its codes: digits
    /// that meant another option, and, if sessions move from that revision, places and values without an heir.
    pub fn check_against(new: &Self, earlier: &Self, revision: u32) -> Vec<Mistake> {
        let codes = Codes::of(earlier, new);
        let mut found = Vec::new();
        for flow in &new.flows {
            let Some(before) = earlier.flow(&flow.name) else { continue };
            for line in flow.blocks.iter().flat_map(|block| &block.lines) {
                let code = codes.to.get(&(flow.name.as_str(), line.id.as_str()));
                found.extend(code.and_then(|code| digits_moved(flow, line, before, revision, code)));
            }
        }
        if i32::try_from(revision).is_ok_and(|revision| new.moves_from().contains(&revision)) {
            found.extend(Self::heirs(earlier, new).err().unwrap_or_default());
        }
        found.sort();
        found
    }
}

/// The code by which one dials one's way to each question of the earlier revision, without its `#`: the shortest one.
struct Codes<'f> {
    to: HashMap<(&'f str, &'f str), String>,
}

/// A step of a flow, both by number, and the code that leads there.
type Place = (usize, usize, String);

/// Stands in a code for what no digit of a menu gives: a number typed, a row chosen.
const ANYTHING: &str = "*…";

impl<'f> Codes<'f> {
    /// From the codes that still begin the same flow.
    fn of(earlier: &'f FlowSet, new: &FlowSet) -> Self {
        let ways: Vec<Ways<'f>> = earlier.flows.iter().map(|flow| Ways::of(earlier, flow)).collect();
        let mut open: VecDeque<Place> = VecDeque::new();
        for (n, flow) in earlier.flows.iter().enumerate() {
            let code = |flow: &Flow| flow.start.ussd.as_ref().map(|(_, code)| code.clone());
            let same = code(flow).filter(|begun| new.flow(&flow.name).and_then(code).as_ref() == Some(begun));
            open.extend(same.map(|begun| (n, START, begun)));
        }
        let mut codes = Self { to: HashMap::new() };
        let mut seen = HashSet::new();
        while let Some((flow, number, code)) = open.pop_front() {
            if !seen.insert((flow, number)) {
                continue;
            }
            let ways = &ways[flow];
            let line = ways.line(number);
            if let Some(line) = line.filter(|line| !line.step.digits().is_empty()) {
                codes.to.insert((&ways.flow.name, &line.id), code.clone());
            }
            let called = line.and_then(|line| line.step.callee());
            if let Some(callee) = called.as_ref().and_then(|callee| earlier.by_name.get(callee.flow)) {
                open.push_front((*callee, START, code.clone()));
            }
            for edge in ways.edges_from(number) {
                let Target::Step(to) = edge.to else { continue };
                match part(line, edge) {
                    Some(part) if part.is_empty() && called.is_none() => open.push_front((flow, to, code.clone())),
                    Some(part) if part.is_empty() => open.push_back((flow, to, format!("{code}{ANYTHING}"))),
                    Some(part) => open.push_back((flow, to, format!("{code}{part}"))),
                    None => {}
                }
            }
        }
        codes
    }
}

/// What is dialled to go a way: nothing where nobody is asked. `None` for ways that no code goes.
fn part(line: Option<&Line>, edge: &Edge<'_>) -> Option<String> {
    let Some(line) = line else { return edge.way.is_empty().then(String::new) };
    if !edge.asked {
        return Some(String::new());
    }
    line.step.asking()?;
    if edge.way.is_empty() {
        return Some(ANYTHING.to_owned());
    }
    let option = edge.way.strip_prefix("option ")?;
    let digit = line.step.digits().into_iter().find(|(_, name)| *name == option).map(|(digit, _)| digit);
    Some(digit.map_or_else(|| ANYTHING.to_owned(), |digit| format!("*{digit}")))
}

/// Every digit that meant another option, in one mistake: one list of keys mends them all.
fn digits_moved(flow: &Flow, line: &Line, before: &Flow, revision: u32, code: &str) -> Option<Mistake> {
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
    let cause = format!("{code}*{digit}# may be in print");
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
