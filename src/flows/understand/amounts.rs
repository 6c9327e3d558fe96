//! Amounts of money, and numbers as a question wants them.

use super::numbers::{Amount, ONE, number};
use super::senses::Senses;
use crate::domain::Money;
use crate::domain::money::Currency;
use crate::flows::expression::WHOLE_MAX;
use crate::flows::languages::words::{Marks, Meaning};

/// Where a shilling may come from.
const SHILLINGS: [&str; 3] = ["KES", "TZS", "UGX"];

/// Whole numbers, the likelier first.
pub(super) fn wholes(amount: Amount) -> Vec<i64> {
    let other = amount.other.filter(|other| other % ONE == 0).map(|other| other / ONE);
    let fits = |number: &i64| (-WHOLE_MAX..=WHOLE_MAX).contains(number);
    amount.whole().into_iter().chain(other).filter(fits).collect()
}

/// Decimal numbers in millionths. Where one mark could be either, it is what the language makes of it; else both.
pub(super) fn decimals(amount: Amount, marks: Marks) -> Vec<i64> {
    match (amount.other, amount.mark) {
        (None, _) => vec![amount.millionths],
        (Some(fraction), Some(mark)) if mark == marks.decimal => vec![fraction],
        (Some(_), Some(mark)) if mark == marks.thousands => vec![amount.millionths],
        (Some(other), _) => vec![other, amount.millionths],
    }
}

/// Amounts at a place, the likelier first, whether the text says that they are money, and the place after them.
pub(super) fn money(senses: &Senses<'_>, at: usize) -> Option<(Vec<Money>, bool, usize)> {
    let before = currencies(senses, at);
    let from = before.as_ref().map_or(at, |(_, next)| *next);
    let (amount, next) = number(senses, from)?;
    let after = currencies(senses, next).filter(|_| before.is_none());
    let next = after.as_ref().map_or(next, |(_, next)| *next);
    let named = before.or(after).map(|(currencies, _)| currencies);
    let certain = named.is_some();
    let currencies = named.unwrap_or_else(|| vec![senses.ears.currency]);
    let mut amounts = vec![amount.millionths];
    if amount.of_thousands && !amount.large {
        // "bitanu" alone: five, in the form that counts thousands.
        amounts.insert(0, amount.millionths.checked_mul(1_000)?);
    }
    let all: Vec<Money> = currencies
        .iter()
        .flat_map(|currency| amounts.iter().filter_map(|millionths| in_minor(*millionths, *currency)))
        .collect();
    (!all.is_empty()).then_some((all, certain || amount.large, next))
}

fn currencies(senses: &Senses<'_>, at: usize) -> Option<(Vec<Currency>, usize)> {
    let (codes, next) = senses.pick(at, |meaning| match meaning {
        Meaning::Currency(code) => Some(vec![code]),
        Meaning::Shilling => Some(SHILLINGS.to_vec()),
        _ => None,
    })?;
    // "amafaranga 5000 frw", "USD $5"
    let next = senses
        .pick(next, |meaning| matches!(meaning, Meaning::Currency(code) if codes == [code]).then_some(()))
        .map_or(next, |((), next)| next);
    Some((codes.into_iter().filter_map(Currency::parse).collect(), next))
}

/// `None` if there are fractions of the smallest coin.
fn in_minor(millionths: i64, currency: Currency) -> Option<Money> {
    let coin = ONE / currency.minor_units();
    (millionths % coin == 0).then_some(Money { minor: millionths / coin, currency })
}
