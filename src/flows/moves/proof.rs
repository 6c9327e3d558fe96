//! That every place where a session of the earlier revision may rest has an heir with all its values.

use std::collections::BTreeMap;

use super::{FlowMoves, Heir, Moves, Moving};
use crate::flows::definition::{Flow, FlowSet, Line};
use crate::flows::expression::Kind;
use crate::flows::mistake::{At, Mistake, Mistakes, did_you_mean};
use crate::flows::ways::{Given, Names, Ways};

impl FlowSet {
    /// Proves that sessions of `earlier` can go on in `new`, or says which could not.
    pub fn heirs(earlier: &Self, new: &Self) -> Result<Moves, Vec<Mistake>> {
        let mut moves = Moves::default();
        let mut found = Vec::new();
        for flow in &earlier.flows {
            let mut proof = Proof::new(earlier, flow, new);
            let moved = proof.flow();
            found.extend(proof.mistakes.found);
            for heir in &moved.places {
                let (before, heir) = heir;
                moves.asked_again += usize::from(!heir.same);
                moves.moved += usize::from(heir.same && *before != heir.place);
                moves.kept += usize::from(heir.same && *before == heir.place);
            }
            moves.flows.insert(flow.name.clone(), moved);
        }
        if found.is_empty() {
            return Ok(moves);
        }
        found.sort();
        found.dedup();
        Err(found)
    }
}

/// One flow of the earlier revision against its heir.
struct Proof<'f> {
    before: Ways<'f>,
    was_given: Given,
    old_names: Names<'f>,
    after: Option<After<'f>>,
    mistakes: Mistakes,
}

struct After<'f> {
    flow: &'f Flow,
    ways: Ways<'f>,
    given: Given,
    names: Names<'f>,
}

impl<'f> Proof<'f> {
    fn new(earlier: &'f FlowSet, flow: &'f Flow, new: &'f FlowSet) -> Self {
        let before = Ways::of(earlier, flow);
        let after = new.flow(&flow.name).map(|flow| {
            let ways = Ways::of(new, flow);
            After { flow, given: Given::of(&ways), ways, names: Names::of(new, flow) }
        });
        let file = after.as_ref().map_or(&flow.file, |after| &after.flow.file);
        Self {
            was_given: Given::of(&before),
            old_names: Names::of(earlier, flow),
            mistakes: Mistakes::of(file),
            before,
            after,
        }
    }

    fn moving(&self) -> Option<&'f Moving> {
        self.after.as_ref()?.flow.moves.as_ref()
    }

    fn at(&self) -> At {
        self.moving().map_or(At { line: 1, column: 1 }, |moving| moving.at)
    }

    fn flow(&mut self) -> FlowMoves {
        let reached = self.before.reached();
        let places: Vec<usize> =
            (1..reached.len()).filter(|number| reached[*number] && self.before.rests(*number)).collect();
        self.names_exist(&places);
        let mut moved = FlowMoves::default();
        if let Some(moving) = self.moving() {
            moved.values = moving.values.iter().map(|(_, from, to)| (from.clone(), to.clone())).collect();
            moved.give = moving.give.iter().map(|(_, name, value)| (name.clone(), value.clone())).collect();
        }
        if let Some(after) = &self.after {
            let lists = after.names.known.keys().filter(|name| after.flow.live.is_found_anew(name));
            let lacking = lists.filter(|name| !self.before.flow.reads.covers(&after.flow.reads, name));
            moved.forgets = lacking.map(|name| (*name).to_owned()).collect();
            moved.kinds = after.names.known.iter().map(|(name, named)| ((*name).to_owned(), named.kind)).collect();
        }
        for number in places {
            if let Some((id, mut heir)) = self.heir(number, &moved.values) {
                heir.same &= !self.lists(&heir.place).any(|list| moved.forgets.contains(list));
                moved.places.insert(id, heir);
            }
        }
        moved
    }

    /// The list from which a place of the new revision takes its rows.
    fn lists(&self, place: &str) -> impl Iterator<Item = &str> {
        let line = self.after.as_ref().and_then(|after| after.flow.line(*after.flow.spots.get(place)?));
        line.and_then(|line| line.step.rows_from()).into_iter()
    }

    /// What the head names of the earlier revision must have been there.
    fn names_exist(&mut self, places: &[usize]) {
        let Some(moving) = self.moving() else { return };
        let ids: Vec<&str> =
            places.iter().filter_map(|number| self.before.line(*number)).map(|line| line.id.as_str()).collect();
        for (at, from, _) in moving.places.iter().filter(|(_, from, _)| !ids.contains(&from.as_str())) {
            let mend = did_you_mean(from, ids.iter().copied(), "remove it");
            let what = format!("no session rests at \"{from}\"");
            self.mistakes.add(*at, what, "the earlier revision has no such question, call or wait", mend);
        }
        let values: Vec<&str> = self.old_names.known.keys().copied().collect();
        for (at, from, _) in moving.values.iter().filter(|(_, from, _)| !values.contains(&from.as_str())) {
            let mend = did_you_mean(from, values.iter().copied(), "remove it");
            self.mistakes.add(
                *at,
                format!("no session has a value \"{from}\""),
                "the earlier revision gives it to nothing",
                mend,
            );
        }
    }

    fn heir(&mut self, number: usize, renamed: &BTreeMap<String, String>) -> Option<(String, Heir)> {
        let line = self.before.line(number)?;
        let moving = self.moving();
        let named = moving.and_then(|moving| moving.places.iter().find(|(_, from, _)| *from == line.id));
        let (at, place) = named.map_or_else(|| (self.at(), line.id.clone()), |(at, _, to)| (*at, to.clone()));
        let found = self.after.as_ref().and_then(|after| {
            let heir = after.ways.number(*after.flow.spots.get(&place)?)?;
            let next = after.ways.line(heir)?;
            (after.ways.rests(heir) && replaces(line, next)).then_some((heir, next))
        });
        let Some((heir, next)) = found else {
            let what = format!("the place {} has no heir", line.id);
            let cause = format!("a session of the earlier revision may rest there, at {} {}", line.verb, name(line));
            let mend = format!("add places: {{{}: …}} to moves, with a step that does the same", line.id);
            self.mistakes.add(at, what, cause, mend);
            return None;
        };
        let needs = self.needs(heir, &place);
        for need in &needs {
            self.has(number, line, heir, need, renamed);
        }
        let again = moving.is_some_and(|moving| moving.ask_again.iter().any(|(_, id)| *id == place));
        let live = self.after.as_ref().map(|after| &after.flow.live);
        let behind = needs.into_iter().filter(|name| live.is_none_or(|live| live.needs_behind(&place, name))).collect();
        let (same, asks) = (!again && asks_the_same(line, next), next.step.asking().is_some());
        let heir = Heir { place, same, asks, behind };
        Some((line.id.clone(), heir))
    }

    /// The values that a place counts on: surely given there, and read there or later.
    fn needs(&self, heir: usize, place: &str) -> Vec<String> {
        let Some(after) = &self.after else { return Vec::new() };
        let live = &after.flow.live;
        let names = after.names.known.keys().filter(|name| !name.starts_with("contact."));
        names
            .filter(|name| after.given.has(heir, name) && live.needs(place, name) && !live.is_found_anew(name))
            .map(|name| (*name).to_owned())
            .collect()
    }

    /// Whether a session at the place has what its heir counts on.
    fn has(&mut self, number: usize, line: &Line, heir: usize, need: &str, renamed: &BTreeMap<String, String>) {
        let Some(after) = &self.after else { return };
        let given = self.moving().and_then(|moving| moving.give.iter().find(|(_, name, _)| name == need));
        let is = after.names.known.get(need);
        if let Some((at, _, value)) = given {
            if let Some(is) = is.filter(|is| !Kind::of(value).fits(is.kind)) {
                let what = format!("{need} is a {}, and moves gives a {}", is.kind, Kind::of(value));
                self.mistakes.add(*at, what, "give has it", "give a value of its kind");
            }
            return;
        }
        let old = renamed.iter().find(|(_, to)| *to == need).map_or(need, |(from, _)| from.as_str());
        let was = self.old_names.known.get(old);
        let elsewhere = old == need && renamed.contains_key(need);
        let cause = if elsewhere || !self.was_given.has(number, old) {
            Some(format!("no session that rests at {} surely has it", line.id))
        } else if let (Some(was), Some(is)) = (was, is)
            && !was.kind.fits(is.kind)
        {
            Some(format!("it was a {} and is a {} now", was.kind, is.kind))
        } else {
            let begin = format!("{need}.");
            let fields = after.given.all(heir).filter_map(|path| path.strip_prefix(&begin));
            let covered = self.before.flow.reads.covers_as(old, &after.flow.reads, need);
            let whole = (!covered).then_some("");
            let lost = fields.filter(|field| !self.keeps(number, old, field)).min();
            lost.or(whole.filter(|_| is.is_some_and(|is| is.kind == Kind::Rows))).map(|field| {
                let what = if field.is_empty() {
                    "all that is read of its rows".to_owned()
                } else {
                    format!("its field {field}")
                };
                format!("sessions of the earlier revision did not keep {what}")
            })
        };
        if let Some(cause) = cause {
            let what = format!("the heir of {} needs \"{need}\"", line.id);
            let mend =
                format!("add give: {{{need}: …}} or values: {{…: {need}}} to moves, or move it to a place before that");
            let at = self.at();
            self.mistakes.add(at, what, cause, mend);
        }
    }

    /// Whether a session of the earlier revision has this field of a value.
    fn keeps(&self, number: usize, name: &str, field: &str) -> bool {
        self.was_given.has(number, &format!("{name}.{field}")) || self.before.flow.reads.keeps(name, field)
    }
}

fn name(line: &Line) -> &str {
    line.id.split_once('.').map_or("", |(_, name)| name)
}

/// Whether a session that rested at the one step may rest at the other.
fn replaces(line: &Line, next: &Line) -> bool {
    match (line.step.callee(), next.step.callee()) {
        (Some(before), Some(after)) => before.flow == after.flow,
        (None, None) => {
            line.step.asking().is_some() == next.step.asking().is_some()
                && (line.step.asking().is_some() || line.verb == next.verb)
        }
        _ => false,
    }
}

/// Whether an answer to the one question is an answer to the other.
fn asks_the_same(line: &Line, next: &Line) -> bool {
    let labels = |line: &Line| line.step.needs().into_iter().map(|needs| needs.labels).collect::<Vec<_>>();
    let kinds = |line: &Line| line.step.yields().into_iter().map(|(_, kind)| kind).collect::<Vec<_>>();
    line.verb == next.verb
        && labels(line) == labels(next)
        && kinds(line) == kinds(next)
        && line.step.rows_from().is_some() == next.step.rows_from().is_some()
        && line.step.digits() == next.step.digits()
}
