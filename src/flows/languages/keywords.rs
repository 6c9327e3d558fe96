//! The words by which networks everywhere let a person end, renew and question what a business sends her, and what is answered.
//!
//! The English ones are those that operators and gateways know already: STOP, STOPALL, UNSUBSCRIBE, CANCEL, END, QUIT; START, YES, UNSTOP;
//! HELP, INFO; in French ARRET (Twilio, "Twilio support for opt-out keywords"). A word counts only where it is all that is said. All are
//! written folded, as they are compared, and are understood in every language. Kinyarwanda and Swahili wait for a native reader.

/// What such a word means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keyword {
    /// No more messages, whatever is open.
    Stop,
    /// The same, where the open question does not take the word for an answer, and it leaves no more than that question.
    Leave,
    /// Messages again, for one who has stopped them.
    Start,
    /// The same, where the open question does not take the word for an answer.
    Again,
    /// Who is this, and how does one stop it or reach a person?
    Help,
}

/// One language's words and answers; `{business}` is replaced.
#[derive(Debug)]
pub(crate) struct Keeping {
    code: &'static str,
    stop: &'static [&'static str],
    leave: &'static [&'static str],
    start: &'static [&'static str],
    again: &'static [&'static str],
    help: &'static [&'static str],
    /// After STOP.
    pub stopped: &'static str,
    /// After START.
    pub started: &'static str,
    /// After HELP.
    pub helped: &'static str,
    /// Stands under a question that costs the person an SMS to answer; `{code}` is replaced.
    pub dial: &'static str,
    /// The business, where its name cannot be written on every phone.
    pub us: &'static str,
}

static KEEPING: [Keeping; 4] = [
    Keeping {
        code: "en",
        stop: &["stop", "stopall", "stop all", "unsubscribe"],
        leave: &["cancel", "end", "quit"],
        start: &["start", "unstop"],
        again: &["yes"],
        help: &["help", "info"],
        stopped: "You will get no more messages from {business}. START to get them again.",
        started: "You get messages from {business} again. STOP to end them.",
        helped: "{business}. Write HUMAN to reach one of us, STOP to get no more messages.",
        dial: "To answer, dial {code}.",
        us: "us",
    },
    Keeping {
        code: "fr",
        stop: &["arret", "arreter", "desabonner"],
        leave: &["annuler", "fin"],
        start: &["reprendre"],
        again: &["oui"],
        help: &["aide"],
        stopped: "Vous ne recevrez plus de messages de {business}. START pour les recevoir à nouveau.",
        started: "Vous recevez à nouveau les messages de {business}. STOP pour y mettre fin.",
        helped: "{business}. HUMAIN pour parler à quelqu'un, STOP pour ne plus recevoir de messages.",
        dial: "Pour répondre, composez le {code}.",
        us: "notre part",
    },
    Keeping {
        code: "rw",
        stop: &["hagarika", "guhagarika"],
        leave: &["kureka", "bireke"],
        start: &["tangira"],
        again: &["yego"],
        help: &["ubufasha", "mfasha"],
        stopped: "Ntuzongera kubona ubutumwa bwa {business}. START wongere ububone.",
        started: "Wongeye kubona ubutumwa bwa {business}. STOP ubuhagarike.",
        helped: "{business}. UMUNTU uvugane n'umwe muri twe, STOP uhagarike ubutumwa.",
        dial: "Kugira ngo usubize, kanda {code}.",
        us: "twe",
    },
    Keeping {
        code: "sw",
        stop: &["simamisha", "sitisha"],
        leave: &["ghairi", "acha"],
        start: &["anza"],
        again: &["ndiyo"],
        help: &["msaada"],
        stopped: "Hutapata tena ujumbe kutoka {business}. START kuupata tena.",
        started: "Utapata tena ujumbe kutoka {business}. STOP kuusimamisha.",
        helped: "{business}. MHUDUMU kuongea na mmoja wetu, STOP kusimamisha ujumbe.",
        dial: "Kujibu, piga {code}.",
        us: "kwetu",
    },
];

impl Keyword {
    const ALL: [Self; 5] = [Self::Stop, Self::Leave, Self::Start, Self::Again, Self::Help];

    /// What a folded text means that is such a word, of whatever language.
    pub(crate) fn said(said: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|keyword| KEEPING.iter().any(|words| keyword.words(words).contains(&said)))
    }

    fn words(self, of: &Keeping) -> &'static [&'static str] {
        match self {
            Self::Stop => of.stop,
            Self::Leave => of.leave,
            Self::Start => of.start,
            Self::Again => of.again,
            Self::Help => of.help,
        }
    }
}

/// The answers in a language; English for one we do not know.
pub(crate) fn keeping(code: &str) -> &'static Keeping {
    let primary = code.split(['-', '_']).next().unwrap_or(code);
    KEEPING.iter().find(|known| known.code == primary).unwrap_or(&KEEPING[0])
}
