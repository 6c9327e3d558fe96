//! Flows: conversations as golden text, what `check` says, and properties of the machine.

mod broken;
mod laws;
mod limits;
mod speed;
mod talk;
mod talks;
mod world;
