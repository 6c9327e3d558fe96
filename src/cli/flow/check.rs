//! `ganira flow check`: all mistakes at once.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::bail;
use clap::Args;
use serde_json::{Value as Json, json};

use super::paint::Paint;
use super::suites::Folder;
use crate::cli::output::{say, say_json};
use crate::flows::Mistake;

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
}

impl Check {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let mut mistakes = Vec::new();
        let mut reviews = Vec::new();
        let mut flows = 0;
        let mut tests = 0;
        for folder in Folder::all(&self.paths)? {
            match folder.load() {
                Ok(set) => {
                    flows += set.names().count();
                    mistakes.extend(folder.shown(set.warnings().to_vec()));
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
            say_json(&json!({
                "mistakes": mistakes.iter().map(as_json).collect::<Vec<Json>>(),
                "texts": texts.collect::<Vec<Json>>(),
            }))?;
        } else {
            let paint = Paint::of_stdout();
            for mistake in &mistakes {
                say(&paint.mistake(mistake))?;
            }
            for (file, _, review) in &reviews {
                say(&paint.faint(&format!("{file}: {review}")))?;
            }
            if !mistakes.iter().any(Mistake::refuses) {
                say(&paint.green(&format!("No mistakes: {flows} flows, {tests} tests to play.")))?;
            }
        }
        match mistakes.iter().filter(|mistake| mistake.refuses()).count() {
            0 => Ok(()),
            1 => bail!("1 mistake"),
            many => bail!("{many} mistakes"),
        }
    }
}

fn as_json(mistake: &Mistake) -> Json {
    let Mistake { file, at, what, cause, mend, .. } = mistake;
    let severity = if mistake.refuses() { "error" } else { "warning" };
    json!({ "severity": severity, "file": file, "line": at.line, "column": at.column, "what": what, "cause": cause, "mend": mend })
}
