//! The words a person may use, per language, each with what it means. Tables only; how they join is `understand`'s.
//!
//! A phrase is written folded: small letters without marks, apostrophes and hyphens as spaces, as [`crate::flows::understand`] splits
//! what it hears. A phrase may stand in a table twice, with two meanings. Kinyarwanda and Swahili wait for a native reader.

mod en;
mod fr;
mod rw;
mod sw;

/// What a phrase means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// A number below twenty, as it is counted.
    Number(u32),
    /// The same in the form that counts thousands in Kinyarwanda (`bitanu`).
    OfThousands(u32),
    /// 20, 30, …; also ten where it takes a unit (`kumi na moja`).
    Tens(u32),
    /// A hundred, after its multiplier if it has one.
    Hundred,
    /// Hundreds before their multiplier (`mia mbili`).
    HundredBefore,
    /// A thousand, a million, after their multiplier.
    Scale(u64),
    /// The same before it (`elfu tano`).
    ScaleBefore(u64),
    /// One thousand, never multiplied (`igihumbi`).
    ScaleOnce(u64),
    And,
    /// One, as an article.
    A,
    Point,
    Minus,
    Half,
    Quarter,
    ThreeQuarters,
    Ordinal(u32),
    /// What follows the figures of an ordinal: `st`, `er`.
    OrdinalMark,
    /// Joins two values of which one is meant.
    Or,
    /// Before the number of an option (`number`, `icya`).
    Nth,

    /// Today and so many days.
    Day(i8),
    /// So many days ahead, or as many back (`ejo`).
    EitherWay(u8),
    /// Words that speak of what is to come, or of what has been: they tell the two apart.
    Ahead,
    Behind,
    /// 0 is Monday.
    Weekday(u8),
    Weekend,
    /// 1 is January.
    Month(u8),
    /// Before the number of a month (`mwezi wa`).
    MonthNumber,
    This,
    Next,
    Last,
    ThisWeek,
    NextWeek,
    /// The day so many days after the one named (`lundi en huit`).
    DaysOn(u8),
    /// So many days by the French count, which counts today, or one more (`dans huit jours`).
    DaysOrOneLess(u8),
    /// A month and a day that has a name.
    Feast(u8, u8),
    LastOfMonth,
    ThisMonth,
    NextMonth,
    /// Before the number of a weekday, Monday being one, or of a day of the month (`ku wa`).
    NthDay,
    /// Before a day of the month (`le`, `tarehe`).
    TheDay,
    On,
    Of,

    In,
    FromNow,
    Ago,
    Span(Span),

    At,
    /// Before an hour of the East African clock.
    Saa,
    /// After an hour.
    OClock,
    Past,
    To,
    HalfPast,
    /// A quarter less (`kasorobo`).
    LessQuarter,
    Noon,
    Midnight,
    Now,
    Am,
    Pm,
    Part(Part),
    /// A part of this day (`tonight`).
    TodayPart(Part),

    /// An ISO 4217 code.
    Currency(&'static str),
    /// Of which country it does not say.
    Shilling,
    /// A thousand, after figures (`5k`).
    Kilo,

    Yes,
    No,
    /// Turns what is near it around; a value in such a sentence may be the very one that is not wanted.
    Not,
    /// What follows is a name (`my name is`).
    NameIs,
    /// What follows is a name, if it looks like one (`I am`).
    IAm,
    /// Greetings, thanks and please.
    Polite,
}

/// A unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Span {
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
}

/// A part of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Dawn,
    Morning,
    /// The hours around noon (`mchana`).
    Day,
    Afternoon,
    Evening,
    Night,
}

/// The words of one language.
#[derive(Debug)]
pub(crate) struct Words {
    pub phrases: &'static [(&'static str, Meaning)],
    /// Common words that mean nothing here, but are near to one that does: they are no slips of it.
    pub ordinary: &'static [&'static str],
    pub marks: Marks,
}

/// What a language writes between the thousands and before the fraction (CLDR).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Marks {
    pub thousands: char,
    pub decimal: char,
}

/// English, French, Kinyarwanda, Swahili: the order in which a word that the spoken language does not know is looked for.
pub(crate) static WORDS: [(&str, &Words); 4] =
    [("en", &en::WORDS), ("fr", &fr::WORDS), ("rw", &rw::WORDS), ("sw", &sw::WORDS)];
