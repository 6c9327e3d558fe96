//! People's numbers as companies write them, made one.

use crate::domain::{Phone, Sender};

pub(super) use crate::domain::sender_number as number;

/// A person's phone, with or without its `+`. `None` for what is no international number, such as a company's name.
pub(super) fn phone(text: &str) -> Option<Phone> {
    let text = text.trim();
    Phone::from_digits(text.strip_prefix('+').unwrap_or(text)).ok()
}

/// Who wrote; without an address if it is no phone.
pub(super) fn sender(text: &str) -> Sender {
    Sender { phone: phone(text), ..Sender::default() }
}
