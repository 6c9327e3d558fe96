//! What one setting can be: how each type is read from text, shown, and described to whoever got it wrong.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use ipnet::IpNet;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use url::Url;

/// A value as it stands in the file or the environment, before it has a type.
#[derive(Debug, Clone)]
pub enum Raw {
    Text(String),
    List(Vec<String>),
}

/// A type that a field of the configuration may have.
pub trait Setting: Sized {
    /// Whether the value must never be shown, and may come from a file named by `<field>_file`.
    const SECRET: bool = false;
    /// What to write, completing "expected …".
    fn expected() -> String;
    /// `None` when the text is not such a value.
    fn read(raw: &Raw) -> Option<Self>;
    /// For `ganira config print`; secrets are masked.
    fn show(&self) -> Json;
    /// The value of a field that is nowhere set and has no default; `None` if there has to be one.
    fn unset() -> Option<Self> {
        None
    }
    /// The number that a field's limits apply to.
    fn magnitude(&self) -> Option<u64> {
        None
    }
}

impl Raw {
    fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text.trim()),
            Self::List(_) => None,
        }
    }

    fn items(&self) -> Vec<String> {
        match self {
            Self::Text(text) => {
                text.split([',', '\n']).map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
            }
            Self::List(items) => items.clone(),
        }
    }
}

macro_rules! numbers {
    ($($type:ty),*) => { $(
        impl Setting for $type {
            fn expected() -> String {
                "a whole number".to_owned()
            }

            fn read(raw: &Raw) -> Option<Self> {
                raw.text()?.replace('_', "").parse().ok()
            }

            fn show(&self) -> Json {
                json!(self)
            }

            fn magnitude(&self) -> Option<u64> {
                u64::try_from(*self).ok()
            }
        }
    )* };
}
numbers!(u16, u32, u64, usize);

macro_rules! parsed {
    ($($type:ty, $expected:literal;)*) => { $(
        impl Setting for $type {
            fn expected() -> String {
                $expected.to_owned()
            }

            fn read(raw: &Raw) -> Option<Self> {
                raw.text().filter(|text| !text.is_empty())?.parse().ok()
            }

            fn show(&self) -> Json {
                json!(self)
            }
        }
    )* };
}
parsed! {
    bool, "true or false";
    String, "a text";
    SocketAddr, "an address and port such as 127.0.0.1:8080";
    Url, "a URL such as https://chat.example.com";
    PathBuf, "a path";
}

impl Setting for SecretString {
    const SECRET: bool = true;

    fn expected() -> String {
        "a text that is not empty".to_owned()
    }

    fn read(raw: &Raw) -> Option<Self> {
        raw.text().filter(|text| !text.is_empty()).map(Self::from)
    }

    fn show(&self) -> Json {
        json!("***")
    }
}

/// Several secrets that are valid at once, so that one can be turned without an outage.
#[derive(Debug, Clone)]
pub struct SecretList(Vec<SecretString>);

impl SecretList {
    pub fn new(secrets: Vec<SecretString>) -> Self {
        Self(secrets)
    }

    /// The secrets in the order they were written.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(SecretString::expose_secret)
    }

    pub fn as_slice(&self) -> &[SecretString] {
        &self.0
    }
}

impl Setting for SecretList {
    const SECRET: bool = true;

    fn expected() -> String {
        "one secret or more, separated by commas".to_owned()
    }

    fn read(raw: &Raw) -> Option<Self> {
        let items = raw.items();
        let usable = !items.is_empty() && items.iter().all(|item| !item.is_empty());
        usable.then(|| Self(items.into_iter().map(SecretString::from).collect()))
    }

    fn show(&self) -> Json {
        json!(vec!["***"; self.0.len()])
    }
}

/// One text or more, in the order they were written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "OneOrMore")]
pub struct Words(Vec<String>);

/// A list, or the only item of one.
#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl From<OneOrMore> for Words {
    fn from(read: OneOrMore) -> Self {
        match read {
            OneOrMore::One(word) => Self(vec![word]),
            OneOrMore::More(words) => Self(words),
        }
    }
}

impl Words {
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl Setting for Words {
    fn expected() -> String {
        "one text or more, separated by commas".to_owned()
    }

    fn read(raw: &Raw) -> Option<Self> {
        let items = raw.items();
        (!items.is_empty()).then_some(Self(items))
    }

    fn show(&self) -> Json {
        json!(self.0)
    }
}

/// Networks of the internet. A single address is a network of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Networks(Vec<IpNet>);

impl Networks {
    /// Of texts such as `203.0.113.0/24`; those that are no networks are left out.
    pub fn of(networks: &[&str]) -> Self {
        Self(networks.iter().filter_map(|network| network.parse().ok()).collect())
    }

    /// Whether an address lies in one of them. An IPv4 address counts as such also where it came over IPv6.
    pub fn contain(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }
}

impl Setting for Networks {
    fn expected() -> String {
        "one network or more, such as 203.0.113.0/24, separated by commas".to_owned()
    }

    fn read(raw: &Raw) -> Option<Self> {
        let network = |item: &String| item.parse().or_else(|_| item.parse::<IpAddr>().map(IpNet::from)).ok();
        let networks = raw.items().iter().map(network).collect::<Option<Vec<_>>>()?;
        (!networks.is_empty()).then_some(Self(networks))
    }

    fn show(&self) -> Json {
        json!(self.0.iter().map(ToString::to_string).collect::<Vec<_>>())
    }
}

/// A field that may be left out.
impl<T: Setting> Setting for Option<T> {
    const SECRET: bool = T::SECRET;

    fn expected() -> String {
        T::expected()
    }

    fn read(raw: &Raw) -> Option<Self> {
        T::read(raw).map(Some)
    }

    fn show(&self) -> Json {
        self.as_ref().map_or(Json::Null, T::show)
    }

    fn unset() -> Option<Self> {
        Some(None)
    }

    fn magnitude(&self) -> Option<u64> {
        self.as_ref().and_then(T::magnitude)
    }
}

/// Declares an enum whose variants are written as words.
macro_rules! choice {
    ($(#[doc = $about:literal])* $name:ident { $( $(#[doc = $text:literal])* $variant:ident = $word:literal ),* $(,)? }) => {
        $(#[doc = $about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
        pub enum $name { $( $(#[doc = $text])* #[serde(rename = $word)] $variant ),* }

        impl $crate::config::setting::Setting for $name {
            fn expected() -> String {
                format!("one of {}", [$(concat!("`", $word, "`")),*].join(", "))
            }

            fn read(raw: &$crate::config::setting::Raw) -> Option<Self> {
                match raw {
                    $( $crate::config::setting::Raw::Text(text) if text.trim() == $word => Some(Self::$variant), )*
                    _ => None,
                }
            }

            fn show(&self) -> serde_json::Value {
                match self { $( Self::$variant => serde_json::json!($word) ),* }
            }
        }
    };
}
pub(super) use choice;
