//! Message ids as message centres write them: the same number comes in hexadecimal with the answer to a submit and in decimal with the
//! receipt, or the other way round, with zeros before it or without, in capitals or not.
//!
//! [`normal`] is what is kept of an id, [`forms`] under what else it may have been kept. Both ways lead to each other: an id is among the forms
//! of each of its forms.

/// Longer ids are no numbers of anybody's.
const DIGITS_MAX: usize = 32;

/// One way to write an id: small letters, no spaces around it, and no zeros before a number.
pub fn normal(id: &str) -> String {
    let id = id.trim().to_ascii_lowercase();
    if !is_number(&id) {
        return id;
    }
    let digits = id.trim_start_matches('0');
    if digits.is_empty() { "0".to_owned() } else { digits.to_owned() }
}

/// The normal forms an id may have been kept under, the likeliest first: as it is, then read as decimal and written as hexadecimal, then
/// the other way round. One to three, no two alike.
pub fn forms(id: &str) -> Vec<String> {
    let normal = normal(id);
    let mut forms = Vec::with_capacity(3);
    if is_number(&normal) {
        forms.extend(normal.parse::<u128>().ok().map(|number| format!("{number:x}")));
        forms.extend(u128::from_str_radix(&normal, 16).ok().map(|number| number.to_string()));
    }
    forms.insert(0, normal);
    let mut seen: Vec<String> = Vec::with_capacity(3);
    for form in forms {
        if !seen.contains(&form) {
            seen.push(form);
        }
    }
    seen
}

fn is_number(id: &str) -> bool {
    (1..=DIGITS_MAX).contains(&id.len()) && id.bytes().all(|digit| digit.is_ascii_hexdigit())
}
