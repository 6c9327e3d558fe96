//! Conversation tests: a talk written in YAML is played against the machine, and what came is held against what was expected.
//!
//! Entry points: [`Talks::read`] reads a `.test.yaml` with its `.data.yaml`, [`Talks::play`] plays one of its tests on one channel. Pure:
//! file texts go in, results come out. Between any two turns the session goes through its written form.

mod bless;
mod check;
mod coverage;
mod read;
mod screen;
mod script;
mod session;
mod trouble;
mod typed;
mod world;

pub use coverage::{Coverage, Unreached};
pub use screen::{body, taps};
pub use script::{Flows, Test};
pub use session::Session;
pub use trouble::{Ending, Trouble, Yields};

use std::collections::BTreeSet;

use super::definition::FlowSet;
use super::mistake::{At, Mistake};
use super::turn::{Channel, Fault};
use script::Settings;

/// The first flow that can begin by itself.
pub fn first_to_begin(flows: &FlowSet) -> Option<&str> {
    let begins = flows.flows.iter().find(|flow| flow.start.words || flow.start.otherwise);
    begins.or(flows.flows.first()).map(|flow| flow.name.as_str())
}

/// The keys of a file of tests, of a test, of an exchange, and of `check`.
#[derive(Debug)]
pub(crate) struct TestKeys {
    pub file: Vec<&'static str>,
    pub test: Vec<&'static str>,
    pub exchange: Vec<&'static str>,
    pub check: Vec<&'static str>,
}

/// The keys the reader looks for, as it says itself.
pub(crate) fn keys() -> TestKeys {
    read::keys()
}

/// A file of conversation tests.
#[derive(Debug)]
pub struct Talks {
    file: String,
    settings: Settings,
    tests: Vec<Test>,
}

/// A test that was played on one channel.
#[derive(Debug)]
pub struct Played {
    pub test: String,
    pub channel: Channel,
    /// Everything said on both sides.
    pub transcript: String,
    pub faults: Vec<Fault>,
    /// The steps that were reached: flow and step.
    pub reached: BTreeSet<(String, String)>,
    pub failure: Option<Failure>,
}

/// Where a talk went another way than it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub file: String,
    pub at: At,
    pub test: String,
    pub channel: Channel,
    /// What was expected and what came instead, a line each.
    pub what: String,
    /// Everything said so far.
    pub transcript: String,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { file, at, test, channel, what, transcript } = self;
        writeln!(f, "{file}:{}:{} test \"{test}\" on {} went another way", at.line, at.column, channel.as_str())?;
        writeln!(f, "    {}", what.replace('\n', "\n    "))?;
        write!(f, "    the talk so far:\n    | {}", transcript.trim_end().replace('\n', "\n    | "))
    }
}

impl Talks {
    /// Reads the tests of `file` and the rows and answers of the data file beside it (its name and text), if there is one. All mistakes
    /// come back at once.
    pub fn read(file: &str, text: &str, data: Option<(&str, &str)>) -> Result<Self, Vec<Mistake>> {
        read::talks(file, text, data)
    }

    /// Where the flows of these tests are.
    pub fn flows(&self) -> &Flows {
        &self.settings.flows
    }

    /// The flow that `start` begins, where the file names one.
    pub fn flow(&self) -> Option<&str> {
        self.settings.flow.as_deref()
    }

    /// A conversation as one of the tests begins it, before its first line.
    pub fn begin<'f>(&self, flows: &'f FlowSet, test: &Test, channel: Channel) -> Session<'f> {
        Session::begin(flows, &self.settings, test, channel)
    }

    pub fn tests(&self) -> &[Test] {
        &self.tests
    }

    /// Plays every test once a channel.
    pub fn play_all<'t>(&'t self, flows: &'t FlowSet) -> impl Iterator<Item = Played> + 't {
        self.tests
            .iter()
            .flat_map(move |test| test.channels.iter().map(move |channel| self.play(flows, test, *channel)))
    }

    /// Plays one test on one channel, up to where it goes another way.
    pub fn play(&self, flows: &FlowSet, test: &Test, channel: Channel) -> Played {
        let mut session = Session::begin(flows, &self.settings, test, channel);
        let mut failure = None;
        for exchange in &test.talk {
            if let Err((at, trouble)) = session.exchange(exchange) {
                failure = Some(Failure {
                    file: self.file.clone(),
                    at,
                    test: test.name.clone(),
                    channel,
                    what: trouble.to_string(),
                    transcript: session.transcript.clone(),
                });
                break;
            }
        }
        let Session { transcript, faults, reached, .. } = session;
        Played { test: test.name.clone(), channel, transcript, faults, reached, failure }
    }

    /// The text of the file of tests with its `bot:` parts as the flows say them now. Pins that do not hold any more are taken out, and
    /// expectations are added where none stood and something was said. `chosen` tells which tests to look at.
    pub fn bless(&self, flows: &FlowSet, text: &str, chosen: &dyn Fn(&Test) -> bool) -> String {
        let heard: Vec<bless::Heard> =
            self.tests.iter().flat_map(|test| self.hear(flows, test, chosen(test))).collect();
        bless::blessed(text, &self.tests, &heard)
    }

    /// What every exchange of a test says on every channel, as far as it can be played.
    fn hear(&self, flows: &FlowSet, test: &Test, chosen: bool) -> Vec<bless::Heard> {
        let mut heard: Vec<bless::Heard> = test.talk.iter().map(|_| bless::Heard::default()).collect();
        for channel in test.channels.iter().filter(|_| chosen) {
            let mut session = Session::begin(flows, &self.settings, test, *channel);
            for (exchange, heard) in test.talk.iter().zip(&mut heard) {
                let Ok(said) = session.acts(exchange) else { break };
                // The expectations of a channel are those of the door by which the person came.
                let on = session.context.channel;
                let named = exchange.bot.as_ref().and_then(|(_, expected)| expected.on(on)).unwrap_or_default();
                let pins = named.iter().flat_map(|named| &named.pins);
                heard.untrue.extend(pins.filter(|pin| session.pin(pin).is_err()).cloned());
                if !heard.said.iter().any(|(known, _)| *known == on) {
                    heard.said.push((on, said));
                }
            }
        }
        heard
    }
}
