//! Dialled codes: the form people dial them in, and what stands behind one.

/// `*384*77#` of `384*77`, `*384*77`, `*384*77#`. A name that nobody dials, as some gateways have, stays as it is.
pub(super) fn code(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() || !dialable(text) {
        return text.to_owned();
    }
    let start = if text.starts_with(['*', '#']) { "" } else { "*" };
    let end = if text.ends_with('#') { "" } else { "#" };
    format!("{start}{text}{end}")
}

/// What follows the code: `1*2` of `*384*77*1*2#`, `384*77*1*2` or `*384*77*1*2`. `None` if the text does not begin with it.
pub(super) fn behind<'t>(text: &'t str, code: &str) -> Option<&'t str> {
    let text = text.trim();
    let stem = code.trim_start_matches('*').trim_end_matches('#');
    let rest = text.strip_prefix('*').unwrap_or(text).strip_prefix(stem)?;
    let rest = rest.strip_suffix('#').unwrap_or(rest);
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('*') }
}

/// The text as it was dialled behind a code; empty for what no keypad dials.
pub(super) fn rest(text: &str) -> String {
    let text = text.trim();
    let text = text.strip_suffix('#').unwrap_or(text).trim_matches('*');
    if dialable(text) { text.to_owned() } else { String::new() }
}

fn dialable(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'*' | b'#'))
}
