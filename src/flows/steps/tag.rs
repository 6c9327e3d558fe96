//! `tag` and `untag`: marks that stay with the person. An expression asks for one with `tagged("vip")`.
//!
//! ```yaml
//! - tag: vip
//! - untag: vip
//! ```

use super::Step;
use crate::flows::definition::Line;
use crate::flows::machine::{Run, Then};
use crate::flows::reader::{Keys, Reader, text};

#[derive(Debug)]
struct Tag {
    name: String,
    has: bool,
}

pub(super) fn read(keys: &mut Keys<'_>, reader: &mut Reader<'_>) -> Option<Box<dyn Step>> {
    read_as("tag", true, keys, reader)
}

pub(super) fn read_untag(keys: &mut Keys<'_>, reader: &mut Reader<'_>) -> Option<Box<dyn Step>> {
    read_as("untag", false, keys, reader)
}

fn read_as(verb: &'static str, has: bool, keys: &mut Keys<'_>, reader: &mut Reader<'_>) -> Option<Box<dyn Step>> {
    let node = keys.take(verb)?;
    let name = text(node, verb, reader.mistakes)?.to_owned();
    reader.name(&name, node.at, "a tag");
    Some(Box::new(Tag { name, has }))
}

impl Step for Tag {
    fn run<'a>(&'a self, run: &mut Run<'a>, _: &'a Line) -> Then<'a> {
        run.tag(&self.name, self.has);
        Then::Next
    }
}
