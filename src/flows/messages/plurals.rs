//! By which keywords a number chooses among variants.
//!
//! Fluent chooses by `intl_pluralrules`, which has the rules of CLDR 37; a test holds them to ICU4X's.

use unic_langid::LanguageIdentifier;

use crate::flows::languages::language;

/// The locale by whose rules a language's bundle chooses.
///
/// CLDR has no rule for Kinyarwanda, so that every number is `other`; for a language it does not know Fluent would take the English rule,
/// and Japanese has the wanted one.
pub(super) fn locale(code: &str) -> LanguageIdentifier {
    let code = if language(code).code == "rw" { "ja" } else { code };
    code.parse().unwrap_or_default()
}

/// The keywords that whole numbers choose in a language: counted (one, two, three), or ranked (first, second, third).
pub(crate) fn categories(code: &str, ordinal: bool) -> &'static [&'static str] {
    match (language(code).code, ordinal) {
        ("rw", _) | ("sw", true) => &["other"],
        ("en", true) => &["one", "two", "few", "other"],
        _ => &["one", "other"],
    }
}
