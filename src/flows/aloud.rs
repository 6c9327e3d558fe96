//! A flow with its texts between its steps, in one language: to be read aloud to the owner of the business.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::definition::{Arm, Flow, FlowSet, Line, To};
use super::messages::Texts;
use super::value::Value;

impl FlowSet {
    /// The whole set, flow after flow, as indented text. Flows that do not speak the language are read in their first.
    pub fn aloud(&self, language: &str) -> String {
        let mut out = String::new();
        for flow in &self.flows {
            let Some(texts) = flow.texts(language) else { continue };
            let _ = writeln!(out, "# {}\n", flow.name);
            let words = texts.words("start.words");
            if flow.start.words && !words.is_empty() {
                let _ = writeln!(out, "Begins with: {}\n", words.join(", "));
            }
            for scene in &flow.scenes {
                let _ = writeln!(out, "## {}", scene.name);
                Reading { flow, texts, out: &mut out }.block(scene.block, 0);
                out.push('\n');
            }
        }
        out
    }
}

struct Reading<'f> {
    flow: &'f Flow,
    texts: &'f Texts,
    out: &'f mut String,
}

impl Reading<'_> {
    fn block(&mut self, block: usize, depth: usize) {
        for line in self.flow.blocks.get(block).into_iter().flat_map(|block| &block.lines) {
            self.line(line, depth);
        }
    }

    fn line(&mut self, line: &Line, depth: usize) {
        let margin = "  ".repeat(depth);
        if let Some(guard) = &line.guard {
            let word = if guard.wanted { "if" } else { "unless" };
            let _ = writeln!(self.out, "{margin}({word} {})", guard.condition.source);
        }
        if matches!(line.verb, "go" | "jump") {
            return line.step.arms().into_iter().for_each(|(_, arm)| self.arm("", arm, depth));
        }
        let needs = line.step.needs();
        let said: Vec<String> = needs.iter().filter_map(|needs| self.text(&needs.message)).collect();
        for text in &said {
            let _ = writeln!(self.out, "{margin}“{}”", text.replace('\n', &format!("\n{margin} ")));
        }
        if said.is_empty() {
            let name = line.id.split_once('.').map_or(line.id.as_str(), |(_, name)| name);
            let name = if name == line.verb { "" } else { name };
            let _ = writeln!(self.out, "{margin}[{}]", format!("{} {name}", line.verb).trim_end());
        }
        let message = needs.first().map(|needs| needs.message.as_str()).unwrap_or_default();
        for (way, arm) in line.step.arms() {
            let way = way.strip_prefix("option ").map_or_else(
                || way.clone(),
                |option| self.text(&format!("{message}.{option}")).unwrap_or_else(|| option.to_owned()),
            );
            self.arm(&way, arm, depth + 1);
        }
    }

    fn arm(&mut self, way: &str, arm: &Arm, depth: usize) {
        let margin = "  ".repeat(depth);
        let to = match &arm.to {
            To::Scene(name) => name.as_str(),
            To::Next => "on",
            To::Again => "asked again",
            To::Back => "the question before",
            To::End => "the end",
            To::Block(block) => {
                let _ = writeln!(self.out, "{margin}{way}:");
                return self.block(*block, depth + 1);
            }
        };
        let separator = if way.is_empty() { "" } else { " " };
        let _ = writeln!(self.out, "{margin}{way}{separator}→ {to}");
    }

    /// A text with its values as their names.
    fn text(&self, key: &str) -> Option<String> {
        let name = |path: &[String]| Some(Cow::Owned(Value::text(format!("‹{}›", path.join(".")))));
        self.texts.text(key, chrono_tz::UTC, &name).filter(|text| !text.is_empty())
    }
}
