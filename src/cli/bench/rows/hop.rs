//! A message from actor to actor: ractor as we use it ÷ the bare channel beneath it.

use std::hint::black_box;
use std::time::Instant;

use ractor::{Actor, ActorProcessingErr, ActorRef};
use tokio::sync::{mpsc, oneshot};

use crate::actors::spawn;
use crate::cli::bench::Bench;
use crate::cli::bench::figures::{Budget, Row, Series};

/// Hops of one measurement for each second that one is to take.
const HOPS_A_SECOND: u64 = 500_000;
const BUDGET: Option<Budget> = Some(Budget::AtMost(3.0));

/// What a router and a conversation say to each other: a pointer and a word.
#[derive(Debug)]
struct Ball {
    left: u64,
    back: Option<Back>,
}

#[derive(Debug)]
struct Back(ActorRef<Ball>);

/// Sends every ball back, and tells when the last one has come.
#[derive(Debug)]
struct Player;

impl Actor for Player {
    type Msg = Ball;
    type State = Option<oneshot::Sender<()>>;
    type Arguments = oneshot::Sender<()>;

    async fn pre_start(&self, _: ActorRef<Ball>, over: Self::Arguments) -> Result<Self::State, ActorProcessingErr> {
        Ok(Some(over))
    }

    async fn handle(
        &self,
        myself: ActorRef<Ball>,
        ball: Ball,
        over: &mut Self::State,
    ) -> Result<(), ActorProcessingErr> {
        match (ball.left.checked_sub(1), ball.back) {
            (Some(left), Some(Back(to))) => to.cast(Ball { left, back: Some(Back(myself)) })?,
            _ => {
                if let Some(over) = over.take() {
                    let _ = over.send(());
                }
            }
        }
        Ok(())
    }
}

pub(in crate::cli::bench) async fn hop(bench: &Bench) -> anyhow::Result<Vec<Row>> {
    let hops = bench.seconds * HOPS_A_SECOND;
    let [mut ours, mut limit, mut ratios] = [const { Series::new() }; 3];
    // The first round warms up.
    for round in 0..=bench.repeats {
        let (actors, channels) = (by_actors(hops).await?, by_channels(hops).await?);
        if round > 0 {
            ours.push(actors);
            limit.push(channels);
            ratios.push(actors / channels);
        }
    }
    Ok(vec![
        Row::new("actor hop ÷ bare channel", ratios.median(), "ratio", BUDGET)
            .how(format!(
                "{hops} messages back and forth between two ractor actors, cast and handled, and the same between two tasks over tokio's \
                 unbounded channels, one after the other on the same runtime"
            ))
            .with("ratio", ratios.to_json())
            .with("actor_ns", ours.to_json())
            .with("channel_ns", limit.to_json()),
    ])
}

async fn by_actors(hops: u64) -> anyhow::Result<f64> {
    let (over, one_is_over) = oneshot::channel();
    let (one, one_runs) = Actor::spawn(None, Player, over).await?;
    let (over, two_is_over) = oneshot::channel();
    let (two, two_runs) = Actor::spawn(None, Player, over).await?;
    let begun = Instant::now();
    two.cast(Ball { left: hops, back: Some(Back(one.clone())) })?;
    tokio::select! {
        biased;
        _ = one_is_over => {}
        _ = two_is_over => {}
    }
    let took = begun.elapsed();
    one.stop(None);
    two.stop(None);
    one_runs.await?;
    two_runs.await?;
    Ok(took.as_nanos() as f64 / hops as f64)
}

async fn by_channels(hops: u64) -> anyhow::Result<f64> {
    let (to_one, mut of_one) = mpsc::unbounded_channel::<Box<u64>>();
    let (to_two, mut of_two) = mpsc::unbounded_channel::<Box<u64>>();
    let begun = Instant::now();
    to_two.send(Box::new(hops))?;
    let two = spawn(async move {
        while let Some(left) = of_two.recv().await {
            let Some(left) = left.checked_sub(1) else { return };
            if to_one.send(black_box(Box::new(left))).is_err() {
                return;
            }
        }
    });
    let one = spawn(async move {
        while let Some(left) = of_one.recv().await {
            let Some(left) = left.checked_sub(1) else { return };
            if to_two.send(black_box(Box::new(left))).is_err() {
                return;
            }
        }
    });
    one.await?;
    two.await?;
    Ok(begun.elapsed().as_nanos() as f64 / hops as f64)
}
