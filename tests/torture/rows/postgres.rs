//! Postgres goes away: `kill -9` of the postmaster, an immediate stop, a restart.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::database::Down;
use crate::report::Report;
use crate::rows::Scale;
use crate::town::{Town, Wish};

pub async fn row(scale: Scale) -> Report {
    let mut town = Town::at_work(Wish { keypads: 6, ..Wish::of(scale) }).await;
    let ways = [(Down::Killed, "kill -9"), (Down::Immediate, "immediate stop"), (Down::Fast, "restart")];
    let rounds = scale.of(1, 7);
    for _ in 0..rounds {
        for (how, name) in ways {
            town.acknowledged_more(100).await;
            let down = Instant::now();
            let before = town.load.acknowledged();
            town.database.bring_down(how).await;
            let still = town.load.acknowledged();
            sleep(Duration::from_millis(300)).await;
            // What was answered while nothing could be committed was committed before.
            let stood_still = town.load.acknowledged() - still < 50 && still >= before;
            town.database.start_again().await;
            let up = Instant::now();
            town.acknowledged_more(20).await;
            town.report.slowest("Postgres up to acknowledged, most", town.load.first_after(up));
            town.report.gaps.push(town.load.gap(down, Instant::now()));
            town.report.bit(name, usize::from(stood_still));
        }
    }
    town.report.runs = rounds * ways.len();
    town.judge().await
}
