//! Reads the tree of a flow file into a [`Flow`].

mod head;
mod keyring;
mod keys;
mod moves;
mod start;

pub(crate) use head::{PAGES_MAX, SEGMENTS_MAX, kinds};
pub(crate) use keyring::{keys_of_defaults, keys_of_head, keys_of_start, keys_of_step};
pub(crate) use keys::{Keys, describe, text};
pub(crate) use start::event_name;

use super::by_name::ByName;
use super::definition::{After, Arm, Block, Flow, Formula, Guard, Head, Line, Scene, Silence, Spot, Start, To};
use super::expression;
use super::mistake::{At, Mistakes, did_you_mean};
use super::operation::Type;
use super::reads::Reads;
use super::source::{self, Key, Kind, Node};
use super::steps;
use super::ways::Live;

/// Longest name of a flow, scene or step.
const NAME_CHARS_MAX: usize = 40;
/// Longest silence: thirty days.
const SILENCE_S_MAX: u32 = 30 * 24 * 3600;

/// What `defaults.yaml` says for all flows of its folder; a flow's own head wins.
#[derive(Debug, Default)]
pub(crate) struct Defaults(Vec<(Key, Node)>);

impl Defaults {
    /// Reads the file. One with a mistake gives nothing, so that the mistake is told once and not by every flow.
    pub(crate) fn read(text: &str, mistakes: &mut Mistakes) -> Self {
        let before = mistakes.found.len();
        let Some(root) = source::read(text, mistakes) else { return Self::default() };
        let Some(mut keys) = Keys::of(&root, "defaults.yaml", mistakes) else { return Self::default() };
        head::settings(&mut keys, &mut blank("defaults.yaml"), &mut Reader::new(mistakes, &[]));
        keys.finish("defaults.yaml", mistakes);
        match root.kind {
            Kind::Map(pairs) if mistakes.found.len() == before => Self(pairs),
            _ => Self::default(),
        }
    }

    /// Adds what the head of a flow leaves out.
    fn complete(&self, root: &mut Node) {
        let Kind::Map(pairs) = &mut root.kind else { return };
        let own = pairs.len();
        for (key, node) in &self.0 {
            if !pairs[..own].iter().any(|(known, _)| known.name == key.name) {
                pairs.push((key.clone(), node.clone()));
            }
        }
    }
}

/// Reads one flow file without its messages.
pub(crate) fn read(
    file: &str,
    text: &str,
    defaults: &Defaults,
    types: &[(&str, Type)],
    mistakes: &mut Mistakes,
) -> Option<Flow> {
    let mut root = source::read(text, mistakes)?;
    defaults.complete(&mut root);
    let mut keys = Keys::of(&root, "a flow file", mistakes)?;
    let mut reader = Reader::new(mistakes, types);
    let mut flow = blank(file);
    head::read(&mut keys, &mut flow, &mut reader);
    flow.scenes = reader.scenes(keys.take("scenes"), root.at);
    flow.blocks = std::mem::take(&mut reader.blocks);
    flow.spots = std::mem::take(&mut reader.spots);
    keys.finish("a flow", mistakes);
    Some(flow)
}

/// A flow of which nothing has been read.
fn blank(file: &str) -> Flow {
    Flow {
        name: String::new(),
        file: file.to_owned(),
        channels: Vec::new(),
        languages: Vec::new(),
        takes: Vec::new(),
        ends: Vec::new(),
        start: Start::default(),
        head: Head::default(),
        scenes: Vec::new(),
        blocks: Vec::new(),
        spots: ByName::default(),
        texts: Vec::new(),
        reads: Reads::default(),
        live: Live::default(),
        moves: None,
    }
}

/// What reading gathers.
pub(crate) struct Reader<'m> {
    pub mistakes: &'m mut Mistakes,
    /// Types by the names a flow gives them, besides the plain ones.
    types: &'m [(&'m str, Type)],
    blocks: Vec<Block>,
    spots: ByName<Spot>,
    scene: String,
    /// The questions of a form are being read.
    pub in_form: bool,
    /// The step being read: the owner of the arms read now.
    here: Option<Spot>,
}

impl<'m> Reader<'m> {
    fn new(mistakes: &'m mut Mistakes, types: &'m [(&'m str, Type)]) -> Self {
        Self {
            mistakes,
            types,
            blocks: Vec::new(),
            spots: ByName::default(),
            scene: "head".to_owned(),
            in_form: false,
            here: None,
        }
    }

    fn scenes(&mut self, node: Option<&Node>, root: At) -> Vec<Scene> {
        let Some(node) = node else {
            self.mistakes.add(root, "a flow has scenes", "there is no key \"scenes\"", "add scenes: with at least one");
            return Vec::new();
        };
        let Some(keys) = Keys::of(node, "scenes", self.mistakes) else { return Vec::new() };
        if keys.pairs().is_empty() {
            self.mistakes.add(node.at, "a flow has at least one scene", "there is none", "add one");
        }
        let mut scenes = Vec::new();
        for (key, steps) in keys.pairs() {
            self.name(&key.name, key.at, "a scene");
            self.scene.clone_from(&key.name);
            self.here = None;
            let block = self.block(steps, After::End);
            scenes.push(Scene { name: key.name.clone(), at: key.at, block });
        }
        scenes
    }

    /// Complains of a name that could not be a message id or a variable.
    pub(crate) fn name(&mut self, name: &str, at: At, what: &str) {
        let good = name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.chars().count() <= NAME_CHARS_MAX
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        let reserved = ["next", "again", "back", "end", "head"].contains(&name);
        if !good || reserved {
            let cause = if reserved { "this word has a meaning of its own" } else { "a name is of a-z, 0-9 and _" };
            self.mistakes.add(at, format!("{what} cannot be named \"{name}\""), cause, "give it another name");
        }
    }

    /// Reads a list of steps into a block of its own.
    fn block(&mut self, node: &Node, after: After) -> usize {
        let number = self.blocks.len();
        self.blocks.push(Block { lines: Vec::new(), after, owner: self.here });
        let Kind::List(nodes) = &node.kind else {
            self.mistakes.add(
                node.at,
                "steps are a list",
                format!("here stands {}", describe(node)),
                "write [step, step] or a step a line after \"-\"",
            );
            return number;
        };
        if nodes.is_empty() {
            self.mistakes.add(node.at, "there is nothing to do here", "the list is empty", "add a step, or write next");
        }
        let owner = self.here;
        let mut lines = Vec::new();
        for node in nodes {
            self.here = Some(Spot { block: number, index: lines.len() });
            lines.extend(self.line(node));
        }
        self.here = owner;
        self.blocks[number].lines = lines;
        number
    }

    /// The names of the questions in a list of steps that no condition leaves out.
    pub(crate) fn always_asked(&self, block: usize) -> Vec<String> {
        let lines = self.blocks.get(block).map_or(&[][..], |block| &block.lines);
        let always = lines.iter().filter(|line| line.guard.is_none());
        always.filter_map(|line| line.step.asking()).map(|asking| asking.name.clone()).collect()
    }

    /// The verbs of a list of steps and where they stand.
    pub(crate) fn verbs(&self, block: usize) -> Vec<(&'static str, At)> {
        let lines = self.blocks.get(block).map_or(&[][..], |block| &block.lines);
        lines.iter().map(|line| (line.verb, line.at)).collect()
    }

    fn line(&mut self, node: &Node) -> Option<Line> {
        if let Kind::Text(word) = &node.kind {
            let Some(to) = word_arm(word) else {
                self.mistakes.add(
                    node.at,
                    format!("\"{word}\" is not a step"),
                    "alone stand next, again, back and end",
                    format!("write go: {word}"),
                );
                return None;
            };
            let step = Box::new(steps::go::Jump { arm: Arm { at: node.at, to } });
            return Some(self.finish_line(word, "jump", node.at, None, step));
        }
        let mut keys = Keys::of(node, "a step", self.mistakes)?;
        let kinds: Vec<_> =
            steps::KINDS.iter().filter(|kind| keys.pairs().iter().any(|(key, _)| key.name == kind.verb)).collect();
        let [kind] = kinds[..] else {
            let known = steps::KINDS.iter().map(|kind| kind.verb);
            let first = keys.pairs().first().map_or("", |(key, _)| key.name.as_str());
            let all = known.clone().collect::<Vec<_>>().join(", ");
            let mend = did_you_mean(first, known, "begin with one of them");
            self.mistakes.add(node.at, "a step has exactly one verb", format!("verbs are {all}"), mend);
            return None;
        };
        let guard = self.guard(&mut keys);
        let name = match keys.take(kind.verb).map(|node| &node.kind) {
            Some(Kind::Text(name)) => name.clone(),
            _ => kind.verb.to_owned(),
        };
        let in_form = self.in_form;
        let step = (kind.read)(&mut keys, self);
        self.in_form = in_form;
        keys.finish(kind.verb, self.mistakes);
        let nameless = ["if", "switch", "go", "end", "set", "tag", "untag", "language"].contains(&kind.verb);
        let name = if nameless { kind.verb } else { &name };
        step.map(|step| self.finish_line(name, kind.verb, node.at, guard, step))
    }

    fn finish_line(
        &mut self,
        name: &str,
        verb: &'static str,
        at: At,
        guard: Option<Guard>,
        step: Box<dyn steps::Step>,
    ) -> Line {
        let base = format!("{}.{}", self.scene, name);
        let mut id = base.clone();
        let mut n = 2;
        while self.spots.contains_key(&id) {
            id = format!("{base}#{n}");
            n += 1;
        }
        if let Some(here) = self.here {
            self.spots.insert(id.clone(), here);
        }
        Line { id, verb, at, guard, step }
    }

    fn guard(&mut self, keys: &mut Keys<'_>) -> Option<Guard> {
        let (when, unless) = (keys.take("when"), keys.take("unless"));
        if let (Some(_), Some(second)) = (when, unless) {
            self.mistakes.add(second.at, "a step has when or unless", "here stand both", "join them with && and !");
        }
        let (node, wanted) = when.map(|node| (node, true)).or(unless.map(|node| (node, false)))?;
        Some(Guard { wanted, condition: self.formula(node)? })
    }

    /// Reads an expression.
    pub(crate) fn formula(&mut self, node: &Node) -> Option<Formula> {
        let source = match &node.kind {
            Kind::Text(source) => source.clone(),
            Kind::Whole(number) => number.to_string(),
            Kind::YesNo(value) => value.to_string(),
            _ => {
                self.mistakes.add(
                    node.at,
                    "here stands an expression",
                    format!("not {}", describe(node)),
                    "write it as one text",
                );
                return None;
            }
        };
        match expression::read(&source) {
            Ok(expression) => Some(Formula { at: node.at, source, expression }),
            Err(cause) => {
                self.mistakes.add(node.at, format!("cannot read the expression: {source}"), cause, "correct it here");
                None
            }
        }
    }

    /// Reads an arm of the step being read; a list of steps goes on after it.
    pub(crate) fn arm(&mut self, node: &Node) -> Option<Arm> {
        self.arm_with(node, After::Next)
    }

    pub(crate) fn arm_with(&mut self, node: &Node, after: After) -> Option<Arm> {
        let to = match &node.kind {
            Kind::Text(word) => word_arm(word).unwrap_or_else(|| To::Scene(word.clone())),
            Kind::List(_) => To::Block(self.block(node, after)),
            _ => {
                let cause = format!("here stands {}", describe(node));
                self.mistakes.add(
                    node.at,
                    "an arm is a scene, a list of steps, next, again, back or end",
                    cause,
                    "write one of them",
                );
                return None;
            }
        };
        Some(Arm { at: node.at, to })
    }

    /// Reads `silence:`.
    pub(crate) fn silences(&mut self, node: Option<&Node>) -> Vec<Silence> {
        let Some(keys) = node.and_then(|node| Keys::of(node, "silence", self.mistakes)) else { return Vec::new() };
        let mut silences = Vec::new();
        for (key, arm) in keys.pairs() {
            let Some(after_s) = duration_s(&key.name).filter(|s| (1..=SILENCE_S_MAX).contains(s)) else {
                self.mistakes.add(
                    key.at,
                    format!("\"{}\" is not a duration", key.name),
                    "durations are 25s, 10m, 2h, 1d, at most 30d",
                    "write one of these",
                );
                continue;
            };
            silences.extend(self.arm_with(arm, After::Wait).map(|arm| Silence { after_s, arm }));
        }
        silences.sort_by_key(|silence| silence.after_s);
        silences
    }

    /// Reads a map of names to expressions, such as `with:`.
    pub(crate) fn formulas(&mut self, node: Option<&Node>, what: &str) -> Vec<(String, Formula)> {
        let Some(keys) = node.and_then(|node| Keys::of(node, what, self.mistakes)) else { return Vec::new() };
        keys.pairs().iter().filter_map(|(key, value)| Some((key.name.clone(), self.formula(value)?))).collect()
    }

    /// Reads a map of names to arms, such as `outcomes:`.
    pub(crate) fn arms(&mut self, node: Option<&Node>, what: &str) -> Vec<(String, Arm)> {
        let Some(keys) = node.and_then(|node| Keys::of(node, what, self.mistakes)) else { return Vec::new() };
        keys.pairs().iter().filter_map(|(key, value)| Some((key.name.clone(), self.arm(value)?))).collect()
    }
}

fn word_arm(word: &str) -> Option<To> {
    Some(match word {
        "next" => To::Next,
        "again" => To::Again,
        "back" => To::Back,
        "end" => To::End,
        _ => return None,
    })
}

/// `25s`, `10m`, `2h`, `1d` in seconds.
pub(crate) fn duration_s(text: &str) -> Option<u32> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return None,
    };
    number.parse::<u32>().ok()?.checked_mul(seconds)
}
