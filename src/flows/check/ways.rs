//! Where the ways of a flow lead.

use std::collections::HashSet;

use super::Check;
use crate::flows::definition::{After, Arm, Block, Flow, Spot, To};
use crate::flows::mistake::did_you_mean;

impl Check<'_> {
    pub(super) fn ways(&mut self) {
        self.scenes_exist();
        self.ends_are_declared();
        self.again_has_a_question();
        self.silence_asks_nothing();
        self.every_scene_is_reached();
        self.no_scene_runs_off();
        self.no_loop_without_a_question();
    }

    fn scenes_exist(&mut self) {
        let flow = self.flow;
        let of_steps = self.lines().flat_map(|(_, line)| line.step.arms());
        let all: Vec<(String, &Arm)> = self.head_arms().into_iter().chain(of_steps).collect();
        for (way, arm) in all {
            if let To::Scene(name) = &arm.to
                && flow.scene(name).is_none()
            {
                let mend = did_you_mean(
                    name,
                    flow.scenes.iter().map(|scene| scene.name.as_str()),
                    "add it, or name one that exists",
                );
                self.add(arm.at, format!("no scene \"{name}\""), format!("{way} goes there"), mend);
            }
        }
    }

    fn ends_are_declared(&mut self) {
        let ends: Vec<_> = self.lines().filter_map(|(_, line)| Some((line.at, line.step.end()?))).collect();
        for (at, name) in ends {
            if !self.flow.ends.iter().any(|(end, _)| end == name) {
                let known = self.flow.ends.iter().map(|(end, _)| end.as_str());
                let mend = did_you_mean(name, known, "declare it in the head, under ends");
                self.add(at, format!("the flow has no end \"{name}\""), "its ends stand in its head", mend);
            }
        }
    }

    fn again_has_a_question(&mut self) {
        let flow = self.flow;
        for (spot, line) in self.lines() {
            for (_, arm) in line.step.arms() {
                if arm.to == To::Again && !within_question(flow, spot) {
                    self.add(
                        arm.at,
                        "again has no question to ask",
                        "it stands in no question's arm",
                        "go to the scene that asks",
                    );
                }
            }
        }
    }

    fn silence_asks_nothing(&mut self) {
        for (spot, line) in self.lines() {
            if within_silence(self.flow, spot) && (line.step.asking().is_some() || line.step.callee().is_some()) {
                let cause = "the open question is still waiting for its answer";
                self.add(line.at, "steps after a silence cannot ask", cause, "go to a scene that asks");
            }
        }
    }

    fn every_scene_is_reached(&mut self) {
        let flow = self.flow;
        let mut seen = HashSet::new();
        let mut open: Vec<usize> = flow.scenes.first().map(|scene| scene.block).into_iter().collect();
        let visit = |arm: &Arm, open: &mut Vec<usize>| match &arm.to {
            To::Scene(name) => open.extend(flow.scene(name).map(|scene| scene.block)),
            To::Block(block) => open.push(*block),
            _ => {}
        };
        for (_, arm) in self.head_arms() {
            visit(arm, &mut open);
        }
        while let Some(block) = open.pop() {
            if seen.insert(block) {
                for line in flow.blocks.get(block).into_iter().flat_map(|block| &block.lines) {
                    line.step.arms().into_iter().for_each(|(_, arm)| visit(arm, &mut open));
                }
            }
        }
        for scene in flow.scenes.iter().filter(|scene| !seen.contains(&scene.block)) {
            let what = format!("scene \"{}\" can never be reached", scene.name);
            self.mistakes.add(scene.at, what, "nothing leads to it", "remove it, or go there from somewhere");
        }
    }

    fn no_scene_runs_off(&mut self) {
        let flow = self.flow;
        for scene in &flow.scenes {
            if flow.blocks.get(scene.block).is_some_and(|block| runs_off(flow, block)) {
                let what = format!("scene \"{}\" runs off its end", scene.name);
                self.add(scene.at, what, "nothing says what follows its last step", "close it with go: or end");
            }
        }
        for (way, arm) in self.head_arms() {
            let block = if let To::Block(block) = arm.to { flow.blocks.get(block) } else { None };
            if block.is_some_and(|block| block.after == After::End && runs_off(flow, block)) {
                self.add(
                    arm.at,
                    format!("the steps of {way} run off their end"),
                    "nothing says what follows them",
                    "close them with go: or end",
                );
            }
        }
        for block in &flow.blocks {
            let dead = block.lines.iter().zip(block.lines.iter().skip(1)).find(|(line, _)| {
                line.guard.is_none()
                    && !line.step.falls_through()
                    && !line.step.arms().iter().any(|(_, arm)| goes_on(flow, arm))
            });
            if let Some((_, after)) = dead {
                self.add(
                    after.at,
                    format!("the step {} can never be reached", after.verb),
                    "the one before it always goes elsewhere",
                    "remove it, or go on there with next",
                );
            }
        }
    }

    fn no_loop_without_a_question(&mut self) {
        let flow = self.flow;
        let mut done = HashSet::new();
        for scene in &flow.scenes {
            let mut trail = Vec::new();
            if let Some(loop_) = find_loop(flow, Spot { block: scene.block, index: 0 }, &mut trail, &mut done) {
                let names: Vec<&str> = loop_.iter().map(|spot| scene_of(flow, *spot)).collect();
                let at = loop_.first().and_then(|spot| flow.line(*spot)).map_or(scene.at, |line| line.at);
                self.add(
                    at,
                    format!("loop without a question: {}", names_in_turn(&names)),
                    "no step on it waits",
                    "ask something, or go elsewhere",
                );
            }
        }
    }
}

/// `slots > retry > slots`.
fn names_in_turn(names: &[&str]) -> String {
    let mut turns: Vec<&str> = names.to_vec();
    turns.dedup();
    if turns.len() > 1 && turns.first() == turns.last() {
        turns.pop();
    }
    turns.extend(turns.first().copied());
    turns.join(" > ")
}

fn scene_of(flow: &Flow, spot: Spot) -> &str {
    let id = flow.line(spot).map_or("", |line| line.id.as_str());
    id.split('.').next().unwrap_or(id)
}

fn within_question(flow: &Flow, spot: Spot) -> bool {
    owners(flow, spot).any(|spot| flow.line(spot).is_some_and(|line| line.step.asking().is_some()))
        || outermost(flow, spot).is_some_and(|block| matches!(block.after, After::Resume | After::Wait))
}

fn within_silence(flow: &Flow, spot: Spot) -> bool {
    owners(flow, spot).any(|spot| flow.blocks.get(spot.block).is_some_and(|block| block.after == After::Wait))
}

/// The step itself, the step in whose arm it stands, and so on.
fn owners(flow: &Flow, spot: Spot) -> impl Iterator<Item = Spot> + '_ {
    std::iter::successors(Some(spot), |spot| flow.blocks.get(spot.block)?.owner)
}

fn outermost(flow: &Flow, spot: Spot) -> Option<&Block> {
    owners(flow, spot).last().and_then(|spot| flow.blocks.get(spot.block))
}

/// Whether an arm leads to the step after the one whose arm it is.
fn goes_on(flow: &Flow, arm: &Arm) -> bool {
    match arm.to {
        To::Next => true,
        To::Block(block) => flow
            .blocks
            .get(block)
            .is_some_and(|block| matches!(block.after, After::Next | After::Round) && runs_off(flow, block)),
        _ => false,
    }
}

/// Whether a way leads past the last step of a list.
fn runs_off(flow: &Flow, block: &Block) -> bool {
    block.lines.last().is_none_or(|line| {
        line.guard.is_some() || line.step.falls_through() || line.step.arms().iter().any(|(_, arm)| goes_on(flow, arm))
    })
}

/// The steps that may follow without the person saying anything.
fn unasked(flow: &Flow, spot: Spot) -> Vec<Spot> {
    let Some(line) = flow.line(spot) else {
        let Some(block) = flow.blocks.get(spot.block).filter(|block| matches!(block.after, After::Next | After::Round))
        else {
            return Vec::new();
        };
        return block.owner.map(Spot::next).into_iter().collect();
    };
    if line.step.callee().is_some() {
        return Vec::new();
    }
    let (next, arms) = line.step.unasked();
    let mut spots: Vec<Spot> = arms
        .into_iter()
        .filter_map(|arm| match &arm.to {
            To::Scene(name) => flow.scene(name).map(|scene| Spot { block: scene.block, index: 0 }),
            To::Block(block) => Some(Spot { block: *block, index: 0 }),
            To::Next => Some(spot.next()),
            _ => None,
        })
        .collect();
    if next || line.guard.is_some() {
        spots.push(spot.next());
    }
    spots
}

fn find_loop(flow: &Flow, spot: Spot, trail: &mut Vec<Spot>, done: &mut HashSet<(usize, usize)>) -> Option<Vec<Spot>> {
    if let Some(start) = trail.iter().position(|passed| *passed == spot) {
        return Some(trail[start..].to_vec());
    }
    if done.contains(&(spot.block, spot.index)) {
        return None;
    }
    trail.push(spot);
    let found = unasked(flow, spot).into_iter().find_map(|next| find_loop(flow, next, trail, done));
    trail.pop();
    done.insert((spot.block, spot.index));
    found
}
