//! The ways off the straight one: unreadable answers, operations out of order, a shut window, a used-up budget.

use super::TRIES;
use super::run::Run;
use super::walk::{Missed, Then};
use crate::flows::definition::{Arm, Head, Spot};
use crate::flows::languages::Language;
use crate::flows::messages::written;
use crate::flows::turn::{Fault, Passing};
use crate::flows::value::Value;

impl<'a> Run<'a> {
    /// The nearest head on the stack that has such an arm; flows above it are left.
    pub(super) fn head_arm(&mut self, of: impl Fn(&'a Head) -> Option<&'a Arm>) -> Option<&'a Arm> {
        let set = self.set;
        let depth = self
            .state
            .stack
            .iter()
            .rposition(|frame| set.flow(&frame.flow).is_some_and(|flow| of(&flow.head).is_some()))?;
        let arm =
            self.state.stack.get(depth).and_then(|frame| set.flow(&frame.flow)).and_then(|flow| of(&flow.head))?;
        self.state.stack.truncate(depth + 1);
        Some(arm)
    }

    /// Whether no open flow has a way of its own for what cannot be delivered.
    pub(super) fn may_fall_back(&self) -> bool {
        !self.state.minds_undelivered(self.set)
    }

    fn take_head(&mut self, arm: &'a Arm, here: &mut Spot) -> Then<'a> {
        if let Some((_, spot)) = self.open_line() {
            *here = spot;
        }
        self.take(arm, here)
    }

    pub(super) fn unavailable(&mut self, own: Option<&'a Arm>, here: &mut Spot) -> Then<'a> {
        self.faults.push(Fault::Unavailable);
        if let Some(arm) = own {
            return self.take(arm, here);
        }
        match self.head_arm(|head| head.unavailable.as_ref()) {
            Some(arm) => self.take_head(arm, here),
            None => self.give_up(),
        }
    }

    /// Nothing says how to go on.
    fn give_up(&mut self) -> Then<'a> {
        let words = self.own_texts();
        self.say_own("trouble", words.texts.trouble);
        self.clear();
        Then::Rest
    }

    pub(super) fn shut(&mut self, own: Option<&'a Arm>, here: &mut Spot) -> Then<'a> {
        if let Some(arm) = own {
            return self.take(arm, here);
        }
        let asks = self.flow().and_then(|flow| flow.line(*here)).is_some_and(|line| line.step.asking().is_some());
        if !asks {
            // What is only said is left out; the question that follows decides.
            return Then::Next;
        }
        if !self.undeliverable {
            self.undeliverable = true;
            if let Some(arm) = self.head_arm(|head| head.undeliverable.as_ref()) {
                return self.take_head(arm, here);
            }
        }
        Then::Rest
    }

    pub(super) fn missed(&mut self, missed: &Missed, here: Spot) -> Then<'a> {
        let Some((line, _)) = self.open_line() else { return Then::Rest };
        if line.step.waits() {
            self.meanwhile(line);
            return Then::Rest;
        }
        let Some(asking) = line.step.asking() else { return Then::Rest };
        self.doubt(Vec::new());
        if std::mem::take(&mut self.came_back) {
            return self.pose(here, None, 0);
        }
        let page = self.shown().map_or(0, |shown| shown.page);
        if let Missed::Stale = missed {
            return self.pose(here, Some(self.own_texts().texts.stale.to_owned()), page);
        }
        let limit = asking.tries.or_else(|| self.flow().and_then(|flow| flow.head.tries)).unwrap_or(TRIES);
        let tries = self.top().map_or(0, |frame| {
            frame.tries = frame.tries.saturating_add(1);
            frame.tries
        });
        self.count(Passing::Reasked);
        if tries >= limit {
            if let Some(arm) = &asking.stuck {
                self.count(Passing::Left);
                self.close_question();
                return Then::Take(arm);
            }
            if let Some(arm) = self.head_arm(|head| head.stuck.as_ref()) {
                self.close_question();
                return Then::Take(arm);
            }
        }
        let lead = self.lead(&asking.message, missed, tries);
        self.pose(here, Some(lead), page)
    }

    /// What stands before a question that is asked again.
    fn lead(&self, message: &str, missed: &Missed, tries: u8) -> String {
        let words = self.own_texts();
        let again = || self.text(&format!("{message}.again")).unwrap_or_else(|| words.texts.again.to_owned());
        match missed {
            Missed::Low(low) => self.limit(message, "low", low, words.texts.low, words),
            Missed::High(high) => self.limit(message, "high", high, words.texts.high, words),
            Missed::Rule(rule) => self.text(&format!("{message}.{rule}")).unwrap_or_else(again),
            Missed::Unread if tries > 1 => self.text(&format!("{message}.again-{tries}")).unwrap_or_else(again),
            Missed::Unread | Missed::Stale => again(),
        }
    }

    fn limit(&self, message: &str, name: &str, value: &Value, own: &str, words: &Language) -> String {
        self.text_with(&format!("{message}.{name}"), Some((name, value)))
            .unwrap_or_else(|| own.replace(&format!("{{{name}}}"), &written(value, words, self.context.zone)))
    }

    /// Takes `unavailable` once; the second time the session ends.
    pub(super) fn spent(&mut self, here: &mut Spot) -> Then<'a> {
        self.faults.push(Fault::Budget);
        self.outbox.clear();
        self.steps = 0;
        if std::mem::replace(&mut self.spent, true) {
            return self.give_up();
        }
        self.unavailable(None, here)
    }
}
