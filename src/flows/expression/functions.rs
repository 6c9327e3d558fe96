//! The functions an expression may call, by name and number of values.
//!
//! Both forms are read: `contains(input.text, "house")` and `input.text.contains("house")`.

/// A function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    /// `in_days(3)`: the day three days from today.
    InDays,
    /// `in_minutes(10)`: the instant ten minutes from now.
    InMinutes,
    /// `days(2)`, `hours(1)`, `minutes(30)`: lengths of time, added to instants; days also to days.
    Days,
    Hours,
    Minutes,
    /// `weekday(day)`: 1 is Monday, 7 Sunday.
    Weekday,
    /// `hour(visit.start)`: 0 to 23 in the tenant's zone, of an instant or a time.
    Hour,
    /// `date_of(visit.start)` and `time_of(visit.start)`: the day and the time of an instant in the tenant's zone.
    DateOf,
    TimeOf,
    /// `append(list, text, 50)`: the list with the text as its last line, without its first ones if it had 50 already. A list that is
    /// not there yet counts as empty.
    Append,
    /// `contains(text, "part")`, `starts_with`, `ends_with`: case, accents and outer punctuation do not count.
    Contains,
    StartsWith,
    EndsWith,
    /// `has_word(text, "yes")`, `has_any_word(text, "yes ok")`: one of the words stands in the text.
    HasAnyWord,
    /// `has_all_words(text, "red car")`: each of the words stands in the text, in any order.
    HasAllWords,
    /// `has_phrase(text, "red car")`: the words stand in the text, one after the other.
    HasPhrase,
    /// `only_phrase(text, "red car")`: these words are all there is.
    OnlyPhrase,
    Lower,
    Upper,
    /// `size(text)` in characters, `size(rows)`.
    Size,
    /// `words(text)`: the list of its words, folded.
    Words,
    /// `number_in(text)`: the first number in it; `number_in(text, 0)`: or else this. So are `date_in`, `time_in`, `phone_in`, `email_in`.
    NumberIn,
    DateIn,
    TimeIn,
    PhoneIn,
    EmailIn,
    /// `tagged("vip")`: whether the person has the tag.
    Tagged,
    /// The smaller, the larger of two.
    Min,
    Max,
}

/// A function's name, and how many values it takes at least and at most.
type Entry = (&'static str, Function, usize, usize);

const FUNCTIONS: [Entry; 31] = [
    ("in_days", Function::InDays, 1, 1),
    ("in_minutes", Function::InMinutes, 1, 1),
    ("days", Function::Days, 1, 1),
    ("hours", Function::Hours, 1, 1),
    ("minutes", Function::Minutes, 1, 1),
    ("weekday", Function::Weekday, 1, 1),
    ("hour", Function::Hour, 1, 1),
    ("date_of", Function::DateOf, 1, 1),
    ("time_of", Function::TimeOf, 1, 1),
    ("append", Function::Append, 3, 3),
    ("contains", Function::Contains, 2, 2),
    ("starts_with", Function::StartsWith, 2, 2),
    ("ends_with", Function::EndsWith, 2, 2),
    ("has_word", Function::HasAnyWord, 2, 2),
    ("has_any_word", Function::HasAnyWord, 2, 2),
    ("has_all_words", Function::HasAllWords, 2, 2),
    ("has_phrase", Function::HasPhrase, 2, 2),
    ("only_phrase", Function::OnlyPhrase, 2, 2),
    ("lower", Function::Lower, 1, 1),
    ("upper", Function::Upper, 1, 1),
    ("size", Function::Size, 1, 1),
    ("words", Function::Words, 1, 1),
    ("number_in", Function::NumberIn, 1, 2),
    ("date_in", Function::DateIn, 1, 2),
    ("time_in", Function::TimeIn, 1, 2),
    ("phone_in", Function::PhoneIn, 1, 2),
    ("email_in", Function::EmailIn, 1, 2),
    ("tagged", Function::Tagged, 1, 1),
    ("min", Function::Min, 2, 2),
    ("max", Function::Max, 2, 2),
    // `matches(text, "pattern")` is no function to the evaluator: its pattern is compiled when the flow is read.
    ("matches", Function::Contains, 2, 2),
];

impl Function {
    /// The function of a name and the numbers of values it takes.
    pub(super) fn named(name: &str) -> Option<(Self, std::ops::RangeInclusive<usize>)> {
        let (_, function, least, most) = FUNCTIONS.iter().find(|(known, ..)| *known == name)?;
        Some((*function, *least..=*most))
    }

    /// All names, for a mistake's mend.
    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        FUNCTIONS.iter().map(|(name, ..)| *name)
    }

    /// What it looks for in a text, if the text may have none.
    pub(crate) fn looks_for(self) -> Option<crate::flows::understand::Wanted> {
        use crate::flows::understand::Wanted;
        Some(match self {
            Self::NumberIn => Wanted::Decimal,
            Self::DateIn => Wanted::Date,
            Self::TimeIn => Wanted::Time,
            Self::PhoneIn => Wanted::Phone,
            Self::EmailIn => Wanted::Email,
            _ => return None,
        })
    }
}
