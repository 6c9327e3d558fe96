//! Flows are published while people talk: hot, without disturbing anybody, and back again.

use std::collections::BTreeMap;
use std::time::Duration;

use ganira::operations::flows::{self, FlowError, Folder, Wanted};
use ganira::operations::{registry, requests};
use serde_json::Value;

use crate::world::{Wish, World, text, wait_for};

const EARLY: &str = "+250780000001";
const LATE: &str = "+250780000002";

/// A flow that asks twice and says `word` in between.
fn folder(word: &str) -> Folder {
    let flow = "flow: greet\nformat: 1\nlanguages: [en]\nstart: {otherwise: true}\nscenes:\n  hello:\n    - ask: name\n      type: text\n    - ask: town\n      type: text\n    - say: bye\n    - end\n";
    let texts = format!(
        "### unreviewed\nname = {word}: your name?\ntown = {word}: your town?\nbye = {word}: {{ $name }} of {{ $town }}.\n"
    );
    BTreeMap::from([("greet.flow.yaml".to_owned(), flow.to_owned()), ("greet.en.ftl".to_owned(), texts)])
}

async fn publish(world: &World, files: Folder) -> Result<flows::Published, FlowError> {
    let pool = world.database.pool().await;
    let wanted = Wanted { note: "a test", by: "the test", reviewed_only: false };
    let published = flows::publish(&pool, world.tenant, files, &registry::environment(), wanted).await?;
    refresh(world).await;
    Ok(published)
}

async fn refresh(world: &World) {
    let pool = world.database.pool().await;
    let answers = requests::ask(&pool, &[requests::Request::Refresh], Duration::from_secs(30)).await.unwrap();
    assert_eq!(answers, [Some("done".to_owned())]);
}

async fn world() -> World {
    World::with(Wish { flow: "diary", ..Wish::default() }).await
}

/// Says something and returns the last answer.
async fn say(world: &World, from: &str, words: &str) -> String {
    let before = world.inbox(from).await.len();
    world.say(from, words).await;
    let inbox: Vec<Value> = world.received(from, before + 1).await;
    text(inbox.last().unwrap()).to_owned()
}

#[tokio::test]
async fn a_new_revision_is_spoken_at_once_and_disturbs_nobody() {
    let mut world = world().await;
    assert_eq!(publish(&world, folder("one")).await.unwrap().revision, 1);
    assert_eq!(say(&world, EARLY, "hi").await, "one: your name?");

    let second = publish(&world, folder("two")).await.unwrap();
    assert_eq!((second.revision, second.before, second.again), (2, Some(1), false));
    assert_eq!(say(&world, LATE, "hi").await, "two: your name?", "who begins now begins with the new one");
    assert_eq!(say(&world, EARLY, "Keza").await, "one: your town?", "who is in the middle stays with hers");

    // A restart in the middle changes nothing: the session names its revision.
    world.stop_engine().await;
    world.start().await;
    assert_eq!(say(&world, EARLY, "Huye").await, "one: Keza of Huye.");
    assert_eq!(say(&world, EARLY, "hi").await, "two: your name?", "her next session is of the live one");
    world.stop().await;
}

#[tokio::test]
async fn who_began_with_the_shipped_flows_ends_with_them() {
    let world = world().await;
    assert_eq!(say(&world, EARLY, "hi").await, "hi");
    publish(&world, folder("one")).await.unwrap();
    assert_eq!(say(&world, EARLY, "still").await, "hi\nstill");
    assert_eq!(say(&world, LATE, "hi").await, "one: your name?");
    world.stop().await;
}

#[tokio::test]
async fn a_session_whose_revision_is_gone_goes_on_with_the_live_one() {
    let mut world = world().await;
    publish(&world, folder("one")).await.unwrap();
    assert_eq!(say(&world, EARLY, "hi").await, "one: your name?");
    publish(&world, folder("two")).await.unwrap();
    world.stop_engine().await;
    let pool = world.database.pool().await;
    for table in [
        "DELETE FROM ganira.flow_publication WHERE revision = 1",
        "DELETE FROM ganira.flow_revision WHERE revision = 1",
    ] {
        sqlx::query(table).execute(&pool).await.unwrap();
    }
    world.start().await;
    assert_eq!(say(&world, EARLY, "Keza").await, "two: your town?");
    world.stop().await;
}

#[tokio::test]
async fn publishing_an_earlier_folder_again_rolls_back_to_it() {
    let world = world().await;
    publish(&world, folder("one")).await.unwrap();
    publish(&world, folder("two")).await.unwrap();
    let back = publish(&world, folder("one")).await.unwrap();
    assert_eq!((back.revision, back.before, back.again), (1, Some(2), true));
    assert_eq!(say(&world, EARLY, "hi").await, "one: your name?");
    let pool = world.database.pool().await;
    let back = flows::roll_back(&pool, world.tenant, 2, "the test").await.unwrap();
    refresh(&world).await;
    assert_eq!((back.revision, back.before), (2, Some(1)));
    assert_eq!(say(&world, LATE, "hi").await, "two: your name?");
    assert_eq!(say(&world, EARLY, "Keza").await, "one: your town?");

    let listed = flows::revisions(&pool, world.tenant).await.unwrap();
    let live: Vec<(i32, bool)> = listed.iter().map(|one| (one.revision, one.live)).collect();
    assert_eq!(live, [(2, true), (1, false)]);
    assert_eq!(flows::files(&pool, world.tenant, Some(1)).await.unwrap(), folder("one"));
    let missing = flows::roll_back(&pool, world.tenant, 7, "the test").await.unwrap_err();
    assert!(matches!(missing, FlowError::NoRevision(_, 7)), "{missing}");
    world.stop().await;
}

#[tokio::test]
async fn a_folder_with_a_mistake_changes_nothing() {
    let world = world().await;
    publish(&world, folder("one")).await.unwrap();
    let mut broken = folder("two");
    broken.insert("greet.en.ftl".to_owned(), "### unreviewed\nname = Your name?\n".to_owned());
    let FlowError::Mistakes(mistakes) = publish(&world, broken).await.unwrap_err() else { panic!("mistakes") };
    assert!(mistakes.iter().any(|mistake| mistake.what.contains("town")), "{mistakes:?}");
    assert!(matches!(publish(&world, Folder::new()).await.unwrap_err(), FlowError::Empty));
    let pool = world.database.pool().await;
    assert_eq!(flows::revisions(&pool, world.tenant).await.unwrap().len(), 1);
    assert_eq!(say(&world, EARLY, "hi").await, "one: your name?");
    world.stop().await;
}

#[tokio::test]
async fn two_publishers_at_once_get_two_revisions() {
    let world = world().await;
    let pool = world.database.pool().await;
    let environment = registry::environment();
    let wanted = Wanted { note: "", by: "the test", reviewed_only: false };
    let both = (0..8).map(|n| {
        let (pool, environment) = (pool.clone(), &environment);
        async move { flows::publish(&pool, world.tenant, folder(&format!("word{n}")), environment, wanted).await }
    });
    let mut revisions: Vec<i32> =
        futures::future::try_join_all(both).await.unwrap().into_iter().map(|one| one.revision).collect();
    revisions.sort_unstable();
    assert_eq!(revisions, (1..=8).collect::<Vec<_>>());
    world.stop().await;
}

#[tokio::test]
async fn the_funnel_counts_who_entered_answered_was_asked_again_and_left() {
    let mut world = world().await;
    let mut files = folder("one");
    let flow = files["greet.flow.yaml"].replace("type: text\n    - ask: town", "type: whole\n    - ask: town");
    files.insert("greet.flow.yaml".to_owned(), flow);
    publish(&world, files).await.unwrap();
    for person in [EARLY, LATE] {
        say(&world, person, "hi").await;
    }
    say(&world, EARLY, "not a number").await;
    say(&world, EARLY, "7").await;
    say(&world, LATE, "stop").await;
    // What is not yet written is written when the engine stops.
    world.stop_engine().await;
    let pool = world.database.pool().await;
    let counts = wait_for("the funnel", async || {
        let funnel = flows::funnel(&pool, world.tenant, 1).await.unwrap();
        (!funnel.is_empty()).then_some(funnel)
    })
    .await;
    let of = |step: &str| {
        let row = counts.iter().find(|row| row.step == step).unwrap_or_else(|| panic!("{step}: {counts:?}"));
        assert_eq!((row.revision, row.flow.as_str(), row.channel.as_str()), (1, "greet", "whatsapp"));
        [row.entered, row.answered, row.asked_again, row.left]
    };
    assert_eq!(of("hello.name"), [2, 1, 1, 1]);
    assert_eq!(of("hello.town"), [1, 0, 0, 0]);
    world.sandbox.stop().await;
}

/// The flow of [`folder`] with its second question renamed.
fn renamed(moves: &str) -> Folder {
    let mut files = folder("new");
    let flow =
        files["greet.flow.yaml"].replace("ask: town", "ask: place").replace("scenes:", &format!("{moves}scenes:"));
    let texts = files["greet.en.ftl"].replace("town = new: your town?", "place = new: your place?");
    files.insert("greet.flow.yaml".to_owned(), flow);
    files.insert("greet.en.ftl".to_owned(), texts.replace("{ $town }", "{ $place }"));
    files
}

#[tokio::test]
async fn sessions_move_to_a_revision_that_says_how() {
    let world = world().await;
    publish(&world, folder("one")).await.unwrap();
    for person in [EARLY, LATE] {
        say(&world, person, "hi").await;
        say(&world, person, "Keza").await;
    }
    let FlowError::Mistakes(mistakes) = publish(&world, renamed("moves: {from: [1]}\n")).await.unwrap_err() else {
        panic!("a place without an heir")
    };
    assert!(mistakes.iter().any(|mistake| mistake.to_string().contains("hello.town")), "{mistakes:?}");
    assert_eq!(say(&world, EARLY, "Huye").await, "one: Keza of Huye.", "nothing was published");

    let moving = renamed("moves: {from: [1], places: {hello.town: hello.place}, values: {town: place}}\n");
    let published = publish(&world, moving).await.unwrap();
    assert_eq!(published.moves.len(), 1);
    assert!(published.moves[0].1.contains("1 move"), "{:?}", published.moves);
    assert_eq!(say(&world, LATE, "Huye").await, "new: Keza of Huye.", "her answer counts where the question went");
    let pool = world.database.pool().await;
    let funnel = flows::funnel(&pool, world.tenant, 1).await.unwrap();
    assert!(funnel.iter().all(|row| row.step != "hello.place" || row.revision == 2), "{funnel:?}");
    world.stop().await;
}

#[tokio::test]
async fn digits_in_print_keep_their_meaning() {
    let world = world().await;
    let menu = |options: &str| {
        let flow = format!(
            "flow: greet\nformat: 1\nlanguages: [en]\nstart: {{ussd: \"*384*9#\", otherwise: true}}\nscenes:\n  menu:\n    - choose: menu\n      options: {options}\n"
        );
        let texts = "### unreviewed\nmenu = What?\n    .book = Book\n    .mine = Mine\n    .hours = Hours\n".to_owned();
        Folder::from([("greet.flow.yaml".to_owned(), flow), ("greet.en.ftl".to_owned(), texts)])
    };
    publish(&world, menu("{book: end, mine: end, hours: end}")).await.unwrap();
    let FlowError::Mistakes(mistakes) = publish(&world, menu("{book: end, hours: end, mine: end}")).await.unwrap_err()
    else {
        panic!("another meaning")
    };
    assert!(mistakes[0].what.contains("meant \"mine\""), "{mistakes:?}");
    let kept = "{book: end, hours: end, mine: end}\n      keys: {book: 1, mine: 2, hours: 3}";
    assert_eq!(publish(&world, menu(kept)).await.unwrap().revision, 2);
    world.stop().await;
}
