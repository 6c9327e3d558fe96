//! `ganira chat`: a talk from the terminal, through the sandbox, with whatever engine stands behind it.

mod handset;
mod line;
mod sms;
mod ussd;
pub mod view;
mod whatsapp;

use std::io::IsTerminal as _;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines, Stdin};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use url::Url;

use super::arguments;
use super::dev::{self, DEMO_CODE, RunFile};
use super::output::say;
use handset::{Handset, Trouble};
use line::Line;

/// How often the handset is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// A script waits so long for the first answer …
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// … and until nothing came for so long.
const SETTLED_AFTER: Duration = Duration::from_millis(700);

/// Talk to a flow as a customer would. Input from a pipe is said line by line, each after the answers to the one before.
#[derive(Debug, Args)]
pub(super) struct Chat {
    /// The channel to talk on
    #[arg(long, value_enum, default_value_t = ChannelName::Whatsapp)]
    channel: ChannelName,
    /// The phone of the person you play, or (on WhatsApp) her business-scoped id
    #[arg(long, value_name = "PHONE", default_value = "+250780000001", value_parser = person)]
    from: String,
    /// Whom to talk to. WhatsApp: a number by its phone_number_id, the sandbox's first without it; USSD: the code to dial, the demo salon's
    /// without it; SMS: the number or short code, the sandbox's first without it
    #[arg(long, value_name = "NUMBER")]
    to: Option<String>,
    /// The sandbox's address; without it that of the `ganira dev` that runs in this folder
    #[arg(long, value_name = "URL")]
    sandbox: Option<Url>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ChannelName {
    Whatsapp,
    Ussd,
    Sms,
}

fn person(text: &str) -> Result<String, String> {
    let phone = arguments::phone(text).map(|phone| phone.to_string());
    phone.or_else(|error| arguments::scoped_id(text).map(|id| id.as_str().to_owned()).map_err(|_| error))
}

impl Chat {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let sandbox = if let Some(url) = self.sandbox {
            url
        } else {
            let running = RunFile::read(Path::new(dev::FOLDER))?;
            Url::parse(&running.sandbox).context("the sandbox in .ganira/run.json is no URL")?
        };
        let line = handset::Control::new(sandbox)?;
        let handset: Box<dyn Handset> = match self.channel {
            ChannelName::Whatsapp => Box::new(whatsapp::Whatsapp::new(line, self.from, self.to)),
            ChannelName::Sms => Box::new(sms::Sms::new(line, self.from, self.to)),
            ChannelName::Ussd => {
                Box::new(ussd::Ussd::new(line, self.from, self.to.unwrap_or_else(|| DEMO_CODE.to_owned())))
            }
        };
        let mut talk = Talk { handset, lines: BufReader::new(tokio::io::stdin()).lines() };
        talk.begin().await?;
        if std::io::stdin().is_terminal() { talk.live().await } else { talk.follow_script().await }
    }
}

struct Talk {
    handset: Box<dyn Handset>,
    lines: Lines<BufReader<Stdin>>,
}

/// Whether the talk goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    GoOn,
    Quit,
}

impl Talk {
    /// Shows what stands on the handset before the first word.
    async fn begin(&mut self) -> anyhow::Result<()> {
        match self.handset.begin().await {
            Ok(shown) => tell(&shown),
            Err(Trouble::Refused(text)) => bail!("{text}"),
            Err(Trouble::Lost(error)) => Err(error),
        }
    }

    /// At a terminal: what arrives is shown when it arrives.
    async fn live(&mut self) -> anyhow::Result<()> {
        say(self.handset.help())?;
        let mut look = interval(LOOK_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                line = self.lines.next_line() => {
                    let Some(line) = line? else { return Ok(()) };
                    match self.act(&line).await {
                        Ok(Then::GoOn) => {}
                        Ok(Then::Quit) => return Ok(()),
                        Err(Trouble::Refused(text)) => say(&format!("! {text}"))?,
                        Err(Trouble::Lost(error)) => return Err(error),
                    }
                }
                _ = look.tick() => {
                    self.show_news().await?;
                }
            }
        }
    }

    /// From a pipe: each line after the answers to the one before.
    async fn follow_script(&mut self) -> anyhow::Result<()> {
        while let Some(line) = self.lines.next_line().await? {
            if line.trim().is_empty() {
                continue;
            }
            say(&format!("> {}", line.trim()))?;
            match self.act(&line).await {
                Ok(Then::GoOn) => self.settle().await?,
                Ok(Then::Quit) => return Ok(()),
                Err(Trouble::Refused(text)) => bail!("{:?}: {text}", line.trim()),
                Err(Trouble::Lost(error)) => return Err(error),
            }
        }
        Ok(())
    }

    async fn act(&mut self, line: &str) -> Result<Then, Trouble> {
        match line::read(line).map_err(Trouble::Refused)? {
            Line::Nothing => {}
            Line::Quit => return Ok(Then::Quit),
            Line::Help => say(self.handset.help()).map_err(Trouble::Lost)?,
            line => {
                let shown = self.handset.act(line).await?;
                tell(&shown).map_err(Trouble::Lost)?;
            }
        }
        Ok(Then::GoOn)
    }

    /// Waits until the answers have come and no more do.
    async fn settle(&mut self) -> anyhow::Result<()> {
        if self.handset.answers_at_once() {
            return Ok(());
        }
        let mut until = Instant::now() + ANSWER_WITHIN;
        while Instant::now() < until {
            if self.show_news().await? > 0 {
                until = Instant::now() + SETTLED_AFTER;
            }
            sleep(LOOK_EVERY).await;
        }
        Ok(())
    }

    async fn show_news(&mut self) -> anyhow::Result<usize> {
        let news = self.handset.news().await?;
        tell(&news)?;
        Ok(news.len())
    }
}

fn tell(shown: &[String]) -> anyhow::Result<()> {
    shown.iter().try_for_each(|text| say(text))
}
