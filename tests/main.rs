#![allow(clippy::unwrap_used, clippy::expect_used)]
mod flows {
#[path = "/work/wt-steps/tests/pure/flows/broken.rs"] pub mod broken;
#[path = "/work/wt-steps/tests/pure/flows/laws.rs"] pub mod laws;
#[path = "/work/wt-steps/tests/pure/flows/layout.rs"] pub mod layout;
#[path = "/work/wt-steps/tests/pure/flows/limits.rs"] pub mod limits;
#[path = "/work/wt-steps/tests/pure/flows/reviews.rs"] pub mod reviews;
#[path = "/work/wt-steps/tests/pure/flows/phrases.rs"] pub mod phrases;
#[path = "/work/wt-steps/tests/pure/flows/talks.rs"] pub mod talks;
#[path = "/work/wt-steps/tests/pure/flows/texts.rs"] pub mod texts;
#[path = "/work/wt-steps/tests/pure/flows/world.rs"] pub mod world;
}
