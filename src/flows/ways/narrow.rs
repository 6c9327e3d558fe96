//! What a condition tells of the values it speaks of, and which values an expression cannot do without.

use super::Gift;
use crate::flows::definition::{Formula, Line};
use crate::flows::expression::Expression;

/// A name, then fields of it.
pub(crate) type Path<'f> = &'f [String];

/// The paths that have a value when the condition holds, and when it does not.
pub(crate) fn known_by(condition: &Expression) -> (Vec<Path<'_>>, Vec<Path<'_>>) {
    match condition {
        Expression::Has(path) => (vec![path], Vec::new()),
        Expression::Given(inner) => match &**inner {
            Expression::Found(_, _, call) => (vec![call], Vec::new()),
            _ => (Vec::new(), Vec::new()),
        },
        Expression::Not(inner) => {
            let (holds, fails) = known_by(inner);
            (fails, holds)
        }
        Expression::And(left, right) => {
            let ((left_holds, left_fails), (right_holds, right_fails)) = (known_by(left), known_by(right));
            (both(left_holds, right_holds), shared(left_fails, &right_fails))
        }
        Expression::Or(left, right) => {
            let ((left_holds, left_fails), (right_holds, right_fails)) = (known_by(left), known_by(right));
            (shared(left_holds, &right_holds), both(left_fails, right_fails))
        }
        _ => (Vec::new(), Vec::new()),
    }
}

fn both<'f>(left: Vec<Path<'f>>, right: Vec<Path<'f>>) -> Vec<Path<'f>> {
    left.into_iter().chain(right).collect()
}

fn shared<'f>(left: Vec<Path<'f>>, right: &[Path<'f>]) -> Vec<Path<'f>> {
    left.into_iter().filter(|path| right.contains(path)).collect()
}

/// Calls `see` with every path an expression must have a value for, and the paths its own conditions have shown to have one.
pub(crate) fn musts<'f>(
    expression: &'f Expression,
    known: &mut Vec<Path<'f>>,
    see: &mut dyn FnMut(Path<'f>, &[Path<'f>]),
) {
    match expression {
        Expression::Not(inner) => musts(inner, known, see),
        Expression::And(left, right) | Expression::Or(left, right) => {
            musts(left, known, see);
            let (holds, fails) = known_by(left);
            let before = known.len();
            known.extend(if matches!(expression, Expression::And(..)) { holds } else { fails });
            musts(right, known, see);
            known.truncate(before);
        }
        other => other.paths(&mut |path, without| {
            if !without {
                see(path, known);
            }
        }),
    }
}

/// What one step's expressions need: each formula with the names the step itself has given before it.
pub(crate) struct Uses<'f> {
    pub formula: &'f Formula,
    pub given: Vec<Gift<'f>>,
}

/// A step's formulas, but those whose value may be missing (an operation's optional inputs).
pub(crate) fn uses<'f>(line: &'f Line, optional: &dyn Fn(&str) -> bool) -> Vec<Uses<'f>> {
    let own = || line.step.yields().into_iter().map(|(name, _)| Gift { name, fields: None });
    let formulas = line.step.formulas().into_iter();
    if line.step.gives_in_turn() {
        return formulas.enumerate().map(|(n, formula)| Uses { formula, given: own().take(n).collect() }).collect();
    }
    let asks = line.step.asking().is_some();
    let left_out = |formula: &Formula| {
        let with = line.step.operation().map(|operation| operation.with);
        with.into_iter().flatten().any(|(name, input)| std::ptr::eq(input, formula) && optional(name))
    };
    formulas
        .filter(|formula| !left_out(formula))
        .map(|formula| Uses { formula, given: if asks { own().collect() } else { Vec::new() } })
        .collect()
}
