//! What is drawn, before it is known how.

/// A drawing of a flow or of a bundle.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    /// What it shows: `flow order_status`.
    pub title: String,
    /// Boxes, the one that is entered first at the head.
    pub nodes: Vec<Node>,
    /// Arrows between them.
    pub links: Vec<Link>,
    /// What may happen anywhere: handlers. Drawn in a corner.
    pub corner: Vec<String>,
}

/// One box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its outline.
    pub shape: Shape,
    /// What it does, in two or three words: `ask order_no`.
    pub head: String,
    /// The id by which others name it, where it has one.
    pub id: Option<String>,
    /// What is said there, or other words that explain it. Not broken into lines yet.
    pub text: String,
    /// Ways in that no arrow shows: `mood`.
    pub entered_by: Vec<String>,
    /// Ways out that no arrow shows: `if_stuck ⇢ handover`.
    pub left_by: Vec<String>,
}

/// What a box stands for, which decides its outline and colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// Something is said.
    Say,
    /// The caller is asked.
    Ask,
    /// The flow divides by a condition or a count.
    Choose,
    /// Something is computed, noted or waited for.
    Quiet,
    /// Something outside is read or changed.
    Outside,
    /// Another flow.
    Flow,
    /// A person, a mailbox, a place outside.
    Person,
    /// The end.
    End,
}

impl Shape {
    /// Its name, by which pictures give it a colour.
    pub fn name(self) -> &'static str {
        match self {
            Self::Say => "say",
            Self::Ask => "ask",
            Self::Choose => "choose",
            Self::Quiet => "quiet",
            Self::Outside => "outside",
            Self::Flow => "flow",
            Self::Person => "person",
            Self::End => "end",
        }
    }
}

/// How an arrow is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Line {
    /// The usual way.
    Solid,
    /// A way out for when something goes otherwise: `if_…`, `then`.
    Dashed,
}

/// An arrow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// From which node, by its place in [`Picture::nodes`].
    pub from: usize,
    /// To which.
    pub to: usize,
    /// What it is taken for, a line each; empty where it is simply the next step.
    pub label: String,
    /// How it is drawn.
    pub line: Line,
}

/// From so many boxes on, ways out for when something goes wrong are written into the boxes instead of drawn.
const MANY: usize = 3;

impl Picture {
    /// Takes away the dashed arrows that lead from many boxes to the same one: what matters of them, that each of the
    /// boxes can be left that way, is written in it, and the picture shows the conversation as it usually goes.
    pub(super) fn gather(&mut self) {
        for target in 0..self.nodes.len() {
            let is_one = |link: &Link| link.to == target && link.line == Line::Dashed && !link.label.is_empty();
            let count = self.links.iter().filter(|link| is_one(link)).count();
            if count < MANY {
                continue;
            }
            let node = &self.nodes[target];
            let name = node.id.clone().unwrap_or_else(|| node.head.clone());
            let (gathered, kept): (Vec<Link>, Vec<Link>) =
                std::mem::take(&mut self.links).into_iter().partition(|link| is_one(link));
            self.links = kept;
            for link in &gathered {
                let label = link.label.lines().collect::<Vec<&str>>().join(", ");
                self.nodes[link.from].left_by.push(format!("{label} ⇢ {name}"));
            }
            self.nodes[target].entered_by.push(format!("from {count} steps, where it says ⇢ {name}"));
        }
    }

    /// Adds an arrow; arrows between the same two boxes share one, their labels below each other.
    pub(super) fn link(&mut self, from: usize, to: usize, label: &str, line: Line) {
        let same = self.links.iter_mut().find(|link| link.from == from && link.to == to);
        let Some(link) = same else {
            self.links.push(Link { from, to, label: label.to_owned(), line });
            return;
        };
        if line == Line::Solid {
            link.line = Line::Solid;
        }
        if !label.is_empty() && !link.label.split('\n').any(|known| known == label) {
            if !link.label.is_empty() {
                link.label.push('\n');
            }
            link.label.push_str(label);
        }
    }
}
