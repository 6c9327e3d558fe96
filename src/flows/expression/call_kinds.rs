//! The kinds of function calls.

use super::{Comparison, Expression, Function, Kind, Known, LIST_MAX, comparable};
use crate::flows::value::Value;

impl Function {
    pub(super) fn kind(self, arguments: &[Expression], known: &dyn Known) -> Result<Kind, String> {
        let kind_of = |n: usize| arguments.get(n).map_or(Ok(Kind::Unknown), |argument| argument.kind(known));
        let want = |n: usize, kind: Kind, what: &str| {
            if kind_of(n)?.fits(kind) { Ok(()) } else { Err(format!("{what} is a {kind}")) }
        };
        let one_of = |n: usize, kinds: &[Kind], what: &str| {
            let found = kind_of(n)?;
            if kinds.iter().any(|kind| found.fits(*kind)) { Ok(()) } else { Err(format!("{what}, not a {found}")) }
        };
        match self {
            Self::InDays => want(0, Kind::Whole, "the number of days").map(|()| Kind::Date),
            Self::InMinutes => want(0, Kind::Whole, "the number of minutes").map(|()| Kind::DateTime),
            Self::Days => want(0, Kind::Whole, "the number of days").map(|()| Kind::Duration),
            Self::Hours => want(0, Kind::Whole, "the number of hours").map(|()| Kind::Duration),
            Self::Minutes => want(0, Kind::Whole, "the number of minutes").map(|()| Kind::Duration),
            Self::Weekday => {
                one_of(0, &[Kind::Date, Kind::DateTime], "weekday takes a date or an instant").map(|()| Kind::Whole)
            }
            Self::Hour => {
                one_of(0, &[Kind::Time, Kind::DateTime], "hour takes a time or an instant").map(|()| Kind::Whole)
            }
            Self::DateOf => want(0, Kind::DateTime, "what has a date").map(|()| Kind::Date),
            Self::TimeOf => want(0, Kind::DateTime, "what has a time").map(|()| Kind::Time),
            Self::Append => {
                want(0, Kind::Texts, "what append adds to")?;
                want(1, Kind::Text, "what append adds")?;
                match arguments.get(2) {
                    Some(Expression::Literal(Value::Whole(longest))) if (1..=LIST_MAX).contains(longest) => {
                        Ok(Kind::Texts)
                    }
                    _ => Err(format!("append's last value is a literal between 1 and {LIST_MAX}")),
                }
            }
            Self::Contains
            | Self::StartsWith
            | Self::EndsWith
            | Self::HasAnyWord
            | Self::HasAllWords
            | Self::HasPhrase
            | Self::OnlyPhrase => {
                want(0, Kind::Text, "what is looked through")?;
                want(1, Kind::Text, "what is looked for")?;
                Ok(Kind::YesNo)
            }
            Self::Lower | Self::Upper => want(0, Kind::Text, "what has letters").map(|()| Kind::Text),
            Self::Words => want(0, Kind::Text, "what has words").map(|()| Kind::Texts),
            Self::Size => {
                one_of(0, &[Kind::Text, Kind::Rows, Kind::Texts], "size takes a text or a list").map(|()| Kind::Whole)
            }
            Self::NumberIn | Self::DateIn | Self::TimeIn | Self::PhoneIn | Self::EmailIn => {
                want(0, Kind::Text, "what is looked through")?;
                let kind = self.looks_for().map_or(Kind::Unknown, crate::flows::understand::Wanted::kind);
                let otherwise = kind_of(1)?;
                let fits = otherwise.fits(kind) || (kind == Kind::Decimal && otherwise == Kind::Whole);
                if fits { Ok(kind) } else { Err(format!("what stands in its place is a {kind}")) }
            }
            Self::Tagged => match arguments.first() {
                Some(Expression::Literal(Value::Text(_))) => Ok(Kind::YesNo),
                _ => Err("tagged takes a tag in quotes".to_owned()),
            },
            Self::Min | Self::Max => {
                let (left, right) = (kind_of(0)?, kind_of(1)?);
                comparable(Comparison::Less, left, right)?;
                // Of two numbers of different kinds either may come out.
                Ok(if left == right { left } else { Kind::Unknown })
            }
        }
    }
}
