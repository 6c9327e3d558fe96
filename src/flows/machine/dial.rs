//! A dialled USSD code: the flow it begins, and the way it walks there.

use super::hear::Heard;
use super::run::Run;
use super::walk::Then;
use crate::flows::definition::{Flow, Return};
use crate::flows::turn::{Channel, Fault, Passing, Question};
use crate::flows::value::Row;

/// The news that a screen is gone while its question was open.
const HUNG_UP: &str = "hung_up";

impl<'a> Run<'a> {
    /// `*384*77*1*2#` begins the flow whose code is its longest prefix; the rest is walked, an answer a part. Who dials the bare code of a
    /// flow that is open chooses whether to go on: a screen may be lost at any question, and only she knows what she wants now.
    pub(super) fn dial(&mut self, code: &str) -> Option<Question> {
        let begun_by_us = self.state.stack.iter().any(|frame| frame.purpose.is_some());
        self.came_by(self.context.channel);
        self.state.unread = None;
        let found = self.flow_by_code(code);
        let (flow, parts) = found.map_or((None, ""), |(flow, parts)| (Some(flow), parts));
        let other = flow.is_some_and(|flow| !self.is_running(flow));
        if let Some((_, spot)) = self.open_line().filter(|_| self.is_awaited())
            && parts.is_empty()
            && !other
        {
            return if self.is_awaited_here() { self.moved() } else { self.walk(Then::Pose, spot) };
        }
        if begun_by_us && parts.is_empty() && self.open_line().is_some() {
            // The question came by SMS, and this is how she was told to answer it.
            return self.go_on();
        }
        if self.open_line().is_some() && parts.is_empty() && !other {
            return match self.returning().unwrap_or(Return::Ask) {
                Return::GoOn => self.go_on(),
                Return::Ask => self.ask_to_resume(),
                Return::Restart => self.restart(),
            };
        }
        let Some(flow) = flow.or_else(|| self.set.flows.iter().find(|flow| flow.start.otherwise)) else {
            self.faults.push(Fault::Flow);
            return None;
        };
        self.clear();
        self.start(flow).or_else(|| self.walk_parts(parts))
    }

    /// The screen is gone and nothing can be shown: its further pages are dropped, and what was open stays open. A flow may begin with this
    /// news, to say by another door how to go on.
    pub(super) fn hung_up(&mut self) -> Option<Question> {
        self.state.unread = None;
        let asks = self.open_line().is_some_and(|(line, _)| line.step.asking().is_some());
        let begun = self.begins_with(HUNG_UP, &Row::new()).filter(|_| asks && !self.is_with_staff())?;
        self.begin_over(begun)
    }

    /// The flow a code begins, and the rest of the code. A code that no flow has is the business's own: what follows it is walked from
    /// where everything begins.
    fn flow_by_code<'c>(&self, code: &'c str) -> Option<(&'a Flow, &'c str)> {
        self.flow_by_own_code(code).or_else(|| {
            let own = self.context.code.trim_end_matches('#');
            let rest = code.trim().trim_end_matches('#').strip_prefix(own).filter(|_| !own.is_empty())?;
            let flow = self.set.flows.iter().find(|flow| flow.start.otherwise)?;
            (rest.is_empty() || rest.starts_with('*')).then(|| (flow, rest.trim_start_matches('*')))
        })
    }

    fn flow_by_own_code<'c>(&self, code: &'c str) -> Option<(&'a Flow, &'c str)> {
        let dialled = code.trim().trim_end_matches('#');
        let matching = self.set.flows.iter().filter_map(|flow| {
            let (_, own) = flow.start.ussd.as_ref()?;
            let rest = dialled.strip_prefix(own.as_str())?;
            (rest.is_empty() || rest.starts_with('*')).then_some((flow, own.len(), rest.trim_start_matches('*')))
        });
        matching.max_by_key(|(_, length, _)| *length).map(|(flow, _, rest)| (flow, rest))
    }

    /// Each part answers the question that is then open, and only what follows the last one is said. A part that cannot be read ends the
    /// walk: the question stands as it is.
    fn walk_parts(&mut self, parts: &str) -> Option<Question> {
        for part in parts.split('*').filter(|part| !part.is_empty()) {
            let Some((line, spot)) = self.open_line() else { break };
            if line.step.asking().is_none() || self.shown().is_none() {
                break;
            }
            let then = line.step.receive(self, line, Heard::Text(part));
            if matches!(then, Then::Missed(_) | Then::Rest) {
                break;
            }
            self.outbox.clear();
            if matches!(then, Then::Next | Then::Take(_)) {
                self.count(Passing::Answered);
                self.close_question();
            }
            if let Some(question) = self.walk(then, spot) {
                return Some(question);
            }
        }
        None
    }

    /// The person has come by the door of this channel.
    pub(super) fn came_by(&mut self, channel: Channel) {
        self.state.quiet_until = None;
        self.state.via = Some(channel);
        for frame in &mut self.state.stack {
            frame.purpose = None;
        }
    }
}
