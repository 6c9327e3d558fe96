//! One booking by three channels, with a session that drops in between; and the way back to a keypad.

use super::*;
use crate::ussd::handset::{self, Handset, count};
use crate::world::options;

/// Somebody else at a keypad.
const STRANGE: &str = "+250780000009";
const FLOW: &str = r#"
flow: visit
format: 1
channels: [whatsapp, ussd, sms]
languages: [en]
start: {otherwise: true, ussd: "*384*77#"}
carry_on: [whatsapp, sms]
stuck: menu
unavailable: trouble
scenes:
  menu:
    - choose: menu
      options: {book: book, screen: screen}
  screen:
    - move: ussd
      outcomes: {moved: book, unreachable: end}
  book:
    - find: services
      empty: trouble
    - choose: service
      from: services
    - find: free_days
      with: {service: service.id, staff: "0"}
      empty: trouble
    - choose: day
      from: free_days
    - move: whatsapp
      outcomes: {moved: slots, unreachable: slots}
  slots:
    - find: free_slots
      with: {service: service.id, staff: "0", day: day.id}
      empty: trouble
    - choose: slot
      from: free_slots
    - do: hold_slot
      with: {slot: slot.id, service: service.id}
      as: hold
      outcomes: {held: next, taken: slots}
    - choose: sure
      options: {book_it: next, leave: end}
    - do: book_visit
      with: {hold: hold.id, service: service.id}
      as: visit
      outcomes: {booked: next, lapsed: slots}
    - move: sms
      outcomes: {moved: next, unreachable: next}
    - say: booked
    - end
  trouble: [say: trouble, end]
"#;
const ENGLISH: &str = "### unreviewed
menu = Welcome!
    .book = Book
    .screen = By keypad
service = What would you like?
day = When?
whatsapp = Choose a time in WhatsApp.
slot = At what time?
sure = { $service-label }: book it?
    .book_it = Book it
    .leave = Leave it
sms = You get an SMS.
booked = Booked: { $service-label }.
trouble = Sorry.
";

/// A salon at all three channels, each with its company at the other end.
async fn salon() -> World {
    let at_keypads = handset::gateway(&[]);
    let world = crate::sms::bench::with(move |config| {
        config.ussd_gateways.clear();
        config.ussd_gateways.insert("at".to_owned(), at_keypads);
    })
    .await;
    handset::add_code(&world, "at", handset::CODE).await;
    let pool = world.database.pool().await;
    tenants::set_number(&pool, NUMBER, &Phone::parse("+250788000100").unwrap()).await.unwrap();
    publish(&world, "visit", FLOW, ENGLISH).await;
    introduce(&world).await;
    world
}

#[tokio::test]
async fn a_booking_begins_on_a_keypad_drops_goes_on_in_whatsapp_and_is_confirmed_by_sms() {
    let mut world = salon().await;
    let mut lost = Handset::new(&world, ALINE, "ATUid_1");
    assert!(lost.dial("").await.starts_with("CON Welcome!"));
    let services = lost.key("1").await;
    assert!(services.contains("What would you like?"), "{services}");
    lost.ends("Incomplete").await;

    let mut again = Handset::new(&world, ALINE, "ATUid_2");
    assert!(again.dial("").await.contains("1 Go on"));
    assert_eq!(again.key("1").await, services, "she stands where she stood");
    let days = again.key("1").await;
    assert!(days.starts_with("CON When?"), "{days}");
    let last = again.key("1").await;
    assert_eq!(last, "END Choose a time in WhatsApp.\nWe have sent you a link by SMS.");

    let who = by_phone(&world, ALINE).await;
    let code = MoveCode::in_text(&world.sms(ALINE, 1).await).unwrap();
    // The engine restarts in between: nothing of it lives in memory alone.
    world.stop_engine().await;
    world.start().await;
    world.say(ALINE_THERE, &format!("Hello, {}", code.letters())).await;
    let inbox = world.received(ALINE_THERE, 1).await;
    assert!(crate::world::text(&inbox[0]).starts_with("At what time?"), "{:#}", inbox[0]);
    world.tap(ALINE_THERE, &options(&inbox[0])[0]).await;
    let inbox = world.received(ALINE_THERE, 2).await;
    world.tap(ALINE_THERE, &crate::world::option(&inbox[1], "book_it")).await;
    let confirmed = world.sms(ALINE, 2).await;
    assert!(confirmed.starts_with("Booked: "), "{confirmed}");
    assert_eq!(last_text(&world, ALINE_THERE, 3).await, "You get an SMS.");

    assert_eq!(count(&world, handset::BOOKED).await, 1);
    assert_eq!(count(&world, "SELECT count(*) FROM ganira.contact_key").await, 1, "she was one person all along");
    let mut channels: Vec<String> = thread(&world, who).await.into_iter().map(|line| line.channel).collect();
    channels.dedup();
    assert_eq!(channels, ["ussd", "sms", "whatsapp", "sms"], "in their order");
    world.stop().await;
}

#[tokio::test]
async fn who_has_no_number_dials_a_code_behind_the_code_and_is_joined_by_it() {
    let world = salon().await;
    world.say(ALINE_THERE, "hello").await;
    let inbox = world.received(ALINE_THERE, 1).await;
    world.tap(ALINE_THERE, &crate::world::option(&inbox[0], "screen")).await;
    let told = last_text(&world, ALINE_THERE, 2).await;
    let dialled = told.strip_prefix("To go on, dial *384*77*").unwrap_or_else(|| panic!("{told}"));
    let behind = dialled.trim_end_matches('#');
    assert!(MoveCode::in_dialled(&format!("*384*77*{behind}#")).is_some(), "{told}");

    // A stranger's guess first.
    let guessed = MoveCode::drawn(7).dialled_after("");
    let screen = Handset::new(&world, STRANGE, "ATUid_9").dial(guessed.trim_matches(['*', '#'])).await;
    assert_eq!(screen, "END This code is not, or no longer, good. Please ask for a new one where you began.");

    let screen = Handset::new(&world, ALINE, "ATUid_1").dial(behind).await;
    assert!(screen.starts_with("CON What would you like?"), "{screen}");
    assert_eq!(by_phone(&world, ALINE).await, by_id(&world, ALINE_THERE).await);
    world.stop().await;
}
