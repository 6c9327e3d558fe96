//! A flow as a picture: scenes as boxes with their steps, and where each arm leads. As Mermaid text, and as an SVG of our own.

mod layers;
mod mermaid;
mod svg;

use super::definition::{After, Arm, Flow, FlowSet, Line, To};

/// Longest text of a row; the rest is cut.
const ROW_CHARS_MAX: usize = 44;
/// How deep arms within arms are shown.
const DEPTH_MAX: usize = 6;

impl FlowSet {
    /// A flow as a Mermaid flowchart; `None` if there is no such flow.
    pub fn mermaid(&self, flow: &str) -> Option<String> {
        self.flow(flow).map(|flow| mermaid::write(&boxes(flow)))
    }

    /// A flow as an SVG picture; `None` if there is no such flow.
    pub fn svg(&self, flow: &str) -> Option<String> {
        self.flow(flow).map(|flow| svg::draw(&flow.name, &boxes(flow)))
    }

    /// The names of its flows, in the order of their files.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.flows.iter().map(|flow| flow.name.as_str())
    }
}

/// A scene, or the head with its arms.
#[derive(Debug)]
struct Scenery {
    /// Empty for the head.
    name: String,
    title: String,
    rows: Vec<Row>,
}

/// A line in a box: a step, or an arm of the step above it.
#[derive(Debug)]
struct Row {
    depth: usize,
    text: String,
    kind: RowKind,
    /// The scene it leads to, and by what.
    to: Option<(String, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RowKind {
    /// It waits for the person.
    Question,
    Step,
    Arm,
}

fn boxes(flow: &Flow) -> Vec<Scenery> {
    let mut boxes: Vec<Scenery> = flow
        .scenes
        .iter()
        .map(|scene| {
            let mut rows = Vec::new();
            steps(flow, scene.block, "", 0, &mut rows);
            Scenery { name: scene.name.clone(), title: scene.name.clone(), rows }
        })
        .collect();
    let head = &flow.head;
    let named = [("stuck", &head.stuck), ("unavailable", &head.unavailable), ("undeliverable", &head.undeliverable)];
    let named = named.into_iter().filter_map(|(name, arm)| Some((name.to_owned(), arm.as_ref()?)));
    let silences = head.silence.iter().map(|silence| (format!("silence {}", duration(silence.after_s)), &silence.arm));
    let anytime = head.anytime.iter().map(|entry| (format!("anytime {}", entry.key), &entry.arm));
    let mut rows = Vec::new();
    for (way, arm) in named.chain(silences).chain(anytime) {
        arm_row(flow, &way, arm, 0, &mut rows);
    }
    if !rows.is_empty() {
        boxes.push(Scenery { name: String::new(), title: format!("{} at any time", flow.name), rows });
    }
    boxes
}

/// The rows of a list of steps to which `by` leads.
fn steps(flow: &Flow, block: usize, by: &str, depth: usize, rows: &mut Vec<Row>) {
    let Some(block) = flow.blocks.get(block).filter(|_| depth <= DEPTH_MAX) else { return };
    for line in &block.lines {
        if let [(only, arm)] = &line.step.arms()[..]
            && only == "go"
        {
            rows.push(Row { depth, text: leads_to(arm), kind: RowKind::Arm, to: scene(arm, by) });
            continue;
        }
        let kind = if line.step.asking().is_some() { RowKind::Question } else { RowKind::Step };
        rows.push(Row { depth, text: cut(&step_text(line)), kind, to: None });
        for (way, arm) in line.step.arms() {
            let way = way.strip_prefix("option ").or_else(|| way.strip_prefix("outcome ")).unwrap_or(&way);
            arm_row(flow, way, arm, depth + 1, rows);
        }
    }
    if block.after == After::End && block.lines.is_empty() {
        rows.push(Row { depth, text: "end".to_owned(), kind: RowKind::Arm, to: None });
    }
}

fn arm_row(flow: &Flow, way: &str, arm: &Arm, depth: usize, rows: &mut Vec<Row>) {
    if let To::Block(block) = arm.to {
        rows.push(Row { depth, text: cut(way), kind: RowKind::Arm, to: None });
        steps(flow, block, way, depth + 1, rows);
        return;
    }
    rows.push(Row { depth, text: cut(&format!("{way} {}", leads_to(arm))), kind: RowKind::Arm, to: scene(arm, way) });
}

fn leads_to(arm: &Arm) -> String {
    match &arm.to {
        To::Scene(name) => format!("→ {name}"),
        To::Next => "→ next".to_owned(),
        To::Again => "→ again".to_owned(),
        To::Back => "→ back".to_owned(),
        To::End => "→ end".to_owned(),
        To::Block(_) => String::new(),
    }
}

fn scene(arm: &Arm, way: &str) -> Option<(String, String)> {
    match &arm.to {
        To::Scene(name) => Some((name.clone(), way.to_owned())),
        _ => None,
    }
}

/// `choose service`, `if size > 4`, `find free_slots as slots`.
fn step_text(line: &Line) -> String {
    let name = line.id.split_once('.').map_or("", |(_, name)| name);
    let name = name.split_once('#').map_or(name, |(name, _)| name);
    let mut text = match (line.step.condition(), line.step.end()) {
        (Some(condition), _) => format!("{} {}", line.verb, condition.source),
        (None, Some(end)) => format!("end {end}"),
        (None, None) if name == line.verb => {
            let given: Vec<&str> = line.step.yields().into_iter().map(|(name, _)| name).collect();
            format!("{} {}", line.verb, given.join(", "))
        }
        (None, None) => format!("{} {name}", line.verb),
    };
    if let Some(guard) = &line.guard {
        let word = if guard.wanted { "when" } else { "unless" };
        text = format!("{text} ({word} {})", guard.condition.source);
    }
    text.trim_end().to_owned()
}

fn cut(text: &str) -> String {
    if text.chars().count() <= ROW_CHARS_MAX {
        return text.to_owned();
    }
    text.chars().take(ROW_CHARS_MAX - 1).chain(['…']).collect()
}

/// A duration as a flow writes it: `30m`, `1d`.
fn duration(seconds: u32) -> String {
    let units = [(86_400, 'd'), (3_600, 'h'), (60, 'm')];
    let whole = units.into_iter().find(|(unit, _)| seconds >= *unit && seconds.is_multiple_of(*unit));
    whole.map_or_else(|| format!("{seconds}s"), |(unit, letter)| format!("{}{letter}", seconds / unit))
}
