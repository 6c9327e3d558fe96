//! The table of fields: one declaration per section makes its struct, its documentation, its reading and its printing, so that they
//! cannot differ.

use serde_json::{Map, Value as Json};

use super::reader::Reader;

/// One row of the table: everything that is said about a field anywhere.
#[derive(Debug, Clone)]
pub struct Field {
    /// Dotted path; `<name>` stands for a name that the operator chooses.
    pub path: String,
    /// Unit or form of the value.
    pub unit: &'static str,
    /// As it would be written in the file; `None` when unset.
    pub default: Option<&'static str>,
    /// Lowest and highest value.
    pub limits: Option<(u64, u64)>,
    pub secret: bool,
    /// What it means, in sentences.
    pub text: &'static str,
}

impl Field {
    /// The environment variable that sets this field.
    pub fn variable(&self) -> String {
        variable_of(&self.path)
    }

    /// Whether `path` is this field, `<name>` standing for any one part.
    pub fn is_at(&self, path: &str) -> bool {
        let (mut own, mut other) = (self.path.split('.'), path.split('.'));
        loop {
            match (own.next(), other.next()) {
                (None, None) => return true,
                (Some(own), Some(other)) if own == other || own == "<name>" => {}
                _ => return false,
            }
        }
    }
}

/// The environment variable of a dotted path.
pub fn variable_of(path: &str) -> String {
    format!("GANIRA__{}", path.replace('.', "__").to_uppercase())
}

/// A group of fields under one heading.
pub trait Section: Sized {
    /// Where the section stands; `<name>` in it stands for a chosen name.
    const PATH: &'static str;
    fn fields() -> Vec<Field>;
    /// Reads every field below `prefix`; mistakes are noted in the reader, and `None` comes back if there were any.
    fn read(reader: &mut Reader<'_>, prefix: &str) -> Option<Self>;
    fn show(&self) -> Map<String, Json>;
}

macro_rules! section {
    ($(#[doc = $about:literal])* $name:ident at $path:literal {
        $( $(#[doc = $text:literal])+ $field:ident: $type:ty, $unit:literal, $default:expr $(, $low:literal to $high:literal)?; )*
    }) => {
        $(#[doc = $about])*
        #[derive(Debug, Clone)]
        pub struct $name { $( $(#[doc = $text])+ pub $field: $type, )* }

        impl $crate::config::section::Section for $name {
            const PATH: &'static str = $path;

            fn fields() -> Vec<$crate::config::section::Field> {
                vec![ $( $crate::config::section::Field {
                    path: concat!($path, ".", stringify!($field)).to_owned(),
                    unit: $unit,
                    default: $default,
                    limits: [$(($low, $high))?].first().copied(),
                    secret: <$type as $crate::config::setting::Setting>::SECRET,
                    text: concat!($($text),+).trim_ascii(),
                } ),* ]
            }

            fn read(reader: &mut $crate::config::reader::Reader<'_>, prefix: &str) -> Option<Self> {
                let mut fields = Self::fields().into_iter();
                $( let $field = fields.next().and_then(|field| reader.field::<$type>(prefix, stringify!($field), &field)); )*
                Some(Self { $( $field: $field?, )* })
            }

            fn show(&self) -> serde_json::Map<String, serde_json::Value> {
                let mut shown = serde_json::Map::new();
                $( shown.insert(
                    stringify!($field).to_owned(),
                    $crate::config::setting::Setting::show(&self.$field),
                ); )*
                shown
            }
        }
    };
}
pub(super) use section;
