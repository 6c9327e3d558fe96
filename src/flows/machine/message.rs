//! What the person's words do, in the order in which they are read: STOP and, for one who has stopped, START; a tap; what turns the page; a label, number or ordinal of what
//! was shown; a typed value that uses up the whole text; words understood at any time; a value or an option inside a longer sentence;
//! the start words of other flows; CANCEL, END, QUIT, YES and HELP, where nothing before has taken them for its own.

use super::hear::Heard;
use super::run::Run;
use super::state::Frame;
use super::walk::{Missed, Then, first};
use crate::flows::definition::{Arm, Flow, Line, Spot, To};
use crate::flows::steps::Answered;
use crate::flows::turn::{Fault, Passing, Question};
use crate::flows::understand::fold;
use crate::flows::value::Row;

impl<'a> Run<'a> {
    pub(super) fn message(&mut self, heard: Heard<'_>) -> Option<Question> {
        let said = match heard {
            Heard::Text(text) => fold(text),
            _ => String::new(),
        };
        if let Some(unread) = self.state.unread.take()
            && fold(&unread.key) == said
        {
            self.outbox.go_on(&unread.text);
            return None;
        }
        if self.kept_first(&said) {
            return None;
        }
        if self.state.is_open() && self.open_line().is_none() {
            // The place is not in this revision any more.
            self.faults.push(Fault::Place);
            self.state.stack.clear();
        }
        let Some((line, spot)) = self.open_line() else { return self.begin_flow(heard, &said) };
        if let Some(then) = self.turned(heard, &said).or_else(|| self.tongue_chosen(heard)) {
            return self.walk(then, spot);
        }
        let free = line.step.takes_any_text();
        if free && let Some(meant) = self.anytime_word(&said) {
            return self.anytime(meant, spot);
        }
        self.kept = self.state.stack.last().map(|frame| (frame.at.clone(), frame.wake.clone()));
        let mut then = line.step.receive(self, line, heard);
        if let (Then::Missed(Missed::Unread), Heard::Text(text)) = (&then, heard) {
            let meant = self.anytime_word(&said).or_else(|| if free { None } else { self.anytime_within(&said) });
            if let Some(meant) = meant {
                return self.anytime(meant, spot);
            }
            then = self.within(line, spot, text).unwrap_or(then);
        }
        match then {
            Then::Next | Then::Take(_) => {
                self.count(Passing::Answered);
                self.close_question();
            }
            Then::Missed(Missed::Unread) => {
                if let Some(flow) = self.flow_by_word(&said).filter(|flow| !self.is_running(flow)) {
                    self.clear();
                    return self.start(flow);
                }
                if self.kept_last(&said) {
                    return None;
                }
            }
            _ => {}
        }
        self.walk(then, spot)
    }

    /// Reads an answer inside a longer sentence: the open question's, and in a form those of its other questions too.
    fn within(&mut self, line: &'a Line, spot: Spot, text: &str) -> Option<Then<'a>> {
        let Some(form) = self.form_of(spot) else {
            let answered = line.step.answer_in(self, text)?;
            return Some(line.step.take_answer(self, line, answered.what));
        };
        let mut rest = text.to_owned();
        let (mut open, mut others, mut doubtful) = (None, false, None);
        for question in self.missing_of(form) {
            let Some(answered) = question.step.answer_in(self, &rest) else { continue };
            // No two questions are answered by the same words.
            let blank = " ".repeat(answered.range.len());
            rest.replace_range(answered.range, &blank);
            if question.id == line.id {
                open = Some(line.step.take_answer(self, line, answered.what));
            } else if let Answered::Several(_) = answered.what {
                doubtful = doubtful.or(Some((question, answered.what)));
            } else if goes_on(&question.step.take_answer(self, question, answered.what)) {
                others = true;
            }
        }
        match (open, doubtful) {
            (Some(then), Some((question, what))) if goes_on(&then) => {
                self.close_question();
                if let Some(asking) = question.step.asking() {
                    self.begin(question, asking);
                }
                Some(question.step.take_answer(self, question, what))
            }
            (Some(then), _) => Some(then),
            (None, _) => others.then_some(Then::Pose),
        }
    }

    /// A person without a session: a flow's start words begin it, else the flow for everything else.
    fn begin_flow(&mut self, heard: Heard<'_>, said: &str) -> Option<Question> {
        let flows = &self.set.flows;
        let found = self.flow_by_word(said).or_else(|| flows.iter().find(|flow| flow.start.otherwise));
        let Some(flow) = found else {
            self.faults.push(Fault::Flow);
            return None;
        };
        if let Heard::Tap(_) = heard {
            let stale =
                flow.texts(self.language_code()).map_or_else(|| self.own_texts(), |texts| texts.language).texts.stale;
            self.say_own("stale", stale);
        }
        if let (Some(entry), Some(line)) = (flow.anytime(said), flow.line(first(flow))) {
            self.state.stack.push(Frame { at: line.id.as_str().into(), ..Frame::new(&flow.name, Row::new()) });
            return self.entry((0, flow, &entry.arm), first(flow));
        }
        self.start(flow)
    }

    pub(super) fn flow_by_word(&self, said: &str) -> Option<&'a Flow> {
        if said.is_empty() {
            return None;
        }
        self.set.flows.iter().find(|flow| flow.start.folded.iter().any(|word| word == said))
    }

    pub(super) fn is_running(&self, flow: &Flow) -> bool {
        self.state.stack.iter().any(|frame| frame.flow == flow.name)
    }
}

/// Whether an answer was taken and the next step follows.
fn goes_on(then: &Then<'_>) -> bool {
    matches!(then, Then::Next | Then::Take(Arm { to: To::Next, .. }))
}
