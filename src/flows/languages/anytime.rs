//! Words that are understood at any question, and what the engine itself says about them. Kinyarwanda and Swahili wait for a native
//! reader. All words are written folded, as they are compared.

/// What a language has for them.
#[derive(Debug)]
pub(crate) struct Anywhere {
    /// The language's own name for itself.
    pub name: &'static str,
    menu: &'static [&'static str],
    help: &'static [&'static str],
    back: &'static [&'static str],
    cancel: &'static [&'static str],
    human: &'static [&'static str],
    language: &'static [&'static str],
    /// Stands before the readings of an ambiguous answer.
    pub which: &'static str,
    /// Asks for the language.
    pub tongue: &'static str,
    /// The person said cancel.
    pub cancelled: &'static str,
}

static ANYWHERE: [(&str, Anywhere); 4] = [
    (
        "en",
        Anywhere {
            name: "English",
            menu: &["menu", "main menu"],
            help: &["help"],
            back: &["back", "go back"],
            cancel: &["cancel"],
            human: &["human", "agent", "a human", "a person", "operator"],
            language: &["language", "languages"],
            which: "Which one do you mean?",
            tongue: "Which language?",
            cancelled: "All right, that is cancelled.",
        },
    ),
    (
        "fr",
        Anywhere {
            name: "Français",
            menu: &["menu", "menu principal"],
            help: &["aide"],
            back: &["retour", "revenir"],
            cancel: &["annuler"],
            human: &["humain", "un humain", "conseiller", "un conseiller", "une personne"],
            language: &["langue", "langues"],
            which: "Lequel voulez-vous dire ?",
            tongue: "Quelle langue ?",
            cancelled: "Bien, c'est annulé.",
        },
    ),
    (
        "rw",
        Anywhere {
            name: "Ikinyarwanda",
            menu: &["menu", "ahabanza"],
            help: &["ubufasha", "mfasha"],
            back: &["subira inyuma", "inyuma"],
            cancel: &["kureka", "bireke"],
            human: &["umuntu", "umukozi"],
            language: &["ururimi", "indimi"],
            which: "Ni ikihe ushaka kuvuga?",
            tongue: "Ni uruhe rurimi?",
            cancelled: "Ni byiza, birahagaritswe.",
        },
    ),
    (
        "sw",
        Anywhere {
            name: "Kiswahili",
            menu: &["menyu", "menu"],
            help: &["msaada"],
            back: &["rudi", "rudi nyuma", "nyuma"],
            cancel: &["ghairi"],
            human: &["mhudumu", "mtu"],
            language: &["lugha"],
            which: "Unamaanisha ipi?",
            tongue: "Lugha gani?",
            cancelled: "Sawa, imeghairiwa.",
        },
    ),
];

/// The keys of `anytime` that have words and a meaning of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    Menu,
    Help,
    Back,
    Cancel,
    Human,
    Language,
}

impl Key {
    const ALL: [Self; 6] = [Self::Menu, Self::Help, Self::Back, Self::Cancel, Self::Human, Self::Language];

    /// Its name in a flow.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Menu => "menu",
            Self::Help => "help",
            Self::Back => "back",
            Self::Cancel => "cancel",
            Self::Human => "human",
            Self::Language => "language",
        }
    }

    /// The key of such a name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.as_str() == name)
    }

    /// The key whose word, in any language, a folded text is.
    pub(crate) fn said(said: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.words().any(|word| word == said))
    }

    /// Its words in all languages.
    pub(crate) fn words(self) -> impl Iterator<Item = &'static str> {
        ANYWHERE.iter().flat_map(move |(_, words)| {
            match self {
                Self::Menu => words.menu,
                Self::Help => words.help,
                Self::Back => words.back,
                Self::Cancel => words.cancel,
                Self::Human => words.human,
                Self::Language => words.language,
            }
            .iter()
            .copied()
        })
    }
}

/// The words of a language; English for one we do not know.
pub(crate) fn anywhere(code: &str) -> &'static Anywhere {
    let primary = code.split(['-', '_']).next().unwrap_or(code);
    let found = ANYWHERE.iter().find(|(known, _)| *known == primary);
    &found.unwrap_or(&ANYWHERE[0]).1
}

/// Whether a word list stands in a folded text as whole words, one after the other.
pub(crate) fn stands_in(said: &str, words: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '\'';
    let mut from = 0;
    while let Some(found) = said[from..].find(words) {
        let (start, end) = (from + found, from + found + words.len());
        let before = said[..start].chars().next_back().is_some_and(is_word);
        let after = said[end..].chars().next().is_some_and(is_word);
        if !before && !after {
            return !words.is_empty();
        }
        from = start + said[start..].chars().next().map_or(1, char::len_utf8);
    }
    false
}
