//! The picture of a bundle: its flows, and who runs, starts or hands over to whom.

use crate::words::Language;

use super::super::bundle::{Bundle, Flow, FlowIndex, HandlerAction, Jump, Verb};
use super::exits::{exits, handlers};
use super::of_flow::{example, said, spoken};
use super::picture::{Line, Node, Picture, Shape};

impl Picture {
    /// The picture of a whole bundle. What flows are called is shown in `language`, or in the bundle's first if it does
    /// not speak that.
    pub fn of_bundle(bundle: &Bundle, language: Language) -> Self {
        let language = spoken(bundle, language);
        let mut drawing = Drawing { bundle, picture: Self::default() };
        drawing.picture.title = format!("bundle {}", bundle.name);
        for (index, flow) in bundle.flows.iter().enumerate() {
            let node = drawing.flow(index, flow, language);
            drawing.picture.nodes.push(node);
        }
        for (index, flow) in bundle.flows.iter().enumerate() {
            drawing.links(index, flow);
        }
        drawing.corner();
        drawing.leave_out_the_unused();
        drawing.picture
    }
}

struct Drawing<'a> {
    bundle: &'a Bundle,
    picture: Picture,
}

impl Drawing<'_> {
    fn flow(&self, index: usize, flow: &Flow, language: Language) -> Node {
        let called = flow.called.map(|called| said(self.bundle, called, language));
        let says = || {
            flow.steps.iter().find_map(|step| {
                let sentence = match &step.verb {
                    Verb::Say(say) => Some(say.sentence),
                    other => other.listening().and_then(|listening| listening.prompt),
                };
                sentence.map(|sentence| format!("“{}”", said(self.bundle, sentence, language)))
            })
        };
        let mut entered_by = Vec::new();
        if FlowIndex(index) == self.bundle.start {
            entered_by.push("every call begins here".to_owned());
        }
        if let Some((_, template)) = flow.start_when.iter().find(|(known, _)| *known == language) {
            entered_by.push(format!("“{}”", example(template)));
        }
        Node {
            shape: Shape::Flow,
            head: flow.name.clone(),
            id: None,
            text: called.or_else(says).unwrap_or_default(),
            entered_by,
            left_by: Vec::new(),
        }
    }

    fn links(&mut self, from: usize, flow: &Flow) {
        for step in &flow.steps {
            match &step.verb {
                Verb::Run(run) => self.link(from, run.flow, "runs", Line::Solid),
                Verb::Route(route) => {
                    for started in &route.flows {
                        self.link(from, *started, "starts", Line::Solid);
                    }
                }
                Verb::Queue(queue) => self.person(from, &format!("queue {}", queue.queue)),
                Verb::Transfer(transfer) => self.person(from, &format!("transfer {}", transfer.destination)),
                Verb::Voicemail(voicemail) => self.person(from, &format!("voicemail {}", voicemail.mailbox)),
                _ => {}
            }
            for exit in exits(step, &|_| String::new()) {
                let label = if exit.label.is_empty() || exit.line == Line::Solid { "goes on to" } else { &exit.label };
                self.jump(from, exit.to, label);
            }
            for (label, action) in handlers(&step.handlers) {
                self.handler(from, &label, action);
            }
        }
        for (label, action) in handlers(&flow.handlers) {
            self.handler(from, &label, action);
        }
    }

    fn handler(&mut self, from: usize, label: &str, action: HandlerAction) {
        let (HandlerAction::Goto(jump) | HandlerAction::Steps(jump)) = action;
        self.jump(from, jump, label.split(' ').next().unwrap_or_default());
    }

    fn jump(&mut self, from: usize, jump: Jump, label: &str) {
        if let Jump::Flow(to) = jump {
            self.link(from, to, label, Line::Dashed);
        }
    }

    fn link(&mut self, from: usize, to: FlowIndex, label: &str, line: Line) {
        if to.0 != from {
            self.picture.link(from, to.0, label, line);
        }
    }

    fn person(&mut self, from: usize, head: &str) {
        let found = self.picture.nodes.iter().position(|node| node.shape == Shape::Person && node.head == head);
        let to = found.unwrap_or_else(|| {
            self.picture.nodes.push(Node {
                shape: Shape::Person,
                head: head.to_owned(),
                id: None,
                text: String::new(),
                entered_by: Vec::new(),
                left_by: Vec::new(),
            });
            self.picture.nodes.len() - 1
        });
        self.picture.link(from, to, "", Line::Solid);
    }

    fn corner(&mut self) {
        if let Some(handover) = self.bundle.handover {
            let name = &self.bundle.flow(handover).name;
            self.picture.corner.push(format!("asking for a person, stuck, or an error → {name}"));
            self.picture.nodes[handover.0].entered_by.push("from anywhere".to_owned());
        }
        for (label, action) in handlers(&self.bundle.handlers) {
            let leads = match action {
                HandlerAction::Goto(Jump::Flow(flow)) => self.bundle.flow(flow).name.clone(),
                HandlerAction::Goto(_) => "a step".to_owned(),
                HandlerAction::Steps(_) => "steps of its own, then back".to_owned(),
            };
            self.picture.corner.push(format!("{label} → {leads}"));
        }
    }

    /// The steps of the bundle's own handlers stand in a flow that nobody enters; it is drawn only if it leads on.
    fn leave_out_the_unused(&mut self) {
        let Some(last) = self.bundle.flows.last() else { return };
        let place = self.bundle.flows.len() - 1;
        let is_handlers = last.entry == Jump::Resume;
        if !is_handlers || self.picture.links.iter().any(|link| link.from == place || link.to == place) {
            return;
        }
        self.picture.nodes.remove(place);
        for link in &mut self.picture.links {
            link.from -= usize::from(link.from > place);
            link.to -= usize::from(link.to > place);
        }
    }
}
