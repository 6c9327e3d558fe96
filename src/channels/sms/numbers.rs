//! Numbers as companies write them, made one.

use crate::domain::{Phone, Sender};

/// Shorter ones are short codes.
const E164_DIGITS_MIN: usize = 8;

/// The name of a sender or receiver: an international number with its `+`, whether it came with it or not; a short code or word as it is.
pub fn number(text: &str) -> String {
    let text = text.trim();
    let digits = text.strip_prefix('+').unwrap_or(text);
    let international = digits.len() >= E164_DIGITS_MIN && digits.bytes().all(|byte| byte.is_ascii_digit());
    if international { format!("+{digits}") } else { text.to_owned() }
}

/// A person's phone, with or without its `+`. `None` for what is no international number, such as a company's name.
pub(super) fn phone(text: &str) -> Option<Phone> {
    let text = text.trim();
    Phone::from_digits(text.strip_prefix('+').unwrap_or(text)).ok()
}

/// Who wrote; without an address if it is no phone.
pub(super) fn sender(text: &str) -> Sender {
    Sender { phone: phone(text), ..Sender::default() }
}
