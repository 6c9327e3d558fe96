//! Messages whose turns the database will never take: each ends among the dead letters, at once, and its conversation goes on.

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde_json::Value;

use crate::check::Violation;
use crate::load::now;
use crate::report::Report;
use crate::rows::Scale;
use crate::town::{Town, Wish};
use crate::webhook::{Person, post};

/// A rule of the journal that some events break.
const POISON: &str = "
    CREATE TABLE public.poison (event bytea PRIMARY KEY);
    CREATE FUNCTION public.refuse_poison() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN
        IF EXISTS (SELECT FROM public.poison AS p WHERE p.event = new.event) THEN
            RAISE check_violation USING MESSAGE = 'ordered by a test';
        END IF;
        RETURN new;
    END $$;
    CREATE TRIGGER refuse_poison BEFORE INSERT ON ganira.journal FOR EACH ROW EXECUTE FUNCTION public.refuse_poison();";

/// Messages of each person: the odd ones are poisoned.
const MESSAGES: u32 = 5;
/// Numbers that the load never reaches.
const FIRST: u32 = 9_000_000;

pub async fn row(scale: Scale) -> Report {
    let mut town = Town::at_work(Wish::of(scale)).await;
    sqlx::raw_sql(POISON).execute(&town.database.pool).await.unwrap();
    let people: Vec<Person> = (FIRST..).take(scale.of(8, 80)).map(Person).collect();
    let account: i64 = sqlx::query_scalar("SELECT id FROM ganira.account WHERE channel = 'whatsapp'")
        .fetch_one(&town.database.pool)
        .await
        .unwrap();
    for person in &people {
        for n in (1..MESSAGES).step_by(2) {
            let event = town.database.hashes.event(account, person.message_id(n).as_bytes());
            let insert = sqlx::query("INSERT INTO public.poison VALUES ($1)").bind(event.as_slice());
            insert.execute(&town.database.pool).await.unwrap();
        }
        town.load.introduce(*person).await;
    }
    let mut random = StdRng::seed_from_u64(town.seed);
    // Those of all people together, so that each poisoned turn stands in a batch with others.
    for n in 1..MESSAGES {
        let messages: Vec<(Person, u32)> = people.iter().map(|person| (*person, n)).collect();
        for some in messages.chunks(8) {
            town.load.until_acknowledged(&post(some, now(), false), &mut random).await;
        }
    }
    let poisoned = people.len() * (MESSAGES as usize / 2);
    town.report.runs = poisoned;
    let buried = town.database.count("dead_letter WHERE reason = 'poison'").await;
    town.report.bit("poisoned messages among the dead letters", usize::try_from(buried).unwrap());
    if buried != poisoned as i64 {
        town.report.add(Violation::Buried, format!("{buried} dead letters of {poisoned} poisoned messages"));
    }
    town.come_to_rest().await;
    for person in &people {
        let expected: Vec<String> = (0..MESSAGES).step_by(2).map(|n| person.line(n)).collect();
        let inbox: Vec<Value> = town.inbox(&person.phone()).await;
        let last = inbox.last().and_then(|message| message["text"]["body"].as_str()).unwrap_or_default();
        if last.lines().ne(expected.iter().map(String::as_str)) {
            town.report.add(Violation::Lost, format!("{person:?} reads {last:?}"));
        }
    }
    town.report.dead_letters_expected = buried;
    town.judge().await
}
