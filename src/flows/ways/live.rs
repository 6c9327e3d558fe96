//! Which values anything after a place can still read: the others need not be kept while a session rests there.

use std::collections::{BTreeSet, HashMap};

use super::bits::Bits;
use super::{Target, Ways};
use crate::flows::by_name::{ByName, Names};
use crate::flows::definition::{Formula, Line};
use crate::flows::expression::Kind;
use crate::flows::messages;

/// What is live at each place of a flow where a session may rest, by the step's id.
#[derive(Debug, Default)]
pub(crate) struct Live {
    at: ByName<Names>,
    /// The same for a question behind: a list it shows is not there if it can be found anew.
    behind: ByName<Names>,
    /// Lists that can be found anew wherever they are read.
    found_anew: Names,
}

impl Live {
    pub(crate) fn of(ways: &Ways<'_>) -> Self {
        let names: Vec<&str> = names(ways).into_iter().collect();
        let numbers: HashMap<&str, usize> = names.iter().enumerate().map(|(n, name)| (*name, n)).collect();
        let own: Vec<Bits> = (0..ways.spots.len()).map(|number| read_at(ways, number, &numbers)).collect();
        let mut kept = own.clone();
        for (number, read) in kept.iter_mut().enumerate() {
            let shown = ways.line(number).filter(|line| line.step.asking().is_some());
            let list = shown.and_then(|line| line.step.rows_from().filter(|list| finds_anew(ways, line, list)));
            read.without(&set_of(list.into_iter(), &numbers));
        }
        let by_place = |live: Vec<Bits>| {
            let rests = live.iter().enumerate().filter(|(number, _)| ways.rests(*number));
            let places = rests.filter_map(|(number, live)| {
                let live = names.iter().enumerate().filter(|(n, _)| live.has(*n)).map(|(_, name)| (*name).to_owned());
                Some((ways.line(number)?.id.clone(), live.collect()))
            });
            places.collect()
        };
        let at = by_place(spread(ways, own, &numbers));
        let behind = by_place(spread(ways, kept, &numbers));
        let lists = names.iter().filter(|name| ways.flow.reads.only_chosen_from(name));
        Self { at, behind, found_anew: lists.map(|name| (*name).to_owned()).collect() }
    }

    /// Whether a value must be kept by a session that rests at `place`; at an unknown place all are.
    pub(crate) fn needs(&self, place: &str, name: &str) -> bool {
        self.at.get(place).is_none_or(|live| live.contains(name))
    }

    /// The same for a place that `back` may return to.
    pub(crate) fn needs_behind(&self, place: &str, name: &str) -> bool {
        self.behind.get(place).is_none_or(|live| live.contains(name))
    }

    pub(crate) fn is_found_anew(&self, name: &str) -> bool {
        self.found_anew.contains(name)
    }
}

/// Follows the ways backwards: live before a step is what it reads, and what is live after it and not given by it.
fn spread(ways: &Ways<'_>, own: Vec<Bits>, numbers: &HashMap<&str, usize>) -> Vec<Bits> {
    let mut into: Vec<Vec<usize>> = vec![Vec::new(); ways.spots.len()];
    for edge in &ways.edges {
        if let Target::Step(to) = edge.to {
            into[to].push(edge.from);
        }
    }
    let given: Vec<Bits> =
        ways.edges.iter().map(|edge| set_of(edge.gives.iter().map(|gift| gift.name), numbers)).collect();
    let mut live = own;
    let mut open: Vec<usize> = (0..ways.spots.len()).collect();
    let mut waiting = vec![true; ways.spots.len()];
    while let Some(number) = open.pop() {
        waiting[number] = false;
        let mut changed = false;
        for n in &ways.out[number] {
            if let Target::Step(to) = ways.edges[*n].to {
                let mut later = live[to].clone();
                later.without(&given[*n]);
                changed |= live[number].join(&later);
            }
        }
        if changed {
            for from in &into[number] {
                if !std::mem::replace(&mut waiting[*from], true) {
                    open.push(*from);
                }
            }
            if !std::mem::replace(&mut waiting[number], true) {
                open.push(number);
            }
        }
    }
    live
}

/// Whether a question that misses its list asks operations for it again, and then goes on as it did the first time: nothing but questions
/// reads the list, or it is found right before.
fn finds_anew(ways: &Ways<'_>, line: &Line, list: &str) -> bool {
    let spot = ways.flow.spots.get(&line.id);
    let before = spot.and_then(|spot| ways.flow.blocks.get(spot.block)?.lines.get(..spot.index)).unwrap_or_default();
    let finds = |line: &Line| line.step.operation().is_some_and(|found| found.question && found.yields == list);
    ways.flow.reads.only_chosen_from(list) || before.iter().any(finds)
}

/// What a step itself reads while it runs, rests, or is asked again.
fn read_at(ways: &Ways<'_>, number: usize, numbers: &HashMap<&str, usize>) -> Bits {
    let mut read = Bits::none(numbers.len());
    let Some(line) = ways.line(number) else { return read };
    let mut see = |name: &str| {
        if let Some(number) = numbers.get(name) {
            read.put(*number);
        }
    };
    reads_of(line, &mut see);
    for needs in line.step.needs() {
        let entries = ways.said(&needs.message).iter().flat_map(|(texts, entry)| texts.reached(entry));
        for (variable, _) in entries.flat_map(|entry| &entry.uses.variables) {
            if let Some(name) = messages::path(variable).first() {
                see(name);
            }
        }
    }
    if let Some(rows) = line.step.rows_from() {
        see(rows);
        // Rows that are not there are found again.
        let lines = ways.flow.blocks.iter().flat_map(|block| &block.lines);
        for finder in lines.filter(|line| line.step.operation().is_some_and(|operation| operation.yields == rows)) {
            reads_of(finder, &mut see);
        }
    }
    if let Some(name) = line.step.end() {
        let values = ways.flow.ends.iter().find(|(end, _)| end == name).map(|(_, values)| values);
        for (name, _) in values.into_iter().flatten() {
            see(name);
        }
    }
    let asked_once = line.step.asking().filter(|_| line.step.unasked().0);
    if let Some(asking) = asked_once {
        see(&asking.name);
    }
    let own = line.step.yields();
    if own.len() > 1 && !line.step.gives_in_turn() {
        // A step that gathers several values rests with those it has.
        for (name, _) in own {
            see(name);
        }
    }
    read
}

fn reads_of(line: &Line, see: &mut dyn FnMut(&str)) {
    let mut read = |formula: &Formula, given: &[(&str, Kind)]| {
        formula.expression.paths(&mut |path, _| {
            if let Some(name) = path.first().filter(|name| !given.iter().any(|(given, _)| given == name)) {
                see(name);
            }
        });
    };
    if let Some(guard) = &line.guard {
        read(&guard.condition, &[]);
    }
    let given = line.step.yields();
    for (n, formula) in line.step.formulas().into_iter().enumerate() {
        let before = if line.step.gives_in_turn() { n.min(given.len()) } else { 0 };
        read(formula, &given[..before]);
    }
}

fn set_of<'n>(given: impl Iterator<Item = &'n str>, numbers: &HashMap<&str, usize>) -> Bits {
    let mut set = Bits::none(numbers.len());
    given.filter_map(|name| numbers.get(name)).for_each(|number| set.put(*number));
    set
}

/// The names a session keeps: what steps yield and what the flow takes.
fn names<'f>(ways: &Ways<'f>) -> BTreeSet<&'f str> {
    let lines = ways.flow.blocks.iter().flat_map(|block| &block.lines);
    let yields = lines.flat_map(|line| {
        let operation = line.step.operation().map(|operation| operation.yields);
        let callee = line.step.callee().and_then(|callee| callee.yields);
        line.step.yields().into_iter().map(|(name, _)| name).chain(operation).chain(callee)
    });
    let takes = ways.flow.takes.iter().map(|(name, _)| name.as_str());
    yields.chain(takes).filter(|name| !name.starts_with("contact.")).collect()
}
