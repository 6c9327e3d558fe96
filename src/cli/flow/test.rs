//! `ganira flow test`: plays the conversation tests.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use clap::Args;

use super::ChannelName;
use super::paint::Paint;
use super::suites::{Folder, Suite};
use crate::cli::output::say;
use crate::flows::talk::{Coverage, Played};
use crate::flows::{Channel, FlowSet, Mistake};

/// Play the conversation tests beside the flows, each once on every channel it names.
#[derive(Debug, Args)]
pub(super) struct Test {
    /// Folders of flows, or files in them
    #[arg(required = true, value_name = "DIR|FILE", value_parser = super::existing)]
    paths: Vec<PathBuf>,
    /// Rewrite what the tests expect of the bot into what it says now; only the `bot:` parts change
    #[arg(long)]
    bless: bool,
    /// Only tests whose name has this text
    #[arg(long, value_name = "TEXT", default_value = "")]
    filter: String,
    /// Only on this channel
    #[arg(long, value_enum)]
    channel: Option<ChannelName>,
    /// Print the whole conversations
    #[arg(long)]
    talks: bool,
    /// Print the steps that no test reached
    #[arg(long)]
    coverage: bool,
}

#[derive(Debug, Default)]
struct Tally {
    runs: usize,
    failed: usize,
}

impl Test {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let paint = Paint::of_stdout();
        let mut tally = Tally::default();
        for folder in Folder::all(&self.paths)? {
            let loaded = folder.load().map(Arc::new);
            let suites = loaded.and_then(|flows| folder.suites(&flows).map(|suites| (flows, suites)));
            let (flows, suites) = suites.or_else(|mistakes| refuse(paint, &mistakes))?;
            if self.bless {
                self.bless(&folder, &flows, &suites)?;
                continue;
            }
            let mut reached = BTreeSet::new();
            for suite in &suites {
                self.play(paint, suite, &mut tally, &mut reached)?;
            }
            if self.coverage {
                report(paint, &flows, &reached)?;
            }
        }
        if self.bless {
            return Ok(());
        }
        match (tally.failed, tally.runs) {
            (0, 0) => bail!("no test was played: expected tests in .test.yaml files beside the flows"),
            (0, runs) => say(&paint.green(&format!("{runs} conversations went as they are written."))),
            (failed, runs) => bail!("{failed} of {runs} conversations went another way"),
        }
    }

    fn play(
        &self,
        paint: Paint,
        suite: &Suite,
        tally: &mut Tally,
        reached: &mut BTreeSet<(String, String)>,
    ) -> anyhow::Result<()> {
        let only = self.channel.map(Channel::from);
        for test in suite.talks.tests().iter().filter(|test| test.name.contains(&self.filter)) {
            for channel in test.channels.iter().filter(|channel| only.is_none_or(|only| **channel == only)) {
                let played = suite.talks.play(&suite.flows, test, *channel);
                tally.runs += 1;
                tally.failed += usize::from(played.failure.is_some());
                self.tell(paint, &played)?;
                reached.extend(played.reached);
            }
        }
        Ok(())
    }

    fn tell(&self, paint: Paint, played: &Played) -> anyhow::Result<()> {
        let Played { test, channel, transcript, failure, .. } = played;
        match failure {
            Some(failure) => say(&format!("{} {failure}\n", paint.red("✗"))),
            None if self.talks => {
                say(&format!("{} {test} ({})\n{}", paint.green("✓"), channel.as_str(), paint.faint(transcript)))
            }
            None => Ok(()),
        }
    }

    fn bless(&self, folder: &Folder, flows: &Arc<FlowSet>, suites: &[Suite]) -> anyhow::Result<()> {
        for suite in suites {
            let text = suite.talks.bless(&suite.flows, &suite.text, &|test| test.name.contains(&self.filter));
            let path = suite.path.display();
            if text == suite.text {
                say(&format!("{path} stays as it is"))?;
                continue;
            }
            fs::write(&suite.path, &text).with_context(|| format!("{path} cannot be written"))?;
            say(&format!("{path} is rewritten: read what changed before you keep it"))?;
        }
        // What could not be blessed, such as an option that is not offered any more, is still told.
        let folder = Folder::read(folder.path.clone(), Vec::new())?;
        let paint = Paint::of_stdout();
        let mut tally = Tally::default();
        for suite in folder.suites(flows).or_else(|mistakes| refuse(paint, &mistakes))? {
            self.play(paint, &suite, &mut tally, &mut BTreeSet::new())?;
        }
        if tally.failed > 0 {
            bail!("{} of {} conversations still go another way: mend them by hand", tally.failed, tally.runs);
        }
        Ok(())
    }
}

/// Prints mistakes, and fails.
pub(super) fn refuse<T>(paint: Paint, mistakes: &[Mistake]) -> anyhow::Result<T> {
    for mistake in mistakes {
        say(&paint.mistake(mistake))?;
    }
    bail!("the flows have mistakes: `ganira flow check` names them")
}

fn report(paint: Paint, flows: &FlowSet, reached: &BTreeSet<(String, String)>) -> anyhow::Result<()> {
    let Coverage { steps, unreached } = Coverage::of(flows, reached);
    say(&format!("{} of {steps} steps were reached.", steps - unreached.len()))?;
    for step in unreached {
        say(&format!("{}:{}:{} {}", step.file, step.at.line, step.at.column, paint.faint(&step.step)))?;
    }
    Ok(())
}
