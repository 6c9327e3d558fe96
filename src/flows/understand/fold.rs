//! Makes words comparable: case, accents, spaces and outer punctuation do not count.

/// The folded form of a text.
pub(crate) fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        for c in word.chars() {
            match c {
                '\u{2019}' | '`' => out.push('\''),
                _ => c.to_lowercase().for_each(|c| plain(c, &mut out)),
            }
        }
    }
    let inner = out.trim_matches(|c: char| !c.is_alphanumeric());
    if inner.is_empty() { out } else { inner.to_owned() }
}

/// The letters of our languages without their marks.
pub(super) fn plain(c: char, out: &mut String) {
    let letter = match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => 'a',
        'è' | 'é' | 'ê' | 'ë' => 'e',
        'ì' | 'í' | 'î' | 'ï' => 'i',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' => 'o',
        'ù' | 'ú' | 'û' | 'ü' => 'u',
        'ç' => 'c',
        'ñ' => 'n',
        'ÿ' => 'y',
        'œ' => {
            out.push_str("oe");
            return;
        }
        // Combining marks, as some keyboards send them.
        '\u{300}'..='\u{36f}' => return,
        other => other,
    };
    out.push(letter);
}
