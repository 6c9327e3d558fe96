//! Hops of USSD sessions through the real HTTP surface, with real commits.

use super::{Loads, all};
use crate::cli::bench::figures::{Budget, Row, Series, rounded};
use crate::cli::bench::ground::{self, Ground, WIDE};
use crate::cli::bench::handset::{CODE, GATEWAY, KEY};
use crate::cli::bench::load::{Speech, Until};
use crate::cli::bench::served::Served;
use crate::cli::bench::{Bench, check};
use crate::operations::tenants::{self, NewUssd};
use crate::store::postgres::owner_pool;

const DATABASE: &str = "bench_ussd";
/// Hops a second.
const RATE: f64 = 500.0;
/// Handsets in a session at once, each on a connection of its own: a key every half second.
const HANDSETS: usize = 250;
/// What a hop may take at p99.
const BUDGET: Option<Budget> = Some(Budget::AtMost(50.0));
/// Silent handsets stay in their sessions: nothing but hops happens in a run.
const PATIENT: [(&str, &str); 4] = [
    ("GANIRA__USSD__GATEWAYS__AT__KIND", "africastalking"),
    ("GANIRA__USSD__GATEWAYS__AT__KEY", KEY),
    ("GANIRA__USSD__GATEWAYS__AT__IDLE_MS", "3600000"),
    ("GANIRA__USSD__GATEWAYS__AT__TOTAL_MS", "3600000"),
];

pub(in crate::cli::bench) async fn ussd(bench: &Bench, ground: &Ground) -> anyhow::Result<Vec<Row>> {
    let database = ground.database(DATABASE).await?;
    let url = ground.url(DATABASE)?;
    let more: Vec<_> = WIDE.into_iter().chain(PATIENT).chain([("DATABASE_URL", url.as_str())]).collect();
    let environment = ground::environment(&ground.folder, &ground.keys, &more);
    let tenant = ground::salon(&database, &ground::config(environment.clone())?).await?;
    let pool = owner_pool(database).await?;
    let code = NewUssd { gateway: GATEWAY.to_owned(), code: CODE.to_owned() };
    tenants::add_ussd(&pool, tenant, &code).await?;
    pool.close().await;
    let served = Served::ready(environment, &ground.folder).await?;
    let mut loads = Loads::at(served.address);
    let until = Until::Seconds(bench.seconds as f64);
    let mut ended = all(loads.say(HANDSETS, Speech::Hops, Until::Seconds(2.0), Some(RATE)).await?)?.ended;
    let [mut p50, mut p99, mut most] = [const { Series::new() }; 3];
    for _ in 0..bench.repeats {
        let heard = all(loads.say(HANDSETS, Speech::Hops, until, Some(RATE)).await?)?;
        ended += heard.ended;
        p50.push(heard.times.p50);
        p99.push(heard.times.p99);
        most.push(heard.times.max);
    }
    served.stop().await?;
    let mut connection = ground.connection(DATABASE).await?;
    check::hops(&mut connection, loads.accepted, ended).await?;
    Ok(vec![
        Row::of("USSD hops at 500 a second, p99", &p99, "ms", BUDGET)
            .how(format!(
                "open loop of {RATE} hops a second from {HANDSETS} handsets in Africa's Talking's shape: dial, then digits as far as the times of \
                 a day, then the next phone dials. `ganira serve` in a process of its own, log on; HTTP is part of the time, which counts from \
                 when the hop should have left. Every answer is CON or END; the walk itself ends no session, so an END is a hop \
                 that was told to try again. Every hop with a CON is one turn in the journal"
            ))
            .note(format!(
                "p50 {} ms, worst {} ms, HTTP included; {ended} told to try again",
                rounded(p50.median()),
                rounded(most.median())
            ))
            .with("p50_ms", p50.to_json())
            .with("max_ms", most.to_json())
            .with("told_to_try_again", ended)
            .with("hops_checked", loads.accepted),
    ])
}
