//! Steps that wait for something other than an answer: how they begin to rest, what is said meanwhile, and which timers count.

use chrono::Duration;

use super::notes::Wake;
use super::run::Run;
use super::walk::Then;
use crate::domain::Timestamp;
use crate::flows::definition::{Line, Spot};
use crate::flows::turn::{JobKind, JobOrder, Passing};
use crate::flows::value::Row;

impl<'a> Run<'a> {
    /// The session rests at this step, until the instant if there is one. An `again` of the same step keeps its timer.
    pub(crate) fn begin_rest(&mut self, line: &Line, until: Option<Timestamp>) {
        let wake = match self.kept.take() {
            Some((at, wake)) if at == line.id => wake,
            _ => until.into_iter().map(|at| Wake { at, after_s: 0 }).collect(),
        };
        self.rest_at(line);
        if let Some(frame) = self.top() {
            frame.tries = 0;
            frame.wake = wake;
            frame.job = None;
        }
        self.count(Passing::Entered);
    }

    /// Says a message that a flow may do without. One that cannot leave by a shut window is left out.
    pub(crate) fn say_if_there(&mut self, message: &str, template: Option<&str>) {
        if self.texts().is_some_and(|texts| texts.has(message)) {
            self.say(message, template);
        }
    }

    /// She is called back: the session is over.
    pub(crate) fn call_back(&mut self, message: &str) {
        let key = format!("{message}.call_back");
        match self.text(&key) {
            Some(text) => self.say_own(&key, &text),
            None => self.say_own("call_back", self.own_texts().texts.call_back),
        }
        self.clear();
    }

    /// What a person is told who speaks to a step that waits.
    pub(super) fn meanwhile(&mut self, line: &Line) {
        if line.step.is_with_staff() {
            return;
        }
        let needs = line.step.needs();
        let message = needs.first().map_or("", |needs| needs.message.as_str());
        let key = format!("{message}.meanwhile");
        match self.text(&key) {
            Some(text) => self.say_own(&key, &text),
            None => self.say_own("meanwhile", self.own_texts().texts.meanwhile),
        }
    }

    /// Orders work outside the conversation, for which the open step waits.
    pub(crate) fn order(&mut self, kind: JobKind, step: &str, name: &str, arguments: Row, at_most_s: u32) {
        let number = self.state.jobs.wrapping_add(1);
        self.state.jobs = number;
        if let Some(frame) = self.top() {
            frame.job = Some(number);
        }
        let deadline = self.context.now.checked_add_signed(Duration::seconds(i64::from(at_most_s)));
        let deadline = deadline.unwrap_or(self.context.now);
        let (step, name) = (step.to_owned(), name.to_owned());
        self.jobs.push(JobOrder { number, step, kind, name, arguments, deadline });
    }

    /// Whether a timer counts now. Beneath something that came in between silences sleep; the time of a step that waits does not.
    pub(super) fn is_awake(&self, depth: usize, wake: &Wake) -> bool {
        let cover = self.state.stack.iter().rposition(|frame| frame.over);
        wake.after_s == 0 || cover.is_none_or(|cover| depth >= cover)
    }

    /// What came in between is over: the question beneath is asked again, and its silences begin anew.
    pub(super) fn uncover(&mut self, here: &mut Spot) -> Then<'a> {
        let Some((line, spot)) = self.open_line() else { return Then::Rest };
        *here = spot;
        if let Some(asking) = line.step.asking().filter(|_| !line.step.waits()) {
            let wake = self.silences_of(asking);
            if let Some(frame) = self.top() {
                frame.wake = wake;
            }
        }
        self.ask_again()
    }
}
