//! Keeps a played talk as a test, and proves that it passes.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context as _, bail};

use super::line::quoted;
use crate::cli::flow::suites::Folder;
use crate::cli::output::say;
use crate::flows::talk::{Session, Talks};
use crate::flows::{Channel, FlowSet, Mistake};

/// Where and how a talk is kept.
#[derive(Debug)]
pub(super) struct Kept<'d> {
    pub folder: &'d Folder,
    pub flow: String,
    /// The file of tests, in the folder.
    pub file: String,
    pub channel: Channel,
    pub language: String,
}

impl Kept<'_> {
    /// The beginning of the talk: a test without lines, with the data of the file it will be kept in.
    pub(super) fn opening(&self) -> Result<Talks, Vec<Mistake>> {
        super::read(&self.file, &self.with("play", &[]), self.folder)
    }

    /// Writes the test to its file, if it passes there.
    pub(super) fn keep<'l>(
        &self,
        flows: &FlowSet,
        name: &str,
        session: &Session<'_>,
        lines: impl Iterator<Item = &'l str>,
    ) -> anyhow::Result<()> {
        let mut lines: Vec<String> = lines.map(str::to_owned).collect();
        lines.push(format!("check: {{ended: {}}}", !session.state().is_open()));
        let name = self.free(name);
        let text = self.with(&name, &lines);
        let path = self.folder.path.join(&self.file);
        let talks = super::read(&self.file, &text, self.folder).map_err(|mistakes| {
            anyhow::anyhow!(
                "the talk cannot be kept as a test: {}",
                mistakes.first().map(ToString::to_string).unwrap_or_default()
            )
        })?;
        let mut kept = talks.tests().iter().filter(|test| test.name == name);
        if let Some(failure) = kept.find_map(|test| talks.play(flows, test, self.channel).failure) {
            bail!("the talk would not pass as a test:\n{failure}");
        }
        fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))?;
        say(&format!("Kept as \"{name}\" in {}.", path.display()))
    }

    /// A name that no test of the file has.
    fn free(&self, name: &str) -> String {
        let taken = |name: &str| self.folder.text(&self.file).is_some_and(|text| text.contains(&test_line(name)));
        let numbered = (2..).map(|n| format!("{name} ({n})"));
        std::iter::once(name.to_owned()).chain(numbered).find(|name| !taken(name)).unwrap_or_default()
    }

    /// The file with a test more.
    fn with(&self, name: &str, lines: &[String]) -> String {
        let mut text = match self.folder.text(&self.file) {
            Some(text) => text.trim_end().to_owned() + "\n\n",
            None => format!("flow: {}\ntests:\n", self.flow),
        };
        // As deep as the tests before it.
        let indent = text.lines().rfind(|line| line.trim_start().starts_with("- test:"));
        let indent = indent.map_or("  ", |line| &line[..line.len() - line.trim_start().len()]).to_owned();
        let _ = writeln!(text, "{indent}{}", test_line(name));
        let _ = writeln!(text, "{indent}  flow: {}", self.flow);
        let _ = writeln!(text, "{indent}  channels: [{}]", self.channel.as_str());
        let _ = writeln!(text, "{indent}  language: {}", quoted(&self.language));
        if lines.is_empty() {
            let _ = writeln!(text, "{indent}  talk: []");
            return text;
        }
        let _ = writeln!(text, "{indent}  talk:");
        for line in lines {
            let _ = writeln!(text, "{indent}    - {line}");
        }
        text
    }
}

fn test_line(name: &str) -> String {
    format!("- test: {}", serde_json::Value::from(name))
}
