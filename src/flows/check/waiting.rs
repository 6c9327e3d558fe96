//! What a flow waits for: that somebody is there to do it, that no way of it is forgotten, and that its answer finds a door.

use std::collections::HashSet;

use super::Check;
use crate::flows::definition::{Flow, Line};
use crate::flows::environment::ProviderKind;
use crate::flows::expression::{Kind, call_of};
use crate::flows::mistake::did_you_mean;
use crate::flows::operation::Type;
use crate::flows::steps::{Helper, Outcomes};
use crate::flows::turn::{AMOUNT, Channel, JobKind, OUTCOME, PAID, REFERENCE};
use crate::flows::ways::{Edge, START, Target, Ways};

impl Check<'_> {
    pub(super) fn waiting(&mut self) {
        for (_, line) in self.lines() {
            if let Some(helper) = line.step.helper() {
                self.is_configured(line, &helper);
            }
            if let Some(outcomes) = line.step.outcomes() {
                self.each_way_is_handled(line, &outcomes);
            }
            if line.step.waits_without_end() {
                let mend = "add at_most: 10m, say, and late: with a scene or steps";
                self.add(line.at, format!("{} waits without end", line.id), "news may never come", mend);
            }
            // Who does not come where she is awaited is where she was.
            if line.step.waits() && line.step.moves_to().is_none() {
                self.answer_finds_a_door(line);
            }
            if let Some(to) = line.step.moves_to().filter(|to| !self.speaks(*to)) {
                let what = format!("move goes to {}, which is no channel of the flow", to.as_str());
                let cause = format!("channels are {}", self.flow.channels.join(", "));
                self.add(line.at, what, cause, format!("add {} to channels", to.as_str()));
            }
        }
        self.moves_have_a_code_to_dial();
        self.codes_are_unique();
        self.events_are_unique();
        self.payments_are_taken();
        self.ways_on_are_channels();
        self.days_are_the_contacts();
    }

    fn is_configured(&mut self, line: &Line, helper: &Helper<'_>) {
        let environment = &self.set.environment;
        let (known, what, key): (Vec<&str>, _, _) = match helper.kind {
            JobKind::Read => (environment.providers_of(ProviderKind::Read).collect(), "provider that reads", "by"),
            JobKind::Pay => (environment.providers_of(ProviderKind::Pay).collect(), "provider of payments", "by"),
            JobKind::Request => {
                (environment.servers.iter().map(String::as_str).collect(), "server of the tenant", "to")
            }
        };
        if known.contains(&helper.name) {
            return;
        }
        let listed =
            if known.is_empty() { "none is configured".to_owned() } else { format!("there is {}", known.join(", ")) };
        let mend =
            did_you_mean(helper.name, known.iter().copied(), &format!("configure it, or name another with {key}:"));
        self.add(line.at, format!("{}: no {what} is named \"{}\"", line.verb, helper.name), listed, mend);
    }

    fn each_way_is_handled(&mut self, line: &Line, outcomes: &Outcomes<'_>) {
        let named: Vec<&str> = outcomes.handled.iter().map(|(outcome, _)| outcome.as_str()).collect();
        let listed = if named.is_empty() { "none".to_owned() } else { named.join(", ") };
        for outcome in outcomes.known.iter().filter(|outcome| !named.contains(outcome)) {
            let what = format!("{}: outcome \"{outcome}\" is not handled", line.verb);
            let mend = format!("add \"{outcome}:\" with a scene or steps");
            self.add(line.at, what, format!("named here: {listed}"), mend);
        }
        for (outcome, arm) in outcomes.handled.iter().filter(|(outcome, _)| !outcomes.known.contains(&outcome.as_str()))
        {
            let mend = did_you_mean(outcome, outcomes.known.iter().copied(), "remove it");
            let what = format!("{} has no outcome \"{outcome}\"", line.verb);
            self.add(arm.at, what, format!("it has {}", outcomes.known.join(", ")), mend);
        }
    }

    /// A USSD screen is gone when the answer comes.
    fn answer_finds_a_door(&mut self, line: &Line) {
        if self.speaks(Channel::Ussd) && self.flow.head.carry_on.is_empty() {
            let what = format!("{} has no way to go on after a USSD screen", line.verb);
            let mend = "add carry_on: [sms] to the head, or drop ussd from channels";
            self.add(line.at, what, "the screen is gone when what it waits for comes", mend);
        }
    }

    /// Who is to go on by USSD is told what to dial.
    fn moves_have_a_code_to_dial(&mut self) {
        if self.set.flows.iter().any(|flow| flow.start.ussd.is_some()) {
            return;
        }
        let moves: Vec<_> = self
            .lines()
            .filter(|(_, line)| line.step.moves_to() == Some(Channel::Ussd))
            .map(|(_, line)| line.at)
            .collect();
        for at in moves {
            let cause = "no flow begins with a code that could be dialled";
            self.add(at, "move goes to ussd, and nobody can come there", cause, "add ussd: \"*384*77#\" to start, say");
        }
    }

    fn codes_are_unique(&mut self) {
        let Some((at, code)) = &self.flow.start.ussd else { return };
        if !self.speaks(Channel::Ussd) {
            self.add(*at, format!("nobody can dial {code}#"), "ussd is no channel of the flow", "add ussd to channels");
        }
        let same = |flow: &&Flow| flow.start.ussd.as_ref().is_some_and(|(_, other)| other == code);
        if let Some(first) = self.set.flows.iter().find(same).filter(|first| first.name != self.flow.name) {
            let cause = format!("flow {} has it", first.name);
            self.add(*at, format!("the code {code}# begins two flows"), cause, "give one of them another");
        }
        let walked = self.set.flows.iter().find_map(|flow| {
            let (_, begun) = flow.start.ussd.as_ref()?;
            let rest = code.strip_prefix(begun.as_str())?.strip_prefix('*')?;
            let first = rest.split('*').next().and_then(|part| part.parse().ok())?;
            answers(&Ways::of(self.set, flow), first).then_some((&flow.name, begun))
        });
        if let Some((name, begun)) = walked {
            let what = format!("the code {code}# is a walk through flow {name}");
            let cause = format!("{begun}# begins it, and what follows answers its questions");
            self.add(*at, what, cause, "give one of them a code that does not begin with the other's");
        }
    }

    fn events_are_unique(&mut self) {
        for event in &self.flow.start.event {
            let takes = |flow: &&Flow| flow.start.event.iter().any(|other| other.name == event.name);
            if let Some(first) = self.set.flows.iter().find(takes).filter(|first| first.name != self.flow.name) {
                let cause = format!("flow {} begins with it", first.name);
                self.add(event.arm.at, format!("the event {} begins two flows", event.name), cause, "drop one of them");
            }
        }
    }

    /// The events of payments that nobody waits for any more: some step orders them, and they tell what is asked of them.
    fn payments_are_taken(&mut self) {
        let set = self.set;
        let blocks = set.flows.iter().flat_map(|flow| &flow.blocks);
        let helpers = blocks.flat_map(|block| &block.lines).filter_map(|line| line.step.helper());
        let payments: Vec<Helper<'_>> = helpers.filter(|helper| helper.kind == JobKind::Pay).collect();
        for event in &self.flow.start.event {
            let Some(name) = event.name.strip_prefix(PAID) else { continue };
            let orders: Vec<&Helper<'_>> = payments.iter().filter(|helper| helper.step == name).collect();
            if orders.is_empty() {
                let listed: Vec<&str> = payments.iter().map(|helper| helper.step).collect();
                let cause = if listed.is_empty() {
                    "there is no step pay".to_owned()
                } else {
                    format!("there is pay {}", listed.join(", "))
                };
                let mend = did_you_mean(name, listed.iter().copied(), "name a payment that a flow takes");
                self.add(event.arm.at, format!("no payment is named \"{name}\""), cause, mend);
                continue;
            }
            for (given, kind) in &event.gives {
                let fits = match given.as_str() {
                    OUTCOME | REFERENCE => matches!(kind, Type::Text { .. }),
                    AMOUNT => matches!(kind, Type::Money | Type::Whole),
                    other => orders.iter().all(|order| order.arguments.contains(&other)),
                };
                if !fits {
                    let what = format!("payment {name} does not tell {given} as declared");
                    let cause = "it tells outcome and reference as text, amount, and what with names";
                    self.add(event.arm.at, what, cause, "declare what it tells");
                }
            }
        }
    }

    fn ways_on_are_channels(&mut self) {
        let ways = &self.flow.head.carry_on;
        let unknown: Vec<&str> = ways.iter().filter(|way| !self.speaks(**way)).map(|way| way.as_str()).collect();
        let at = self.flow.scenes.first().map_or(crate::flows::mistake::At { line: 1, column: 1 }, |scene| scene.at);
        for way in unknown {
            let cause = format!("channels are {}", self.flow.channels.join(", "));
            self.add(
                at,
                format!("carry_on names {way}, which is no channel of the flow"),
                cause,
                "drop it, or add the channel",
            );
        }
    }

    /// Nothing of a flow is there yet when a day comes.
    fn days_are_the_contacts(&mut self) {
        for day in &self.flow.start.schedule {
            let mut strange = None;
            day.when.expression.paths(&mut |path, _| {
                if call_of(path).is_none() && path.first().is_some_and(|first| first != "contact") {
                    strange = Some(path.join("."));
                }
            });
            if let Some(path) = strange {
                let what = format!("schedule {} reads {path}", day.key);
                self.add(
                    day.when.at,
                    what,
                    "no flow runs when the day comes",
                    "read the contact's own: contact.birthday",
                );
            }
            match day.when.expression.kind(&self.names) {
                Ok(Kind::Date | Kind::DateTime | Kind::Unknown) | Err(_) => {}
                Ok(kind) => {
                    let what = format!("schedule {} is a {kind}", day.key);
                    self.add(day.when.at, what, "it comes on a day or at an instant", "give it a date or an instant");
                }
            }
        }
    }
}

/// Whether a number dialled behind a flow's code answers the first question of the flow.
fn answers(ways: &Ways<'_>, dialled: u16) -> bool {
    let mut open = vec![START];
    let mut seen = HashSet::new();
    while let Some(number) = open.pop() {
        if !seen.insert(number) {
            continue;
        }
        if let Some(step) = ways.line(number).map(|line| &line.step) {
            // A number typed, or that of a row; what a called flow asks first may be either.
            let any = step.rows_from().is_some() || step.digits().is_empty();
            let asks = step.asking().is_some() || step.callee().is_some();
            if asks && (any || step.digits().iter().any(|(digit, _)| *digit == dialled)) {
                return true;
            }
        }
        let begins = |edge: &&Edge<'_>| if number == START { edge.way.is_empty() } else { !edge.asked };
        open.extend(ways.edges_from(number).filter(begins).filter_map(|edge| match edge.to {
            Target::Step(to) => Some(to),
            _ => None,
        }));
    }
    false
}
