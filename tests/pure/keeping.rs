//! What people want to get: quiet hours, purposes, and the words STOP, START and HELP.

use chrono::{NaiveTime, TimeDelta};
use chrono_tz::{Africa, America, Asia, Australia, Europe, Pacific, Tz};
use ganira::domain::{Content, MessageBody, QuietHours, Timestamp};
use ganira::flows::keeping::{Occasion, Passage, passage, purpose};
use ganira::flows::layout::gsm;
use ganira::flows::{Channel, Context, Done, FlowSet, Input, OptOut, Purpose, State, Turn, Wish, advance};
use proptest::prelude::*;

use crate::flows::world::{environment, reviewed};

fn time(text: &str) -> NaiveTime {
    NaiveTime::parse_from_str(text, "%H:%M").unwrap()
}

fn night() -> QuietHours {
    QuietHours::new(time("21:00"), time("07:00")).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn a_night_is_quiet_from_its_first_minute_until_its_last() {
    let zone = Africa::Kigali;
    let quiet = |text: &str| night().is_quiet(at(text), zone);
    assert!(!quiet("2026-11-20T18:59:59Z") && quiet("2026-11-20T19:00:00Z"));
    assert!(quiet("2026-11-21T04:59:59Z") && !quiet("2026-11-21T05:00:00Z"));
    assert_eq!(night().over(at("2026-11-20T22:00:00Z"), zone), at("2026-11-21T05:00:00Z"));
    assert_eq!(night().over(at("2026-11-20T12:00:00Z"), zone), at("2026-11-20T12:00:00Z"));
    assert_eq!(night().before(at("2026-11-21T01:00:00Z"), zone), at("2026-11-20T18:55:00Z"));
    assert_eq!(night().before(at("2026-11-20T12:00:00Z"), zone), at("2026-11-20T12:00:00Z"));
    assert_eq!(QuietHours::new(time("21:00"), time("21:00")), None);
}

#[test]
fn clocks_that_are_put_on_or_back_or_skip_a_day_change_nothing_of_the_promise() {
    let early = QuietHours::new(time("22:00"), time("02:30")).unwrap();
    // Berlin skips 02:00 to 03:00 on 29 March 2026.
    assert_eq!(early.over(at("2026-03-28T22:00:00Z"), Europe::Berlin), at("2026-03-29T01:00:00Z"));
    // And shows 02:00 to 03:00 twice on 25 October 2026: at the second 02:10 it is quiet again, for twenty minutes.
    assert_eq!(early.over(at("2026-10-25T01:10:00Z"), Europe::Berlin), at("2026-10-25T01:30:00Z"));
    // Apia had no 30 December 2011.
    assert_eq!(night().over(at("2011-12-30T09:00:00Z"), Pacific::Apia), at("2011-12-30T17:00:00Z"));
}

const ZONES: [Tz; 9] = [
    Africa::Kigali,
    Africa::Casablanca,
    Africa::Cairo,
    Europe::Berlin,
    America::New_York,
    America::Sao_Paulo,
    Asia::Kathmandu,
    Australia::Lord_Howe,
    Pacific::Apia,
];

proptest! {
    #[test]
    fn what_waits_goes_at_the_first_good_minute_and_what_goes_earlier_at_a_good_one(
        zone in prop::sample::select(ZONES.to_vec()),
        minute in 21_900_000i64..34_000_000,
        (from, until) in (0u32..96, 0u32..96).prop_filter("two times", |(from, until)| from != until),
    ) {
        let clock = |quarter: u32| NaiveTime::from_num_seconds_from_midnight_opt(quarter * 900, 0).unwrap();
        let quiet = QuietHours::new(clock(from), clock(until)).unwrap();
        let now = Timestamp::from_timestamp(minute * 60, 0).unwrap();
        let over = quiet.over(now, zone);
        let before = quiet.before(now, zone);
        prop_assert!(!quiet.is_quiet(over, zone), "{now} {over}");
        if !quiet.is_quiet(now, zone) {
            prop_assert_eq!((over, before), (now, now));
            return Ok(());
        }
        prop_assert!(over > now && over - now <= TimeDelta::hours(49));
        let mut between = now;
        while between < over {
            prop_assert!(quiet.is_quiet(between, zone), "{} would have done, not {}", between, over);
            between += TimeDelta::minutes(1);
        }
        prop_assert!(before < now && now - before <= TimeDelta::hours(50));
        // A day with less than five good minutes does not exist among quarters of an hour.
        prop_assert!(!quiet.is_quiet(before, zone), "{now} {before}");
    }
}

#[test]
fn an_answer_goes_always_and_what_the_business_starts_only_when_it_is_wanted() {
    use Purpose::{Code, Marketing, Reminder, Service};
    let asked = Occasion { asked: true, awake: true };
    let awake = Occasion { asked: false, awake: true };
    let unasked = Occasion { asked: false, awake: false };
    let stopped = [OptOut { channel: Channel::Sms, purpose: None }];
    let morning = at("2026-11-21T05:00:00Z");
    let go = |said: Option<Purpose>, occasion, own_door, opt_outs: &[OptOut], quiet: bool| {
        let purpose = purpose(said, occasion, own_door);
        (purpose, passage(purpose, Channel::Sms, occasion, opt_outs, quiet.then_some(morning)))
    };
    let waits = Passage::Waits(morning);
    for (said, occasion, own_door, opt_outs, quiet, wanted) in [
        (None, asked, true, &stopped[..], true, (None, Passage::Goes)),
        (Some(Reminder), asked, true, &stopped[..], true, (None, Passage::Goes)),
        (Some(Marketing), asked, true, &stopped[..], true, (Some(Marketing), Passage::Unwanted)),
        (Some(Marketing), asked, true, &[], true, (Some(Marketing), Passage::Goes)),
        // Confirmed by another door than the one she wrote by.
        (None, asked, false, &stopped[..], false, (Some(Service), Passage::Unwanted)),
        (None, asked, false, &[], true, (Some(Service), Passage::Goes)),
        (None, unasked, true, &stopped[..], false, (Some(Service), Passage::Unwanted)),
        (None, unasked, true, &[], true, (Some(Service), waits)),
        (None, unasked, true, &[], false, (Some(Service), Passage::Goes)),
        // A moment after her own message: the talk goes on.
        (None, awake, true, &[], true, (Some(Service), Passage::Goes)),
        (Some(Reminder), awake, true, &[], true, (Some(Reminder), waits)),
        (Some(Marketing), awake, true, &[], true, (Some(Marketing), waits)),
        (Some(Code), unasked, true, &stopped[..], true, (Some(Code), Passage::Goes)),
    ] {
        assert_eq!(go(said, occasion, own_door, opt_outs, quiet), wanted, "{said:?} {occasion:?} {own_door} {quiet}");
    }
    // One purpose is not another, and one channel not another.
    let offers = OptOut { channel: Channel::Sms, purpose: Some(Marketing) };
    assert!(offers.covers(Channel::Sms, Some(Marketing)) && !offers.covers(Channel::Sms, Some(Reminder)));
    assert!(!offers.covers(Channel::WhatsApp, Some(Marketing)));
    let codes = OptOut { channel: Channel::Sms, purpose: Some(Code) };
    assert!(codes.covers(Channel::Sms, Some(Code)) && !codes.covers(Channel::Sms, Some(Service)));
}

/// A flow with an open question, a word of its own, and a person to ask for.
fn flows() -> std::sync::Arc<FlowSet> {
    let flow = r"
flow: f
format: 1
start: {words: true, event: {shop.news: news}, otherwise: true}
anytime: {human: desk}
scenes:
  one:
    - choose: drink
      options: [tea, over]
    - ask: sure
      type: yesno
    - ask: note
      type: text
    - end
  desk: [say: desk, end]
  news:
    - say: news
    - say: offer
      purpose: marketing
    - end
";
    let texts = "start =\n    .words = book\nanytime =\n    .human = desk\ndrink = Which drink?\n    .tea = Tea\n    .over = End\nsure = Sure?\nnote = Anything else?\ndesk = We come.\nnews = News.\noffer = Offer.\n";
    let files = reviewed([("f.flow.yaml", flow), ("f.en.ftl", texts)]);
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_ref())).collect();
    std::sync::Arc::new(FlowSet::load(&files, &environment()).unwrap_or_else(|mistakes| panic!("{mistakes:#?}")))
}

/// One person and her conversation.
struct Talk {
    flows: std::sync::Arc<FlowSet>,
    state: State,
    context: Context,
    wish: Option<Wish>,
}

impl Talk {
    fn on(channel: Channel) -> Self {
        let mut context = Context::at(at("2026-11-20T08:00:00Z"), Africa::Kigali, channel);
        "Salon Inzozi".clone_into(&mut context.business);
        Self { flows: flows(), state: State::default(), context, wish: None }
    }

    fn input(&mut self, input: &Input) -> Done {
        let Turn::Done(done) = advance(&self.flows, &self.state, input, &[], &self.context) else { panic!("it asks") };
        self.state = done.state.clone();
        self.wish = done.wish;
        let channel = self.context.channel;
        match done.wish {
            Some(Wish::Stop) => self.context.opt_outs.push(OptOut { channel, purpose: None }),
            Some(Wish::Start) => self.context.opt_outs.clear(),
            Some(Wish::StopOf(purpose)) => self.context.opt_outs.push(OptOut { channel, purpose: Some(purpose) }),
            Some(Wish::StartOf(purpose)) => self.context.opt_outs.retain(|one| one.purpose != Some(purpose)),
            None => {}
        }
        *done
    }

    /// What is said when the person says this.
    fn say(&mut self, text: &str) -> Vec<String> {
        self.input(&Input::Message { body: MessageBody::Text { text: text.to_owned() }, referral: None }).said
    }
}

fn text(content: &Content) -> &str {
    let Content::Text { text, .. } = content else { panic!("no text: {content:?}") };
    text
}

#[test]
fn stop_ends_everything_is_confirmed_once_and_start_undoes_it() {
    for channel in [Channel::Sms, Channel::WhatsApp] {
        let mut talk = Talk::on(channel);
        assert_eq!(talk.say("hello"), ["drink"]);
        assert_eq!((talk.say("STOP"), talk.wish), (vec!["stopped".to_owned()], Some(Wish::Stop)));
        assert!(!talk.state.is_open());
        assert_eq!((talk.say("Stop."), talk.wish), (vec![], None), "once");
        assert_eq!(talk.say("book"), ["drink"], "what she asks for is answered");
        assert_eq!((talk.say("stop"), talk.wish), (vec!["stopped".to_owned()], None), "that ends the talk");
        assert_eq!((talk.say("START"), talk.wish), (vec!["started".to_owned()], Some(Wish::Start)));
        assert_eq!(talk.say("start"), ["drink"], "for one who gets messages it is a word like others");
    }
}

#[test]
fn the_words_of_all_languages_and_gateways_are_heard_where_nothing_is_open() {
    for word in [
        "STOP",
        "stopall",
        "Stop all",
        "UNSUBSCRIBE",
        "Cancel",
        "END",
        "quit",
        "ARRET",
        "arrêt",
        "Arrêter",
        "FIN",
        "annuler",
        "hagarika",
        "Guhagarika",
        "simamisha",
        "sitisha",
        "acha",
        "ghairi",
    ] {
        let mut talk = Talk::on(Channel::Sms);
        assert_eq!((talk.say(word), talk.wish), (vec!["stopped".to_owned()], Some(Wish::Stop)), "{word}");
    }
    for word in ["START", "unstop", "YES", "reprendre", "oui", "tangira", "yego", "anza", "ndiyo"] {
        let mut talk = Talk::on(Channel::Sms);
        talk.say("STOP");
        assert_eq!((talk.say(word), talk.wish), (vec!["started".to_owned()], Some(Wish::Start)), "{word}");
    }
    for word in ["HELP", "Info", "aide", "ubufasha", "msaada"] {
        let mut talk = Talk::on(Channel::Sms);
        assert_eq!((talk.say(word), talk.wish), (vec!["helped".to_owned()], None), "{word}");
    }
    // More than the word alone is no keyword.
    assert_eq!(Talk::on(Channel::Sms).say("stop by tomorrow"), ["drink"]);
}

#[test]
fn one_purpose_is_stopped_by_its_word_and_what_is_open_stays_open() {
    for (stop, start, purpose) in [
        ("STOP OFFERS", "START OFFERS", Purpose::Marketing),
        ("unsubscribe marketing", "unstop ads", Purpose::Marketing),
        ("Stop reminders", "start reminder", Purpose::Reminder),
        ("ARRÊT PUBLICITÉ", "reprendre offres", Purpose::Marketing),
        ("arrêter rappels", "reprendre rappels", Purpose::Reminder),
        ("hagarika kwamamaza", "tangira kwamamaza", Purpose::Marketing),
        ("Hagarika kwibutsa", "tangira kwibutsa", Purpose::Reminder),
        ("simamisha matangazo", "anza ofa", Purpose::Marketing),
        ("STOP vikumbusho", "anza vikumbusho", Purpose::Reminder),
    ] {
        for channel in [Channel::Sms, Channel::WhatsApp] {
            let mut talk = Talk::on(channel);
            talk.say("book");
            let stopped = (vec!["stopped".to_owned()], Some(Wish::StopOf(purpose)));
            assert_eq!((talk.say(stop), talk.wish), stopped, "{stop}");
            assert!(talk.state.is_open());
            assert_eq!((talk.say(stop), talk.wish), (vec![], None), "once");
            let started = (vec!["started".to_owned()], Some(Wish::StartOf(purpose)));
            assert_eq!((talk.say(start), talk.wish), started, "{start}");
            assert_eq!((talk.say(start), talk.wish), (vec![], None), "{start}");
        }
    }
    let mut talk = Talk::on(Channel::Sms);
    talk.say("STOP");
    assert_eq!((talk.say("STOP OFFERS"), talk.wish), (vec![], None), "it is stopped with all the rest");
    assert_eq!(Talk::on(Channel::Sms).say("stop offering"), ["drink"], "no word of a purpose");
    assert_eq!(Talk::on(Channel::Ussd).say("STOP OFFERS"), ["drink"], "on USSD nothing is sent that could be stopped");
}

#[test]
fn a_stopped_purpose_is_confirmed_in_one_segment_with_the_word_that_renews_it() {
    for (language, word) in [("en", "OFFERS"), ("fr", "OFFRES"), ("rw", "KWAMAMAZA"), ("sw", "MATANGAZO")] {
        let mut talk = Talk::on(Channel::Sms);
        language.clone_into(&mut talk.context.language);
        "Salon Inzozi n'Ubwiza bwa Kigali Ngali, Kimironko na Remera, hafi y'isoko"
            .clone_into(&mut talk.context.business);
        for (said, next) in [("STOP OFFERS", "START"), ("START OFFERS", "STOP")] {
            let done =
                talk.input(&Input::Message { body: MessageBody::Text { text: said.to_owned() }, referral: None });
            let text = text(&done.messages[0].content).to_owned();
            assert!(text.contains(&format!("{next} {word}")) && text.contains("Salon Inzozi"), "{text}");
            assert!(gsm::septets(&text).is_some_and(|septets| septets <= 160), "{text}");
        }
    }
}

#[test]
fn a_word_that_answers_the_open_question_is_that_answer() {
    let mut talk = Talk::on(Channel::Sms);
    talk.say("STOP");
    talk.say("book");
    assert_eq!((talk.say("end"), talk.wish), (vec!["sure".to_owned()], None), "an option");
    assert_eq!((talk.say("YES"), talk.wish), (vec!["note".to_owned()], None), "a yes");
    assert_eq!((talk.say("quit"), talk.wish), (vec![], None), "a free text");
    assert!(!talk.state.is_open());
    // Where it is none, it is the keyword again.
    let mut talk = Talk::on(Channel::Sms);
    talk.say("book");
    talk.say("tea");
    assert_eq!((talk.say("END"), talk.wish), (vec!["stopped".to_owned()], Some(Wish::Stop)));
    // CANCEL leaves the talk first, and ends the messages when nothing is left of it.
    let mut talk = Talk::on(Channel::Sms);
    talk.say("book");
    assert_eq!((talk.say("CANCEL"), talk.wish), (vec!["cancelled".to_owned()], None));
    assert_eq!((talk.say("CANCEL"), talk.wish), (vec!["stopped".to_owned()], Some(Wish::Stop)));
}

#[test]
fn help_tells_who_this_is_and_leaves_the_question_open() {
    let mut talk = Talk::on(Channel::Sms);
    talk.say("book");
    let help = Input::Message { body: MessageBody::Text { text: "HELP".to_owned() }, referral: None };
    let done = talk.input(&help);
    assert_eq!(
        text(&done.messages[0].content),
        "Salon Inzozi. Write HUMAN to reach one of us, STOP to get no more messages."
    );
    assert_eq!(talk.say("tea"), ["sure"]);
    assert_eq!(talk.say("human"), ["desk"]);
}

#[test]
fn stop_is_heard_while_staff_talk_to_the_person() {
    let mut talk = Talk::on(Channel::Sms);
    talk.say("book");
    talk.input(&Input::StaffSpoke { quiet_until: at("2026-11-20T09:00:00Z") });
    assert_eq!(talk.say("tea"), Vec::<String>::new());
    assert_eq!((talk.say("STOP"), talk.wish), (vec!["stopped".to_owned()], Some(Wish::Stop)));
    assert_eq!((talk.say("START"), talk.wish), (vec!["started".to_owned()], Some(Wish::Start)));
}

#[test]
fn on_a_keypad_stop_only_ends_the_session() {
    let mut talk = Talk::on(Channel::Ussd);
    talk.say("book");
    assert_eq!((talk.say("stop"), talk.wish), (vec!["stopped".to_owned()], None));
}

#[test]
fn what_the_network_heard_ends_the_talk_without_a_word() {
    let mut talk = Talk::on(Channel::Sms);
    talk.say("book");
    assert_eq!(talk.input(&Input::Kept { again: false }).said, Vec::<String>::new());
    assert_eq!((talk.wish, talk.state.is_open()), (Some(Wish::Stop), false));
    assert_eq!((talk.input(&Input::Kept { again: true }).said, talk.wish), (vec![], Some(Wish::Start)));
}

#[test]
fn messages_for_different_things_stay_apart() {
    let mut talk = Talk::on(Channel::Sms);
    let done = talk.input(&Input::Event { name: "shop.news".to_owned(), payload: ganira::flows::Row::new() });
    let all: Vec<_> = done.messages.iter().map(|say| (text(&say.content), say.purpose)).collect();
    assert_eq!(all, [("News.", None), ("Offer.", Some(Purpose::Marketing))]);
}

#[test]
fn the_three_answers_fill_one_message_with_the_longest_name_in_every_language() {
    let names = [
        "Salon Inzozi".to_owned(),
        "W".repeat(80),
        "{".repeat(80),
        "Ünïcödé & Söns, coiffure à la française — Kigali, Rubavu, Musanze, Huye et Rwamaga".chars().take(80).collect(),
        "የኢትዮጵያ ቤት".to_owned(),
        "🌍 Inzozi 🌍".to_owned(),
        String::new(),
    ];
    for language in ["en", "fr", "rw", "sw"] {
        for name in &names {
            let mut talk = Talk::on(Channel::Sms);
            talk.context.language = language.to_owned();
            talk.context.business.clone_from(name);
            for word in ["HELP", "STOP", "START"] {
                let said = Input::Message { body: MessageBody::Text { text: word.to_owned() }, referral: None };
                let done = talk.input(&said);
                let text = text(&done.messages[0].content);
                assert_eq!((done.messages.len(), gsm::segments(text)), (1, 1), "{language} {name} {text}");
                assert!(gsm::septets(text).is_some(), "{language} {text}");
                let tells = if word == "STOP" { "START" } else { "STOP" };
                assert!(text.contains(tells) && !text.contains("{business}"), "{text}");
            }
        }
    }
}

/// Values as long as the salon's visits may have them.
fn longest_visit() -> ganira::flows::Row {
    use ganira::flows::Value;
    let long = |letter: char, chars: usize| Value::text(letter.to_string().repeat(chars));
    let start = Value::DateTime(at("2026-12-30T12:30:00Z"));
    [
        ("id", Value::text("1".repeat(36))),
        ("label", long('L', 24)),
        ("note", Value::text("n".repeat(72))),
        ("service_label", long('S', 60)),
        ("staff_name", long('J', 60)),
        ("start", start),
        ("service", Value::Whole(1)),
        ("staff", Value::Whole(2)),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

#[test]
fn what_the_salon_starts_by_sms_fits_one_message_and_lets_dial_instead_of_a_paid_answer() {
    use ganira::domain::MoveCode;
    use ganira::flows::{Answer, Door, Invitation, Value};
    let set = FlowSet::shipped("salon").unwrap();
    let invitation = Invitation {
        code: MoveCode::drawn(7),
        life_s: 900,
        whatsapp: None,
        sms: Some("7711".to_owned()),
        ussd: Some("*384*77#".to_owned()),
        phone_known: true,
    };
    for language in ["en", "fr", "rw", "sw"] {
        for name in ["salon.visit_due", "salon.visit_done"] {
            for dials in [true, false] {
                let mut context = Context::at(at("2026-12-29T08:00:00Z"), Africa::Kigali, Channel::Sms);
                context.language = language.to_owned();
                context.invitation = dials.then(|| invitation.clone());
                let payload = [("visit".to_owned(), Value::Row(longest_visit()))].into();
                let input = Input::Event { name: name.to_owned(), payload };
                let mut answers = Vec::new();
                let done = loop {
                    match advance(&set, &State::default(), &input, &answers, &context) {
                        Turn::Done(done) => break *done,
                        Turn::Ask(questions) => answers.extend(questions.iter().map(|_| {
                            let known = [("asked", Value::YesNo(true)), ("given", Value::YesNo(true))];
                            let known = known.map(|(name, value)| (name.to_owned(), value)).into();
                            Answer { outcome: "found".to_owned(), value: Some(Value::Row(known)) }
                        })),
                    }
                };
                let [say] = &done.messages[..] else {
                    panic!("{language} {name}: {:?} {:?}", done.messages, done.faults)
                };
                let text = text(&say.content);
                assert_eq!(gsm::segments(text), 1, "{language} {name}: {text}");
                assert_eq!(text.contains("*384*77#"), dials, "{language} {name}: {text}");
                assert!(!dials || !text.contains("\n1 "), "{text}");
                if !dials {
                    continue;
                }
                // And the code leads exactly there.
                let screen = Context {
                    doors: vec![Door { channel: Channel::Ussd, open: true }],
                    ..Context { channel: Channel::Ussd, ..context }
                };
                let dial = Input::Dial { code: "*384*77#".to_owned() };
                let Turn::Done(dialled) = advance(&set, &done.state, &dial, &[], &screen) else { panic!("it asks") };
                assert_eq!(dialled.said, done.said, "{language} {name}");
            }
        }
    }
}

#[test]
fn what_the_salon_says_without_a_question_fits_one_sms_in_every_language() {
    let set = FlowSet::shipped("salon").unwrap();
    let said = set.said_by_sms();
    let started = [
        "booking/booked",
        "booking/moved",
        "booking/cancelled",
        "booking/hold_ends_soon",
        "booking/hold_lapsed",
        "booking/still_there",
        "booking/we_call_you",
        "booking/trouble",
        "booking/bye",
        "feedback/thanks",
        "feedback/heard",
        "feedback/never",
    ];
    for name in started {
        let of = said.iter().filter(|(known, _, _)| known == name);
        let languages: std::collections::BTreeSet<_> = of.clone().map(|(_, language, _)| *language).collect();
        assert_eq!(languages.len(), 4, "{name}");
        for (_, language, segments) in of {
            assert_eq!(*segments, 1, "{name} in {language}");
        }
    }
}
