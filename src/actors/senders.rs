//! From whom a text message comes: a name or number of its own for each country, where the account has one.

use super::accounts::Account;
use crate::domain::Phone;

/// The sender of an account's messages to this phone: that of the longest calling code the number begins with, else the account's own number.
pub fn sender_for<'a>(account: &'a Account, to: &Phone) -> &'a str {
    let matching = account.senders.iter().filter(|(code, _)| to.digits().starts_with(code.as_str()));
    match matching.max_by_key(|(code, _)| code.len()) {
        Some((_, sender)) => sender,
        None => own_number(&account.external_id),
    }
}

/// The number in an account's name, which is `<gateway> <number>`.
fn own_number(external_id: &str) -> &str {
    external_id.split_once(' ').map_or(external_id, |(_, number)| number)
}
