//! Who may do what on the admin API: scopes, and the roles that are made of them.

use std::fmt;
use std::str::FromStr;

/// Something one may be allowed to do. Every route of the API asks for exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// See services, staff and hours.
    CatalogueRead,
    CatalogueWrite,
    /// See what is free and what is booked.
    BookingsRead,
    /// See and make API keys: whoever has it can give away all that he has himself.
    Keys,
}

/// What people of a business are to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    Owner,
    Admin,
    Staff,
    Viewer,
}

/// The word is no scope's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no scope: use {names}", names = Scope::ALL.map(Scope::name).join(", "))]
pub struct NotAScope(String);

impl Scope {
    pub const ALL: [Self; 4] = [Self::CatalogueRead, Self::CatalogueWrite, Self::BookingsRead, Self::Keys];

    /// As keys, tables and the API's description write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CatalogueRead => "catalogue:read",
            Self::CatalogueWrite => "catalogue:write",
            Self::BookingsRead => "bookings:read",
            Self::Keys => "keys",
        }
    }
}

impl Role {
    pub const ALL: [Self; 4] = [Self::Owner, Self::Admin, Self::Staff, Self::Viewer];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Staff => "staff",
            Self::Viewer => "viewer",
        }
    }

    pub const fn scopes(self) -> &'static [Scope] {
        match self {
            Self::Owner => &Scope::ALL,
            Self::Admin => &[Scope::CatalogueRead, Scope::CatalogueWrite, Scope::BookingsRead],
            Self::Staff | Self::Viewer => &[Scope::CatalogueRead, Scope::BookingsRead],
        }
    }
}

impl FromStr for Scope {
    type Err = NotAScope;

    fn from_str(text: &str) -> Result<Self, NotAScope> {
        Self::ALL.into_iter().find(|scope| scope.name() == text).ok_or_else(|| NotAScope(text.to_owned()))
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
