//! `ganira flow play`: a talk with a flow in the terminal. Operations answer from the data file, or as the player says; what was played
//! can be kept as a test.

mod answers;
mod keep;
mod line;
mod screen;

use std::io::{BufRead as _, IsTerminal as _, Lines, StdinLock};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use clap::Args;

use self::line::Line;
use super::ChannelName;
use super::paint::Paint;
use super::suites::Folder;
use super::test::refuse;
use crate::cli::output::say;
use crate::flows::talk::{Session, Talks, Trouble, first_to_begin};
use crate::flows::{Channel, FlowSet, Mistake};

const HELP: &str = "\
A number chooses that option on WhatsApp; anything else is typed as it stands.
:later 10m    let time pass             :event NAME {field: value}
:hangup       the USSD screen closes    :job NAME outcome, or NAME {outcome: {field: value}}
:dial *123#   dial a code               :send image, :send {place: \"-1.9441, 30.0619\"}
:via sms      come by another channel   :staff 1h, :given_back, :nobody
:answer OPERATION outcome, or OPERATION {outcome: row}      from now on
:values       what the flow knows       :undo    take the last line back
:quit         leave, and keep the talk as a test if you like";

/// Talk to a flow in the terminal. Lines from a pipe are played one by one.
#[derive(Debug, Args)]
pub(super) struct Play {
    /// A folder of flows
    #[arg(value_name = "DIR", value_parser = super::existing)]
    dir: PathBuf,
    /// The flow to begin; without it the folder's first
    #[arg(long, value_name = "NAME")]
    flow: Option<String>,
    /// The channel you play on
    #[arg(long, value_enum, default_value_t = ChannelName::Whatsapp)]
    channel: ChannelName,
    /// The language of the person you play
    #[arg(long, value_name = "CODE", default_value = "en")]
    language: String,
    /// On leaving, add the talk as a test to this file of the folder, such as booking.test.yaml
    #[arg(long, value_name = "FILE")]
    save: Option<String>,
    /// The saved test's name
    #[arg(long, value_name = "SENTENCE", requires = "save")]
    name: Option<String>,
}

impl Play {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let paint = Paint::of_stdout();
        let folder = Folder::read(self.dir.clone(), Vec::new())?;
        let flows: Arc<FlowSet> = folder.load().map(Arc::new).or_else(|mistakes| refuse(paint, &mistakes))?;
        let flow = self.begun(&flows)?;
        if let Some(file) = self.save.as_ref().filter(|file| !file.ends_with(".test.yaml") || file.contains('/')) {
            bail!("--save {file}: expected the name of a file in {} that ends in .test.yaml", self.dir.display());
        }
        let file = self.save.clone().unwrap_or_else(|| format!("{flow}.test.yaml"));
        let kept = keep::Kept {
            folder: &folder,
            flow: flow.clone(),
            file,
            channel: self.channel.into(),
            language: self.language.clone(),
        };
        let talks = kept.opening().or_else(|mistakes: Vec<Mistake>| refuse(paint, &mistakes))?;
        let test = talks.tests().last().context("a talk has a beginning")?;
        let session = talks.begin(&flows, test, self.channel.into());
        let mut player = Player { paint, session, played: Vec::new(), lines: std::io::stdin().lock().lines() };
        player.talk()?;
        let name = match (self.save.is_some(), self.name) {
            (true, name) => Some(name.unwrap_or_else(|| format!("a talk on {}", Channel::from(self.channel).as_str()))),
            (false, _) => player.wants_it_kept(&kept)?,
        };
        match name.filter(|_| !player.played.is_empty()) {
            Some(name) => {
                kept.keep(&flows, &name, &player.session, player.played.iter().map(|(_, line)| line.as_str()))
            }
            None => Ok(()),
        }
    }

    fn begun(&self, flows: &FlowSet) -> anyhow::Result<String> {
        let known: Vec<&str> = flows.names().collect();
        match &self.flow {
            Some(name) if known.contains(&name.as_str()) => Ok(name.clone()),
            Some(name) => bail!("--flow {name}: expected one of {}", known.join(", ")),
            None => first_to_begin(flows).map(str::to_owned).context("no flow of the folder can begin by itself"),
        }
    }
}

struct Player<'f> {
    paint: Paint,
    session: Session<'f>,
    /// Every line played, with the session as it stood before.
    played: Vec<(Session<'f>, String)>,
    lines: Lines<StdinLock<'static>>,
}

impl Player<'_> {
    fn talk(&mut self) -> anyhow::Result<()> {
        let live = std::io::stdin().is_terminal();
        if live {
            say(&self.paint.faint(HELP))?;
        }
        self.play("start: true")?;
        while let Some(typed) = self.lines.next() {
            let typed = typed.context("standard input cannot be read")?;
            if typed.trim().is_empty() {
                continue;
            }
            if !live {
                say(&format!("> {}", typed.trim()))?;
            }
            match line::read(typed.trim(), &self.session) {
                Ok(Line::Quit) => break,
                Ok(Line::Help) => say(HELP)?,
                Ok(Line::Values) => say(&screen::values(&self.session))?,
                Ok(Line::Undo) => self.undo()?,
                Ok(Line::Play(acts)) => self.play(&acts)?,
                Err(expected) => say(&self.paint.red(&format!("! {expected}")))?,
            }
        }
        Ok(())
    }

    /// Plays acts written as the inside of an exchange: `pick: book`.
    fn play(&mut self, acts: &str) -> anyhow::Result<()> {
        let before = self.session.clone();
        let mut answers = answers::Answers::default();
        loop {
            self.session = before.clone();
            let line = answers.added_to(acts);
            match self.session.line(&format!("{{{line}}}")) {
                Ok(said) => {
                    self.played.push((before, format!("{{{line}, bot: {}}}", list(&said))));
                    return say(&screen::shown(&self.session, self.paint));
                }
                Err(Trouble::Unanswered { operation, outcomes, question }) => {
                    say(&answers::asked(&operation, &outcomes, question))?;
                    let Some(typed) = self.lines.next() else {
                        self.session = before;
                        return Ok(());
                    };
                    let typed = typed.context("standard input cannot be read")?;
                    if let Err(expected) = answers.take(&operation, &outcomes, question, typed.trim()) {
                        say(&self.paint.red(&format!("! {expected}")))?;
                    }
                }
                Err(trouble) => {
                    self.session = before;
                    return say(&self.paint.red(&format!("! {trouble}")));
                }
            }
        }
    }

    fn undo(&mut self) -> anyhow::Result<()> {
        match self.played.pop() {
            Some((before, line)) => {
                self.session = before;
                say(&format!("Taken back: {line}"))?;
                say(&screen::shown(&self.session, self.paint))
            }
            None => say("There is nothing to take back."),
        }
    }

    /// Asks for the name of the test, where somebody can answer.
    fn wants_it_kept(&mut self, kept: &keep::Kept<'_>) -> anyhow::Result<Option<String>> {
        if self.played.is_empty() || !std::io::stdin().is_terminal() {
            return Ok(None);
        }
        say(&format!("Keep this talk as a test in {}? Its name as a sentence, or nothing:", kept.file))?;
        let name = self.lines.next().transpose().context("standard input cannot be read")?;
        Ok(name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()))
    }
}

/// The names of what was said, as a test expects them.
fn list(said: &[String]) -> String {
    match said {
        [one] => one.clone(),
        all => format!("[{}]", all.join(", ")),
    }
}

/// The talks that a file of the folder holds, as text.
fn read(name: &str, text: &str, folder: &Folder) -> Result<Talks, Vec<Mistake>> {
    let data = name.replace(".test.yaml", ".data.yaml");
    Talks::read(name, text, folder.text(&data).map(|text| (data.as_str(), text)))
}
