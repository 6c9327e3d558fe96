//! Words that are understood at any question: the flow's own, and `menu back cancel language` without an entry of the flow's.

use smol_str::format_smolstr;

use super::hear::Heard;
use super::run::Run;
use super::walk::{Then, first};
use crate::flows::definition::{Anytime, Arm, Flow, Spot, To};
use crate::flows::languages::anytime::{Key, anywhere, stands_in};
use crate::flows::layout::Opt;
use crate::flows::turn::{Fault, Question};
use crate::flows::understand::Picked;

/// A place in the stack, the flow there, and its entry's arm.
type Entry<'a> = (usize, &'a Flow, &'a Arm);

/// What such words mean.
#[derive(Clone, Copy)]
pub(super) enum Meant<'a> {
    Entry(Entry<'a>),
    Menu,
    Back,
    Cancel,
    Language,
    Help,
}

impl Flow {
    /// The entry one of whose words a folded text is.
    pub(super) fn anytime(&self, said: &str) -> Option<&Anytime> {
        self.head.anytime.iter().find(|entry| entry.folded.iter().any(|word| word == said))
    }
}

/// The length of an entry's longest words that stand in a folded text.
fn longest(entry: &Anytime, said: &str) -> Option<usize> {
    let own = entry.folded.iter().filter(|words| stands_in(said, words)).map(String::len).max();
    let usual = Key::named(&entry.key).into_iter().flat_map(Key::words);
    own.max(usual.filter(|words| stands_in(said, words)).map(str::len).max())
}

impl<'a> Run<'a> {
    /// What a whole answer means at any question. A flow's own entry wins, the open flow's before its callers'.
    pub(super) fn anytime_word(&self, said: &str) -> Option<Meant<'a>> {
        if said.is_empty() {
            return None;
        }
        if self.asks_help(said) {
            return Some(Meant::Help);
        }
        if let Some(entry) = self.nearest(|flow| flow.anytime(said)) {
            return Some(Meant::Entry(entry));
        }
        let key = Key::said(said)?;
        let named = |flow: &'a Flow| flow.head.anytime.iter().find(|entry| entry.key == key.as_str());
        if let Some(entry) = self.nearest(named) {
            return Some(Meant::Entry(entry));
        }
        match key {
            Key::Menu => Some(Meant::Menu),
            Key::Back => Some(Meant::Back),
            Key::Cancel => Some(Meant::Cancel),
            Key::Language => self.flow().is_some_and(|flow| flow.languages.len() > 1).then_some(Meant::Language),
            Key::Help | Key::Human => None,
        }
    }

    /// What the whole words of a longer sentence mean: only what flows name themselves, and of that the longest.
    pub(super) fn anytime_within(&self, said: &str) -> Option<Meant<'a>> {
        let entry = self.nearest(|flow| {
            let found = flow.head.anytime.iter().filter_map(|entry| Some((longest(entry, said)?, entry)));
            found.max_by_key(|(length, _)| *length).map(|(_, entry)| entry)
        });
        entry.map(Meant::Entry)
    }

    /// Whether a text is a word that is understood at any time, or begins another flow.
    pub(super) fn means_elsewhere(&self, said: &str) -> bool {
        self.anytime_word(said).is_some() || self.flow_by_word(said).is_some()
    }

    /// The entry of the flow on the stack that has one, from the open one down.
    fn nearest(&self, of: impl Fn(&'a Flow) -> Option<&'a Anytime>) -> Option<Entry<'a>> {
        let set = self.set;
        self.state.stack.iter().enumerate().rev().find_map(|(depth, frame)| {
            let flow = set.flow(&frame.flow)?;
            Some((depth, flow, &of(flow)?.arm))
        })
    }

    pub(super) fn anytime(&mut self, meant: Meant<'a>, spot: Spot) -> Option<Question> {
        match meant {
            Meant::Entry(entry) => self.entry(entry, spot),
            Meant::Menu => {
                self.state.stack.truncate(1);
                self.close_question();
                let mut here = first(self.flow()?);
                let then = self.arrive(here, &mut here);
                self.walk(then, here)
            }
            Meant::Back => {
                let mut here = spot;
                let then = self.back(&mut here);
                self.walk(then, here)
            }
            Meant::Cancel => {
                let words = anywhere(self.own_texts().code);
                self.clear();
                self.say_own("cancelled", words.cancelled);
                None
            }
            Meant::Language => {
                self.ask_tongue();
                None
            }
            Meant::Help => {
                self.help();
                None
            }
        }
    }

    /// Does what a flow's entry says: a scene leaves what is open, a list of steps is a digression.
    pub(super) fn entry(&mut self, (depth, flow, arm): Entry<'a>, spot: Spot) -> Option<Question> {
        let mut here = spot;
        let then = if let To::Block(_) = arm.to {
            self.digress(arm, &flow.name, &mut here)
        } else {
            self.state.stack.truncate(depth + 1);
            Then::Take(arm)
        };
        self.walk(then, here)
    }

    /// The languages of the open flow, to choose among.
    fn tongues(&self) -> Vec<Opt> {
        let languages = self.flow().map_or(&[][..], |flow| &flow.languages);
        let option = |code: &String| Opt {
            id: format_smolstr!("@{code}"),
            label: anywhere(code).name.into(),
            button: None,
            key: None,
            note: None,
        };
        languages.iter().map(option).collect()
    }

    fn ask_tongue(&mut self) {
        if !self.context.door_open {
            self.faults.push(Fault::WindowShut);
            return;
        }
        let options = self.tongues();
        let text = anywhere(self.own_texts().code).tongue.to_owned();
        let shown = self.own_prompt("language", text, &options);
        if let Some(frame) = self.top() {
            frame.shown = Some(shown);
            frame.tongue = true;
        }
    }

    /// The person was shown the languages: one of them, or words for the open question after all.
    pub(super) fn tongue_chosen(&mut self, heard: Heard<'_>) -> Option<Then<'a>> {
        let asked = self.top().is_some_and(|frame| std::mem::take(&mut frame.tongue));
        if !asked {
            return None;
        }
        let options = self.tongues();
        let n = match heard {
            Heard::Tap(tap) => options.iter().position(|option| option.id == tap.option)?,
            Heard::Text(text) => match self.pick(text, &options)? {
                Picked::Option(n) => n,
                Picked::More | Picked::Back => return None,
            },
            Heard::Sent(_) => return None,
        };
        let code = self.flow()?.languages.get(n)?.clone();
        self.speak(&code);
        Some(Then::Pose)
    }
}
