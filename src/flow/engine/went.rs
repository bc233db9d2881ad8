//! Which ways a conversation took: every exit of a step and every handler, for whoever measures what tests cover.

use super::super::bundle::{FlowIndex, HandlerName, Jump, StepIndex};
use super::conversation::Conversation;

/// A way that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Went {
    /// A step was left.
    Left { flow: FlowIndex, step: StepIndex, to: Jump },
    /// A flow was entered at its beginning, or another flow came back to a step of this one that had run it.
    CameBack { flow: FlowIndex, to: Jump },
    /// A handler of the designer's fired. The next way that is taken is its own.
    Fired { scope: Scope, name: HandlerName, place: usize },
}

/// Where a handler stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    Bundle,
    Flow(FlowIndex),
    Step(FlowIndex, StepIndex),
}

impl Conversation {
    /// The ways that the last input took, in order.
    pub(in crate::flow) fn went(&self) -> &[Went] {
        &self.went
    }

    /// Remembers that a handler fired at the step that is waited at.
    pub(super) fn note_fired(&mut self, name: HandlerName, of_bundle: bool, of_step: bool, place: usize) {
        let flow = self.frames.last().map(|frame| frame.flow);
        let scope = match (flow, self.current_step()) {
            (Some(flow), Some(step)) if of_step => Scope::Step(flow, step),
            (Some(flow), _) if !of_bundle => Scope::Flow(flow),
            _ => Scope::Bundle,
        };
        self.went.push(Went::Fired { scope, name, place });
    }
}
