//! A country, as far as writing to its people needs it: in which form their phone numbers are typed.

use std::fmt;
use std::str::FromStr;

use chrono_tz::Tz;
use phonenumber::country::Id;

/// A country by its ISO 3166 code, such as `RW`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Country(pub(super) Id);

/// Why a text is not a country.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no country {0:?}: expected two letters of ISO 3166, such as RW")]
pub struct NotACountry(String);

impl Country {
    pub const RWANDA: Self = Self(Id::RW);

    /// The country of two letters.
    pub fn named(code: &str) -> Result<Self, NotACountry> {
        let good = code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase());
        let id = good.then(|| Id::from_str(code).ok()).flatten();
        id.map(Self).ok_or_else(|| NotACountry(code.to_owned()))
    }

    /// Two letters.
    pub fn code(&self) -> &str {
        self.0.as_ref()
    }

    /// The country of a zone, if it is one of those below.
    pub fn of_zone(zone: Tz) -> Option<Self> {
        let name = zone.name().rsplit('/').next()?;
        let found = ZONES.iter().find(|(city, _)| *city == name)?;
        Self::named(found.1).ok()
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Zones and the countries they are named for (IANA time zone database, `zone.tab`, which is in the public domain): all of Africa, and a few
/// more. A tenant elsewhere names its country.
#[rustfmt::skip]
const ZONES: &[(&str, &str)] = &[
    ("Abidjan", "CI"), ("Accra", "GH"), ("Addis_Ababa", "ET"), ("Algiers", "DZ"), ("Asmara", "ER"), ("Bamako", "ML"),
    ("Bangui", "CF"), ("Banjul", "GM"), ("Bissau", "GW"), ("Blantyre", "MW"), ("Brazzaville", "CG"),
    ("Bujumbura", "BI"), ("Cairo", "EG"), ("Casablanca", "MA"), ("Ceuta", "ES"), ("Conakry", "GN"), ("Dakar", "SN"),
    ("Dar_es_Salaam", "TZ"), ("Djibouti", "DJ"), ("Douala", "CM"), ("El_Aaiun", "EH"), ("Freetown", "SL"),
    ("Gaborone", "BW"), ("Harare", "ZW"), ("Johannesburg", "ZA"), ("Juba", "SS"), ("Kampala", "UG"),
    ("Khartoum", "SD"), ("Kigali", "RW"), ("Kinshasa", "CD"), ("Lagos", "NG"), ("Libreville", "GA"), ("Lome", "TG"),
    ("Luanda", "AO"), ("Lubumbashi", "CD"), ("Lusaka", "ZM"), ("Malabo", "GQ"), ("Maputo", "MZ"), ("Maseru", "LS"),
    ("Mbabane", "SZ"), ("Mogadishu", "SO"), ("Monrovia", "LR"), ("Nairobi", "KE"), ("Ndjamena", "TD"),
    ("Niamey", "NE"), ("Nouakchott", "MR"), ("Ouagadougou", "BF"), ("Porto-Novo", "BJ"), ("Sao_Tome", "ST"),
    ("Tripoli", "LY"), ("Tunis", "TN"), ("Windhoek", "NA"), ("Antananarivo", "MG"), ("Comoro", "KM"), ("Mahe", "SC"),
    ("Mauritius", "MU"), ("Cape_Verde", "CV"), ("Amsterdam", "NL"), ("Berlin", "DE"), ("Brussels", "BE"),
    ("Dublin", "IE"), ("Lisbon", "PT"), ("London", "GB"), ("Madrid", "ES"), ("Paris", "FR"), ("Rome", "IT"),
    ("Vienna", "AT"), ("Zurich", "CH"), ("Dubai", "AE"), ("Kolkata", "IN"), ("New_York", "US"), ("Sao_Paulo", "BR"),
];
