//! Expressions: CEL's grammar without division, remainder, ternary and macros (but for `has`), evaluated totally over our own values.
//!
//! `cel` parses; its tree is turned into [`Expression`], which knows only what may be said, so that `check` can type all of it and the
//! machine can evaluate it without failing on anything that `check` has let pass. Our own evaluator knows money, days and instants as
//! the flow does, and copies nothing it only compares.

mod call_kinds;
mod calls;
mod functions;
mod kinds;
mod read;
mod value;
mod words;

pub(crate) use functions::Function;
pub(crate) use kinds::{Kind, Known, comparable};
pub(crate) use read::read;
pub(crate) use value::Scope;

use super::value::Value;

/// Most nodes one expression may have.
pub(crate) const NODES_MAX: usize = 200;
/// How deep it may nest.
pub(crate) const NESTING_MAX: u16 = 24;
/// Whole numbers stay within plus and minus this.
pub(crate) const WHOLE_MAX: i64 = 1_000_000_000;
/// Most items a list that `append` builds may have.
pub(crate) const LIST_MAX: i64 = 200;

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expression {
    Literal(Value),
    /// A name, then fields of it: `service.label`.
    Path(Vec<String>),
    /// Whether the value is there.
    Has(Vec<String>),
    /// Whether a call finds anything: `has(date_in(input.text))`.
    Given(Box<Self>),
    Not(Box<Self>),
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
    Compare(Comparison, Box<Self>, Box<Self>),
    In(Box<Self>, Vec<Self>),
    /// `"cut" in services`: among the ids of rows, or the lines of a list of texts.
    Within(Box<Self>, Box<Self>),
    /// `matches(text, "pattern")`.
    Matches(Box<Self>, words::Pattern),
    Plus(Box<Self>, Box<Self>),
    Minus(Box<Self>, Box<Self>),
    Times(Box<Self>, Box<Self>),
    Call(Function, Vec<Self>),
    /// A call that may find nothing: it needs a condition that it does, which is told from others by the text of the call.
    Found(Function, Vec<Self>, Vec<String>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// The function's name, if a path stands for a call that may find nothing.
pub(crate) fn call_of(path: &[String]) -> Option<&str> {
    let (name, _) = path.first()?.split_once('(')?;
    Some(name)
}

impl Expression {
    /// Calls `see` with every path in it, and whether the expression can do without the value (`has`, the list of `append`). A call that
    /// may find nothing is a path of one part, see [`call_of`].
    pub(crate) fn paths<'a>(&'a self, see: &mut dyn FnMut(&'a [String], bool)) {
        match self {
            Self::Path(path) => see(path, false),
            Self::Has(path) => see(path, true),
            Self::Found(_, _, call) => see(call, false),
            _ => {}
        }
        for (n, part) in self.parts().into_iter().enumerate() {
            match (self, part) {
                (Self::Call(Function::Append, _), Self::Path(path)) if n == 0 => see(path, true),
                (Self::Given(_), Self::Found(_, arguments, call)) => {
                    see(call, true);
                    for argument in arguments {
                        argument.paths(see);
                    }
                }
                _ => part.paths(see),
            }
        }
    }

    /// The expressions it is made of.
    pub(crate) fn parts(&self) -> Vec<&Self> {
        match self {
            Self::Literal(_) | Self::Path(_) | Self::Has(_) => Vec::new(),
            Self::Given(inner) | Self::Not(inner) | Self::Matches(inner, _) => vec![inner],
            Self::And(left, right)
            | Self::Or(left, right)
            | Self::Compare(_, left, right)
            | Self::Within(left, right)
            | Self::Plus(left, right)
            | Self::Minus(left, right)
            | Self::Times(left, right) => vec![left, right],
            Self::In(left, list) => std::iter::once(&**left).chain(list).collect(),
            Self::Call(_, arguments) | Self::Found(_, arguments, _) => arguments.iter().collect(),
        }
    }
}
