//! How many SMS a text fills, and the parts in which a phone would send it (3GPP TS 23.040, section 9.2.3.24.1).

use crate::sandbox::ussd::gsm;

/// Segments and the name of the encoding.
pub(super) fn count(text: &str) -> (usize, &'static str) {
    (split(text).len(), if is_gsm(text) { "GSM-7" } else { "UCS-2" })
}

pub(super) fn is_gsm(text: &str) -> bool {
    gsm::septets(text).is_ok()
}

pub(super) fn split(text: &str) -> Vec<String> {
    let gsm = is_gsm(text);
    let size = |letter: char| match gsm::septets(letter.encode_utf8(&mut [0; 4])) {
        Ok(septets) if gsm => septets,
        _ => letter.len_utf16(),
    };
    let (alone, part) = if gsm { (160, 153) } else { (70, 67) };
    let all: usize = text.chars().map(size).sum();
    let most = if all <= alone { alone } else { part };
    let mut parts = vec![String::new()];
    let mut used = 0;
    for letter in text.chars() {
        if used + size(letter) > most {
            parts.push(String::new());
            used = 0;
        }
        used += size(letter);
        if let Some(last) = parts.last_mut() {
            last.push(letter);
        }
    }
    parts
}
