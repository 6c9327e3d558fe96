//! What a set of flows may name besides itself: what is configured around it.

use std::collections::BTreeSet;

use super::operation::{Signature, Type, salon};

/// Everything outside a folder of flows that its steps may name. `check` refuses a flow that names anything else.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// Operations that `find` and `do` name.
    pub signatures: Vec<Signature>,
    /// Providers that `read` and `pay` name.
    pub providers: BTreeSet<Provider>,
    /// The tenant's own servers that `request` names.
    pub servers: BTreeSet<String>,
    /// Types that `takes` and `ends` name, besides the plain ones.
    pub types: Vec<(&'static str, Type)>,
}

/// A configured provider: the same name may stand for one of each kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Provider {
    pub kind: ProviderKind,
    pub name: String,
}

/// What a provider does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProviderKind {
    /// Reads pictures and documents.
    Read,
    /// Takes payments.
    Pay,
}

impl ProviderKind {
    /// The verb of the step that names such a provider.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Pay => "pay",
        }
    }
}

impl Environment {
    /// These operations, the types that come with the program, and nothing configured.
    pub fn of(signatures: &[Signature]) -> Self {
        Self { signatures: signatures.to_vec(), types: salon::TYPES.to_vec(), ..Self::default() }
    }

    #[must_use]
    pub fn with_provider(mut self, kind: ProviderKind, name: &str) -> Self {
        self.providers.insert(Provider { kind, name: name.to_owned() });
        self
    }

    #[must_use]
    pub fn with_server(mut self, name: &str) -> Self {
        self.servers.insert(name.to_owned());
        self
    }

    /// The names of the providers of one kind.
    pub(crate) fn providers_of(&self, kind: ProviderKind) -> impl Iterator<Item = &str> {
        self.providers.iter().filter(move |provider| provider.kind == kind).map(|provider| provider.name.as_str())
    }
}
