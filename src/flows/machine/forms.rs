//! The questions of a form: those that are still to be answered.

use super::run::Run;
use crate::flows::definition::{After, Block, Line, Spot};

impl<'a> Run<'a> {
    /// The form in whose questions a step stands.
    pub(super) fn form_of(&self, spot: Spot) -> Option<&'a Block> {
        let flow = self.flow()?;
        let block = flow.blocks.get(spot.block).filter(|block| block.after == After::Round)?;
        let questions = block.lines.first()?.step.asking()?.in_form;
        questions.then_some(block)
    }

    /// Its questions that have no answer and are to have one.
    pub(super) fn missing_of(&mut self, form: &'a Block) -> Vec<&'a Line> {
        form.lines.iter().filter(|line| self.is_missing(line)).collect()
    }

    /// Whether any of a form's questions has to be asked yet.
    pub(crate) fn any_missing(&mut self, block: usize) -> bool {
        let block = self.flow().and_then(|flow| flow.blocks.get(block));
        block.is_some_and(|block| block.lines.iter().any(|line| self.is_missing(line)))
    }

    fn is_missing(&mut self, line: &'a Line) -> bool {
        let wanted = line.guard.as_ref().is_none_or(|guard| self.holds(&guard.condition) == guard.wanted);
        wanted && line.step.asking().is_some_and(|asking| !self.known(&asking.name))
    }

    /// The answers of a form are forgotten: it is asked anew. What the contact has for good stays.
    pub(crate) fn forget_answers(&mut self, block: usize) {
        let Some(block) = self.flow().and_then(|flow| flow.blocks.get(block)) else { return };
        for asking in block.lines.iter().filter_map(|line| line.step.asking()) {
            if let Some(frame) = self.base_mut() {
                frame.take_away(&asking.name);
            }
        }
    }
}
