//! The person's number, in the forms gateways write it: `+250…`, `250…`, `00250…`, and `0780…` where the gateway's country is known.

use phonenumber::country::Id as Country;

use crate::domain::Phone;

/// Shorter digits without `+` are not taken for a number with its country code.
const INTERNATIONAL_DIGITS_MIN: usize = 10;

/// `None` for what is no phone number in these forms, such as a dialled code.
pub(super) fn read(text: &str, country: Option<Country>) -> Option<Phone> {
    let text = text.trim();
    if let Some(digits) = text.strip_prefix('+').or_else(|| text.strip_prefix("00")) {
        return Phone::parse(&format!("+{digits}")).ok();
    }
    let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')')).collect();
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let Some(country) = country else { return Phone::from_digits(&digits).ok() };
    valid(Some(country), &digits).or_else(|| valid(None, &format!("+{digits}"))).or_else(|| {
        // A range too new for the tables must not keep its people out.
        Phone::from_digits(&digits).ok().filter(|_| digits.len() >= INTERNATIONAL_DIGITS_MIN)
    })
}

fn valid(country: Option<Country>, digits: &str) -> Option<Phone> {
    let number = phonenumber::parse(country, digits).ok()?;
    let written = number.format().mode(phonenumber::Mode::E164).to_string();
    number.is_valid().then(|| Phone::parse(&written).ok()).flatten()
}
