//! Expressions: that every one has a value of the kind its place wants.

use super::Check;
use crate::flows::definition::{Formula, Line};
use crate::flows::expression::{Comparison, Kind, comparable};
use crate::flows::mistake::At;
use crate::flows::ways::BUILT_IN;

impl Check<'_> {
    pub(super) fn expressions(&mut self) {
        let flow = self.flow;
        self.names_mean_one_thing();
        let mut wrong = Vec::new();
        for line in flow.blocks.iter().flat_map(|block| &block.lines) {
            for formula in line.step.formulas() {
                wrong.extend(formula.expression.kind(&self.names).err().map(|cause| (formula, cause)));
            }
            for (kind, formula) in line.step.compared() {
                let found = formula.expression.kind(&self.names).unwrap_or(Kind::Unknown);
                wrong.extend(comparable(Comparison::Less, kind, found).err().map(|cause| (formula, cause)));
            }
            for (formula, wanted) in line.step.wants() {
                let found = formula.expression.kind(&self.names).unwrap_or(Kind::Unknown);
                if !wanted.iter().any(|kind| found.fits(*kind)) {
                    let wanted: Vec<String> = wanted.iter().map(ToString::to_string).collect();
                    wrong.push((formula, format!("here stands {}, not {found}", wanted.join(" or "))));
                }
            }
            for formula in line.step.rules() {
                if let Ok(kind) = formula.expression.kind(&self.names)
                    && !kind.fits(Kind::YesNo)
                {
                    wrong.push((formula, format!("a rule is yes or no, not {kind}")));
                }
            }
            let condition = line.guard.iter().map(|guard| &guard.condition).chain(line.step.condition());
            for formula in condition {
                match formula.expression.kind(&self.names) {
                    Ok(Kind::YesNo | Kind::Unknown) => {}
                    Ok(kind) => wrong.push((formula, format!("a condition is yes or no, not {kind}"))),
                    // A step's own condition stands among its formulas.
                    Err(cause)
                        if line
                            .guard
                            .as_ref()
                            .is_some_and(|guard| std::ptr::eq(&raw const guard.condition, formula)) =>
                    {
                        wrong.push((formula, cause));
                    }
                    Err(_) => {}
                }
            }
        }
        for (formula, cause) in wrong {
            self.wrong_expression(formula, &cause);
        }
    }

    #[track_caller]
    fn wrong_expression(&mut self, formula: &Formula, cause: &str) {
        let known = self.names.list();
        self.add(
            formula.at,
            format!("{cause}: {}", formula.source),
            format!("known here: {known}"),
            "correct the expression",
        );
    }

    /// A name stands for one kind of value, and hides none of the engine's.
    fn names_mean_one_thing(&mut self) {
        let flow = self.flow;
        let lines = || flow.blocks.iter().flat_map(|block| &block.lines);
        let given = |line: &'_ Line, name: &str| line.step.yields().iter().any(|(given, _)| *given == name);
        let known: Vec<(&str, Option<(Kind, Kind)>)> =
            self.names.known.iter().map(|(name, named)| (*name, named.mixed)).collect();
        for (name, mixed) in known {
            let at = |last: bool| {
                let mut found = lines().filter(|line| given(line, name));
                let line = if last { found.next_back() } else { found.next() };
                line.map_or(At { line: 1, column: 1 }, |line| line.at)
            };
            if BUILT_IN.contains(&name) {
                let what = format!("a value cannot be named \"{name}\"");
                self.add(at(false), what, "the engine gives this name itself", "give it another name");
            }
            if let Some((first, second)) = mixed {
                let what = format!("\"{name}\" is a {first} in one place and a {second} in another");
                let cause = format!("first given on line {}", at(false).line);
                self.add(at(true), what, cause, "give one of them another name");
            }
        }
    }
}
