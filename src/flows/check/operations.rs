//! Operations and called flows: their inputs, and where each outcome goes.

use super::Check;
use crate::flows::definition::{Arm, Formula, Line};
use crate::flows::expression::Kind;
use crate::flows::mistake::did_you_mean;
use crate::flows::operation::{OperationKind, Signature, Type};
use crate::flows::steps::{Callee, Operation};

impl Check<'_> {
    pub(super) fn operations(&mut self) {
        for (_, line) in self.lines() {
            if let Some(operation) = line.step.operation() {
                self.operation(line, &operation);
            }
            if let Some(callee) = line.step.callee() {
                self.callee(line, &callee);
            }
        }
        self.rows_have_a_source();
    }

    fn operation(&mut self, line: &Line, operation: &Operation<'_>) {
        let Operation { name, with, outcomes, empty, question, .. } = *operation;
        let verb = line.verb;
        let Some(signature) = self.set.signatures.get(name).copied() else {
            let mend = did_you_mean(name, self.set.signatures.keys().copied(), "name one that exists");
            self.add(line.at, format!("no operation \"{name}\""), format!("{verb} asks for it"), mend);
            return;
        };
        if question != (signature.kind == OperationKind::Question) {
            let (is, write) = if question { ("a command", "do") } else { ("a question", "find") };
            self.add(
                line.at,
                format!("{name} is {is}"),
                format!("{verb} takes the other kind"),
                format!("write {write}: {name}"),
            );
            return;
        }
        let inputs: Vec<Input<'_>> =
            signature.inputs.iter().map(|field| (field.name, field.kind.into(), field.optional)).collect();
        self.inputs(line, name, &inputs, with);
        if question {
            let rows = signature.outcomes.iter().any(|outcome| matches!(outcome.yields, Some(Type::Rows { .. })));
            if rows && empty.is_none() {
                let mend = "add empty: with a scene or steps";
                self.add(line.at, format!("find {name}: an empty list is not handled"), "it may find nothing", mend);
            }
            return;
        }
        self.command_outcomes(line, &signature, outcomes);
    }

    fn command_outcomes(&mut self, line: &Line, signature: &Signature, outcomes: &[(String, Arm)]) {
        let known: Vec<&str> = signature.outcomes.iter().map(|outcome| outcome.name).collect();
        if outcomes.is_empty() && known.len() == 1 {
            return;
        }
        self.outcomes(line, signature.name, &known, outcomes);
    }

    fn callee(&mut self, line: &Line, callee: &Callee<'_>) {
        let Some(flow) = self.set.flow(callee.flow) else {
            let mend = did_you_mean(
                callee.flow,
                self.set.by_name.keys().map(String::as_str),
                "add it, or name one that exists",
            );
            self.add(line.at, format!("no flow \"{}\"", callee.flow), "call goes there", mend);
            return;
        };
        let inputs: Vec<Input<'_>> =
            flow.takes.iter().map(|(name, kind)| (name.as_str(), Kind::from(*kind), false)).collect();
        self.inputs(line, callee.flow, &inputs, callee.with);
        let known: Vec<&str> = flow.ends.iter().map(|(name, _)| name.as_str()).collect();
        // With one way out there is nothing to tell apart.
        if known.len() > 1 || !callee.outcomes.is_empty() {
            self.outcomes(line, callee.flow, &known, callee.outcomes);
        }
    }

    fn inputs(&mut self, line: &Line, name: &str, inputs: &[Input<'_>], with: &[(String, Formula)]) {
        let verb = line.verb;
        for (input, _, _) in
            inputs.iter().filter(|(input, _, optional)| !optional && !with.iter().any(|(given, _)| given == input))
        {
            self.add(
                line.at,
                format!("{verb} {name} needs \"{input}\""),
                "with does not give it",
                format!("add {input}: to with"),
            );
        }
        for (given, formula) in with {
            let Some((_, wanted, _)) = inputs.iter().find(|(input, _, _)| input == given) else {
                let mend = did_you_mean(given, inputs.iter().map(|(input, _, _)| *input), "remove it");
                self.add(formula.at, format!("{verb} {name} takes no \"{given}\""), "with gives it", mend);
                continue;
            };
            match formula.expression.kind(&self.names) {
                Ok(kind) if !kind.fits(*wanted) => {
                    let cause = format!("{given} is a {wanted}");
                    self.add(
                        formula.at,
                        format!("{verb} {name}: {} is a {kind}", formula.source),
                        cause,
                        "give it the value it wants",
                    );
                }
                _ => {}
            }
        }
    }

    fn outcomes(&mut self, line: &Line, name: &str, known: &[&str], handled: &[(String, Arm)]) {
        let verb = line.verb;
        let named: Vec<&str> = handled.iter().map(|(outcome, _)| outcome.as_str()).collect();
        let listed = if named.is_empty() { "none".to_owned() } else { named.join(", ") };
        for outcome in known.iter().filter(|outcome| !named.contains(outcome)) {
            let what = format!("{verb} {name}: outcome \"{outcome}\" is not handled");
            self.add(
                line.at,
                what,
                format!("named here: {listed}"),
                format!("add \"{outcome}:\" with a scene or steps"),
            );
        }
        for (outcome, arm) in
            handled.iter().filter(|(outcome, _)| outcome != "unavailable" && !known.contains(&outcome.as_str()))
        {
            let mend = did_you_mean(outcome, known.iter().copied(), "remove it");
            self.add(
                arm.at,
                format!("{verb} {name} has no outcome \"{outcome}\""),
                format!("it has {}", known.join(", ")),
                mend,
            );
        }
    }

    fn rows_have_a_source(&mut self) {
        for (_, line) in self.lines() {
            let Some(from) = line.step.rows_from() else { continue };
            match self.names.known.get(from).map(|named| named.kind) {
                Some(Kind::Rows | Kind::Unknown) => {}
                Some(Kind::Texts) if line.step.takes_texts() => {}
                Some(kind) => self.add(
                    line.at,
                    format!("{} cannot take rows from \"{from}\"", line.verb),
                    format!("it is a {kind}"),
                    "name a list of rows",
                ),
                None => {
                    let mend = did_you_mean(from, self.names.known.keys().copied(), "find it before");
                    self.add(
                        line.at,
                        format!("{} has no rows: nothing is named \"{from}\"", line.verb),
                        "from names them",
                        mend,
                    );
                }
            }
        }
    }
}

/// An input's name, kind, and whether it may be left out.
type Input<'a> = (&'a str, Kind, bool);
