//! Conversation tests: a talk written in YAML is played against the machine, and what came is held against what was expected.
//!
//! Entry points: [`Talks::read`] reads a `.test.yaml` with its `.data.yaml`, [`Talks::play`] plays one of its tests on one channel. Pure:
//! file texts go in, results come out. Between any two turns the session goes through its written form.

mod check;
mod read;
mod screen;
mod script;
mod session;
mod typed;
mod world;

pub use screen::taps;
pub use script::{Flows, Test};
pub use session::{Session, Trouble};

use super::definition::FlowSet;
use super::mistake::{At, Mistake};
use super::turn::{Channel, Fault};
use script::Settings;

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
        writeln!(f, "{file}:{}:{} test \"{test}\" on {} went another way", at.line, at.column, screen::name(*channel))?;
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
        Played { test: test.name.clone(), channel, transcript: session.transcript, faults: session.faults, failure }
    }
}
