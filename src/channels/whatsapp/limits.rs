//! Every limit of a message in one table. Going over one makes Meta reject the whole message, so the renderer stays within all of them.
//!
//! Meta does not say what a character is. Counting UTF-16 units is safe whatever it means, and cutting between graphemes keeps letters whole.

use unicode_segmentation::UnicodeSegmentation;

/// One row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    pub name: &'static str,
    /// Characters (UTF-16 units) or pieces.
    pub most: usize,
    /// The page of Meta's documentation, or who found it.
    pub source: &'static str,
}

macro_rules! limits {
    ($($name:ident = $most:literal, $source:literal;)*) => {
        $(#[doc = concat!("Source: ", $source, ".")] pub const $name: usize = $most;)*

        /// All limits.
        pub const LIMITS: &[Limit] = &[$(Limit { name: stringify!($name), most: $most, source: $source }),*];
    };
}

limits! {
    TEXT_BODY            = 4_096, "Text messages";
    BUTTONS              =     3, "Interactive reply buttons messages";
    BUTTON_TITLE         =    20, "Interactive reply buttons messages";
    BUTTON_ID            =   256, "Interactive reply buttons messages";
    BUTTONS_BODY         = 1_024, "Interactive reply buttons messages";
    FOOTER               =    60, "Interactive reply buttons, list and call-to-action messages";
    LIST_BODY            = 4_096, "Interactive list messages";
    LIST_BUTTON          =    20, "Interactive list messages";
    LIST_ROWS            =    10, "Interactive list messages, over all sections";
    ROW_TITLE            =    24, "Interactive list messages";
    ROW_DESCRIPTION      =    72, "Interactive list messages";
    ROW_ID               =   200, "Interactive list messages";
    LINK_BODY            = 1_024, "Interactive call-to-action URL button messages";
    LINK_LABEL           =    20, "Interactive call-to-action URL button messages";
    LINK_URL             = 2_000, "Template components, URL buttons; not stated for messages";
    LOCATION_BODY        = 1_024, "Location request messages";
    LOCATION_NAME        =   100, "Not stated; ours";
    LOCATION_ADDRESS     =   300, "Not stated; ours";
    CAPTION              = 1_024, "The schema of gokapso/whatsapp-cloud-api-js; not in Meta's text";
    FILENAME             =   240, "The schema of gokapso/whatsapp-cloud-api-js; not in Meta's text";
    TEMPLATE_PARAMETER   = 1_024, "Template components, body";
    TEMPLATE_PAYLOAD     =   256, "Interactive reply buttons messages, ids; not stated for templates";
    TEMPLATE_COPY_CODE   =    15, "Template components; 20 since 3 December 2025";
    OPAQUE               =   512, "Changelog of the Cloud API, biz_opaque_callback_data";
}

/// The length limits are counted in.
pub fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// `text`, or as many whole graphemes of it as fit together with an ellipsis.
pub fn cut(text: &str, most: usize) -> String {
    if length(text) <= most {
        return text.to_owned();
    }
    let mut room = most.saturating_sub(1);
    let mut kept = String::new();
    for grapheme in text.graphemes(true) {
        let Some(left) = room.checked_sub(length(grapheme)) else { break };
        room = left;
        kept.push_str(grapheme);
    }
    kept.truncate(kept.trim_end().len());
    kept.push('…');
    kept
}
