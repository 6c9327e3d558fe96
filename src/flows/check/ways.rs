//! Where the ways of a flow lead.

use std::collections::HashSet;

use super::Check;
use crate::flows::definition::{After, Arm, Block, Flow, Scene, Spot, To};
use crate::flows::mistake::{At, did_you_mean};
use crate::flows::ways::Target;

const TOP: At = At { line: 1, column: 1 };

impl Check<'_> {
    pub(super) fn where_ways_lead(&mut self) {
        self.scenes_exist();
        self.ends_are_declared();
        self.again_has_a_question();
        self.silence_asks_nothing();
        self.everything_is_reached();
        self.no_scene_runs_off();
        self.ends_are_named();
        self.ends_are_used();
        self.digressions_come_back();
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

    fn everything_is_reached(&mut self) {
        let flow = self.flow;
        let reached = self.ways.reached();
        let named: HashSet<&str> = flow
            .head
            .arms()
            .chain(self.lines().flat_map(|(_, line)| line.step.arms()).map(|(_, arm)| arm))
            .filter_map(|arm| if let To::Scene(name) = &arm.to { Some(name.as_str()) } else { None })
            .collect();
        let first = |name: &str| flow.scenes.first().is_some_and(|scene| scene.name == name);
        let entered = |scene: &Scene| match self.ways.number(Spot { block: scene.block, index: 0 }) {
            Some(number) => reached[number],
            None => first(&scene.name) || named.contains(scene.name.as_str()),
        };
        let unreached: Vec<_> = flow.scenes.iter().filter(|scene| !entered(scene)).collect();
        for scene in unreached {
            let what = format!("scene \"{}\" can never be reached", scene.name);
            self.add(scene.at, what, "nothing leads to it", "remove it, or go there from somewhere");
        }
        let led_to: HashSet<usize> = self
            .ways
            .edges
            .iter()
            .filter_map(|edge| if let Target::Step(to) = edge.to { Some(to) } else { None })
            .collect();
        for (spot, line) in self.lines().filter(|(spot, _)| spot.index > 0) {
            let before = self.ways.number(Spot { block: spot.block, index: spot.index - 1 });
            let here = self.ways.number(spot);
            let seen = |number: Option<usize>| number.is_some_and(|number| reached[number]);
            if !here.is_some_and(|here| led_to.contains(&here)) || (seen(before) && !seen(here)) {
                self.add(
                    line.at,
                    format!("the step {} can never be reached", line.verb),
                    "the one before it always goes elsewhere",
                    "remove it, or go on there with next",
                );
            }
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
    }

    /// A digression that cannot come back is a scene in disguise.
    fn digressions_come_back(&mut self) {
        let flow = self.flow;
        for entry in &flow.head.anytime {
            let To::Block(block) = entry.arm.to else { continue };
            if !comes_back(flow, block) {
                self.mistakes.warn(
                    entry.at,
                    format!("the digression {} never comes back", entry.key),
                    "every way through its steps goes elsewhere, so the open question is lost",
                    "let the list run to its end, or name a scene instead of it",
                );
            }
        }
    }

    fn ends_are_used(&mut self) {
        for (name, _) in &self.flow.ends {
            if !self.lines().any(|(_, line)| line.step.end() == Some(name)) {
                let what = format!("no step ends by \"{name}\"");
                let cause = "the head declares it, and callers must handle it in vain";
                self.mistakes.warn(TOP, what, cause, format!("write [end: {name}], or drop it from ends"));
            }
        }
    }

    /// A flow that declares ends gives its caller one of them.
    fn ends_are_named(&mut self) {
        let flow = self.flow;
        if flow.ends.is_empty() {
            return;
        }
        let of_steps = self.lines().flat_map(|(_, line)| line.step.arms());
        let all: Vec<At> = self
            .head_arms()
            .into_iter()
            .chain(of_steps)
            .filter(|(_, arm)| arm.to == To::End)
            .map(|(_, arm)| arm.at)
            .collect();
        let ends = flow.ends.iter().map(|(end, _)| end.as_str()).collect::<Vec<_>>().join(", ");
        for at in all {
            let mend = "write [end: name] with the name of one of them";
            self.add(at, "the flow ends here by none of its ends", format!("its head declares {ends}"), mend);
        }
    }
}

fn within_question(flow: &Flow, spot: Spot) -> bool {
    owners(flow, spot).any(|spot| flow.line(spot).is_some_and(|line| line.step.asking().is_some() || line.step.waits()))
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

/// Whether a way through a list of steps leads past its end, or says `again` or `back`.
fn comes_back(flow: &Flow, block: usize) -> bool {
    let mut open = vec![block];
    let mut seen = HashSet::new();
    while let Some(number) = open.pop() {
        let Some(block) = flow.blocks.get(number).filter(|_| seen.insert(number)) else { continue };
        if block.after == After::Resume && runs_off(flow, block) {
            return true;
        }
        for (_, arm) in block.lines.iter().flat_map(|line| line.step.arms()) {
            match arm.to {
                To::Again | To::Back => return true,
                To::Block(block) => open.push(block),
                _ => {}
            }
        }
    }
    false
}
