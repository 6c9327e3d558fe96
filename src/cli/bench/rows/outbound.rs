//! What leaves: messages of the outbox sent to a company on this machine ÷ a bare client; and a backlog that a killed engine left behind ÷ what
//! the engine does steadily.

use std::collections::BTreeMap;

use anyhow::bail;
use sqlx::PgConnection;
use sqlx::postgres::PgConnectOptions;

use super::{Loads, all};
use crate::cli::bench::bodies::{MID_BOOKING, NUMBER};
use crate::cli::bench::figures::{Budget, Row, Series, written};
use crate::cli::bench::ground::{self, Ground, WIDE};
use crate::cli::bench::load::{Speech, Until};
use crate::cli::bench::part::{self, Address, Name, Running};
use crate::cli::bench::provider::Watched;
use crate::cli::bench::served::Served;
use crate::cli::bench::{Bench, check};
use crate::domain::Clock;
use crate::operations::tenants::{self, Which};
use crate::store::postgres::owner_pool;

const DATABASE: &str = "bench_outbound";
const CONNECTIONS: usize = 64;
/// Turns that leave a backlog, for each second of a measurement.
const BACKLOG_A_SECOND: u64 = 2_000;
/// Requests in flight of one account at most, see `actors::outbound::share`.
const AT_ONCE: u64 = 64;
/// As long as one of ours on its way to Graph.
const BODY_BYTES: usize = 420;
/// The company takes whatever comes.
const FAST: [(&str, &str); 4] = [
    ("GANIRA__OUTBOUND__NUMBER_PER_SECOND", "10000"),
    ("GANIRA__OUTBOUND__PAIR_BURST", "10000"),
    ("GANIRA__OUTBOUND__PAIR_REFILL_MS", "10"),
    ("GANIRA__MEDIA__ALLOW_PRIVATE_HOSTS", "true"),
];

pub(in crate::cli::bench) async fn outbound(bench: &Bench, ground: &Ground) -> anyhow::Result<Vec<Row>> {
    let process: Running<Address> = part::start(Name::Provider, &()).await?;
    let company = Watched::at(process.said)?;
    let database = ground.database(DATABASE).await?;
    let url = ground.url(DATABASE)?;
    let own = [("DATABASE_URL", url.as_str()), ("GANIRA__WHATSAPP__GRAPH_URL", company.url())];
    let more: Vec<_> = WIDE.into_iter().chain(FAST).chain(own).collect();
    let environment = ground::environment(&ground.folder, &ground.keys, &more);
    ground::salon(&database, &ground::config(environment.clone())?).await?;
    let mut scene = Scene { ground, company: &company, database, environment, accepted: 0, run: 0 };
    let served = scene.serve(Flow::Stopped).await?;
    let mut loads = Loads::at(served.address);
    loads.lead().await?;
    scene.accepted = loads.accepted;
    scene.run = loads.run();
    served.stop().await?;
    // Setting out is not measured, but it leaves too.
    scene.drain_stopped().await?;
    let [mut steady, mut drained, mut bare, mut sent, mut recovered] = [const { Series::new() }; 5];
    for round in 0..bench.repeats {
        let most = scene.steady(bench).await?;
        let (rate, with_start) = scene.backlog(bench).await?;
        let limit = company.bare(round as u64, bench.seconds * BACKLOG_A_SECOND, BODY_BYTES, AT_ONCE).await?;
        steady.push(most);
        drained.push(rate);
        bare.push(limit);
        sent.push(rate / limit);
        recovered.push(with_start / most);
    }
    scene.check().await?;
    Ok(vec![
        Row::of("outbox sends ÷ bare client", &sent, "ratio", Some(Budget::AtLeast(0.70)))
            .how(format!(
                "a backlog that waits in the outbox leaves for a company on this machine: read, opened, each attempt recorded before its request \
                 and its outcome after, both in the database; at most {AT_ONCE} requests in flight and 10,000 messages a second. The limit is a \
                 loop of reqwest with {AT_ONCE} in flight that reads the answers. Every message came once"
            ))
            .note(format!("{}/s against {}/s", written(drained.median()), written(bare.median())))
            .with("drained_per_second", drained.to_json())
            .with("bare_per_second", bare.to_json()),
        Row::of("recovery: backlog drained after kill -9 ÷ steady", &recovered, "ratio", Some(Budget::AtLeast(1.0)))
            .how(format!(
                "messages committed and unsent when the engine is killed, until all have left, its start included; steadily the same engine takes \
                 messages of {CONNECTIONS} voices, works their turns out and sends the answers. What is acknowledged is worked out in the same \
                 commit, so nothing else can be left behind"
            ))
            .note(format!("steadily {} sends/s", written(steady.median())))
            .with("steady_per_second", steady.to_json()),
    ])
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    Stopped,
    Open,
}

/// What the measurements share.
struct Scene<'s> {
    ground: &'s Ground,
    company: &'s Watched,
    database: PgConnectOptions,
    environment: BTreeMap<String, String>,
    accepted: u64,
    run: u64,
}

impl Scene<'_> {
    /// An engine whose number is open or stopped from the start.
    async fn serve(&self, flow: Flow) -> anyhow::Result<Served> {
        self.turn(flow).await?;
        Served::ready(self.environment.clone(), &self.ground.folder).await
    }

    async fn turn(&self, flow: Flow) -> anyhow::Result<()> {
        let pool = owner_pool(self.database.clone()).await?;
        let number = Which::PhoneNumberId(NUMBER.to_owned());
        match flow {
            Flow::Open => tenants::resume(&pool, &number).await?,
            Flow::Stopped => tenants::stop(&pool, &number, "the measurement lays a backlog").await?,
        };
        pool.close().await;
        Ok(())
    }

    fn loads(&self, served: &Served) -> Loads {
        Loads::after(served.address, self.run)
    }

    fn learn(&mut self, loads: &Loads) {
        self.accepted += loads.accepted;
        self.run = loads.run();
    }

    async fn drain_stopped(&mut self) -> anyhow::Result<()> {
        let served = self.serve(Flow::Open).await?;
        self.company.until(self.written().await?).await?;
        served.stop().await
    }

    /// Sends a second while people write and are answered.
    async fn steady(&mut self, bench: &Bench) -> anyhow::Result<f64> {
        let served = self.serve(Flow::Open).await?;
        let before = self.company.seen().await?.messages;
        let mut loads = self.loads(&served);
        let begun = Clock::system().now().timestamp_millis();
        all(loads.say(CONNECTIONS, speech(), Until::Seconds(bench.seconds as f64), None).await?)?;
        let seen = self.company.until(self.written().await?).await?;
        self.learn(&loads);
        served.stop().await?;
        Ok((seen.messages - before) as f64 * 1000.0 / (seen.last_at_ms - begun) as f64)
    }

    /// Sends a second of a backlog after kill -9: from the first to the last, and from the start of the engine.
    async fn backlog(&mut self, bench: &Bench) -> anyhow::Result<(f64, f64)> {
        let served = self.serve(Flow::Stopped).await?;
        let mut loads = self.loads(&served);
        all(loads.say(CONNECTIONS, speech(), Until::Messages(bench.seconds * BACKLOG_A_SECOND), None).await?)?;
        self.learn(&loads);
        served.kill().await?;
        let waits = self.written().await? - self.company.seen().await?.messages;
        self.company.begin().await?;
        self.turn(Flow::Open).await?;
        let begun = Clock::system().now().timestamp_millis();
        let served = Served::ready(self.environment.clone(), &self.ground.folder).await?;
        let seen = self.company.until(self.written().await?).await?;
        served.stop().await?;
        let rate = |since_ms: i64| waits as f64 * 1000.0 / (seen.last_at_ms - since_ms).max(1) as f64;
        Ok((rate(seen.first_at_ms), rate(begun)))
    }

    /// Messages in the outbox, of all that was ever said.
    async fn written(&self) -> anyhow::Result<u64> {
        count(&mut self.ground.connection(DATABASE).await?, "SELECT count(*) FROM ganira.outbox").await
    }

    /// Fails unless every message came to the company once, and is known to have.
    async fn check(&self) -> anyhow::Result<()> {
        let mut connection = self.ground.connection(DATABASE).await?;
        check::turns(&mut connection, self.accepted).await?;
        let sent = count(&mut connection, "SELECT count(*) FROM ganira.delivery WHERE rank > 0").await?;
        let (written, seen) = (self.written().await?, self.company.seen().await?);
        if seen.messages != written || seen.again > 0 || sent != written {
            bail!(
                "violation: {written} messages were written, {sent} are known to be sent, {} came and {} came again",
                seen.messages,
                seen.again
            );
        }
        Ok(())
    }
}

fn speech() -> Speech {
    Speech::Text(MID_BOOKING.to_owned())
}

async fn count(connection: &mut PgConnection, query: &'static str) -> anyhow::Result<u64> {
    let rows: i64 = sqlx::query_scalar(query).fetch_one(connection).await?;
    Ok(rows.cast_unsigned())
}
