//! The words by which networks everywhere let a person end, renew and question what a business sends her, and what is answered.
//!
//! The English ones are those that operators and gateways know already: STOP, STOPALL, UNSUBSCRIBE, CANCEL, END, QUIT; START, YES, UNSTOP;
//! HELP, INFO; in French ARRET (Twilio, "Twilio support for opt-out keywords"). A word counts only where it is all that is said, or where only
//! the word of one purpose follows it: STOP OFFERS. All are
//! written folded, as they are compared, and are understood in every language. Kinyarwanda and Swahili wait for a native reader.

use crate::flows::turn::Purpose;

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
    /// What marketing and reminders are called; the first word is the one that is said of them.
    offers: &'static [&'static str],
    reminders: &'static [&'static str],
    /// After STOP.
    pub stopped: &'static str,
    /// After START.
    pub started: &'static str,
    /// After STOP and the word of a purpose, which stands for `{what}`, and in capitals for `{word}`.
    stopped_of: &'static str,
    /// After START and such a word.
    started_of: &'static str,
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
        offers: &["offers", "marketing", "ads", "promotions"],
        reminders: &["reminders", "reminder"],
        stopped: "You will get no more messages from {business}. START to get them again.",
        started: "You get messages from {business} again. STOP to end them.",
        stopped_of: "You will get no more {what} from {business}. START {word} to get them again.",
        started_of: "You get {what} from {business} again. STOP {word} to end them.",
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
        offers: &["offres", "publicite", "promotions"],
        reminders: &["rappels", "rappel"],
        stopped: "Vous ne recevrez plus de messages de {business}. START pour les recevoir à nouveau.",
        started: "Vous recevez à nouveau les messages de {business}. STOP pour y mettre fin.",
        stopped_of: "Vous ne recevrez plus les {what} de {business}. START {word} pour les recevoir à nouveau.",
        started_of: "Vous recevez à nouveau les {what} de {business}. STOP {word} pour y mettre fin.",
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
        offers: &["kwamamaza"],
        reminders: &["kwibutsa"],
        stopped: "Ntuzongera kubona ubutumwa bwa {business}. START wongere ububone.",
        started: "Wongeye kubona ubutumwa bwa {business}. STOP ubuhagarike.",
        stopped_of: "Ntuzongera kubona ubutumwa bwo {what} bwa {business}. START {word} wongere ububone.",
        started_of: "Wongeye kubona ubutumwa bwo {what} bwa {business}. STOP {word} ubuhagarike.",
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
        offers: &["matangazo", "ofa"],
        reminders: &["vikumbusho", "kumbusho"],
        stopped: "Hutapata tena ujumbe kutoka {business}. START kuupata tena.",
        started: "Utapata tena ujumbe kutoka {business}. STOP kuusimamisha.",
        stopped_of: "Hutapata tena {what} kutoka {business}. START {word} kupata tena.",
        started_of: "Utapata tena {what} kutoka {business}. STOP {word} kusimamisha.",
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

    /// STOP or START, and the one purpose of which it is said.
    pub(crate) fn said_of(said: &str) -> Option<(Self, Purpose)> {
        let (keyword, what) = said.rsplit_once(' ')?;
        let keyword = Self::said(keyword).filter(|keyword| matches!(keyword, Self::Stop | Self::Start))?;
        let known = |purpose: &Purpose| KEEPING.iter().any(|words| words.of(*purpose).contains(&what));
        [Purpose::Marketing, Purpose::Reminder].into_iter().find(known).map(|purpose| (keyword, purpose))
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

impl Keeping {
    /// The words for a purpose; none for one that has no word of its own.
    fn of(&self, purpose: Purpose) -> &'static [&'static str] {
        match purpose {
            Purpose::Marketing => self.offers,
            Purpose::Reminder => self.reminders,
            _ => &[],
        }
    }

    /// What is answered to STOP, or else START, with the word of a purpose.
    pub(crate) fn heard_of(&self, keyword: Keyword, purpose: Purpose) -> String {
        let what = self.of(purpose).first().copied().unwrap_or_default();
        let text = if keyword == Keyword::Stop { self.stopped_of } else { self.started_of };
        text.replace("{what}", what).replace("{word}", &what.to_uppercase())
    }
}

/// The answers in a language; English for one we do not know.
pub(crate) fn keeping(code: &str) -> &'static Keeping {
    let primary = code.split(['-', '_']).next().unwrap_or(code);
    KEEPING.iter().find(|known| known.code == primary).unwrap_or(&KEEPING[0])
}
