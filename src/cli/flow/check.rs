//! `ganira flow check`: all mistakes at once.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::bail;
use clap::Args;
use serde_json::{Value as Json, json};

use super::around::Around;
use super::paint::Paint;
use super::suites::Folder;
use crate::cli::output::{or_dash, say, say_json, say_table};
use crate::flows::{Mistake, Size};

/// Name every mistake of the flows, their messages, tests and data. A file is checked with its whole folder, and only its own mistakes are
/// shown.
#[derive(Debug, Args)]
pub(super) struct Check {
    /// Folders of flows, or files in them
    #[arg(required = true, value_name = "DIR|FILE", value_parser = super::existing)]
    paths: Vec<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Print how large every question with options becomes, by channel and language
    #[arg(long)]
    sizes: bool,
    #[command(flatten)]
    around: Around,
}

impl Check {
    pub(super) async fn run(self, file: Option<PathBuf>) -> anyhow::Result<()> {
        let configured = self.around.configured(file).await?;
        let mut mistakes = Vec::new();
        let mut reviews = Vec::new();
        let mut sizes = Vec::new();
        let mut flows = 0;
        let mut tests = 0;
        for mut folder in Folder::all(&self.paths)? {
            if let Some(configured) = &configured {
                folder.around(configured);
            }
            match folder.load() {
                Ok(set) => {
                    flows += set.names().count();
                    mistakes.extend(folder.shown(set.warnings().to_vec()));
                    if self.sizes {
                        sizes.extend(set.sizes().into_iter().filter(|size| folder.wanted(&size.file)));
                    }
                    let texts = set.reviews();
                    reviews.extend(
                        texts.map(|one| (one.file.to_owned(), one.language.to_owned(), one.review.to_string())),
                    );
                    match folder.suites(&Arc::new(set)) {
                        Ok(suites) => tests += suites.iter().map(|suite| suite.talks.tests().len()).sum::<usize>(),
                        Err(found) => mistakes.extend(found),
                    }
                }
                Err(found) => mistakes.extend(found),
            }
        }
        if self.json {
            let texts = reviews
                .iter()
                .map(|(file, language, review)| json!({ "file": file, "language": language, "review": review }));
            let mut all = json!({
                "mistakes": mistakes.iter().map(as_json).collect::<Vec<Json>>(),
                "texts": texts.collect::<Vec<Json>>(),
            });
            if self.sizes {
                all["sizes"] = sizes.iter().map(size_as_json).collect();
            }
            say_json(&all)?;
        } else {
            let paint = Paint::of_stdout();
            for mistake in &mistakes {
                say(&paint.mistake(mistake))?;
            }
            for (file, _, review) in &reviews {
                say(&paint.faint(&format!("{file}: {review}")))?;
            }
            if self.sizes {
                table(&sizes)?;
            }
            if !mistakes.iter().any(Mistake::refuses) {
                let (flows, tests) = (counted(flows, "flow"), counted(tests, "test"));
                say(&paint.green(&format!("No mistakes: {flows}, {tests} to play.")))?;
            }
        }
        match mistakes.iter().filter(|mistake| mistake.refuses()).count() {
            0 => Ok(()),
            many => bail!("{}", counted(many, "mistake")),
        }
    }
}

/// `1 flow`, `2 flows`
fn counted(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

fn as_json(mistake: &Mistake) -> Json {
    let Mistake { file, at, what, cause, mend, .. } = mistake;
    let severity = if mistake.refuses() { "error" } else { "warning" };
    json!({ "severity": severity, "file": file, "line": at.line, "column": at.column, "what": what, "cause": cause, "mend": mend })
}

fn size_as_json(size: &Size) -> Json {
    let Size { file, at, step, channel, language, characters, pages, segments } = size;
    json!({
        "file": file, "line": at.line, "step": step, "channel": channel.as_str(), "language": language,
        "characters": characters, "pages": pages, "segments": segments,
    })
}

fn table(sizes: &[Size]) -> anyhow::Result<()> {
    let rows: Vec<Vec<String>> = sizes
        .iter()
        .map(|size| {
            vec![
                size.step.clone(),
                size.channel.as_str().to_owned(),
                size.language.to_owned(),
                size.characters.to_string(),
                size.pages.to_string(),
                or_dash(size.segments),
            ]
        })
        .collect();
    let headings = ["step", "channel", "language", "characters", "pages", "sms"];
    say_table(&headings, &rows, "No question has options.")
}
