//! A picture as Mermaid text: pages that know Mermaid draw it, in their own colours.

use super::lettering::{broken, labelled};
use super::picture::{Line, Picture, Shape};

/// How long a text may be before it is cut, in widths of a square letter: three lines of a box. Mermaid breaks lines
/// by itself.
const LONGEST: f32 = 52.0;

impl Picture {
    /// As Mermaid (a `flowchart`, version 10 or later).
    pub fn mermaid(&self) -> String {
        let mut text = format!("---\ntitle: {}\n---\nflowchart TD\n", self.title);
        for (place, node) in self.nodes.iter().enumerate() {
            let mut lines: Vec<String> = Vec::new();
            for entered_by in &node.entered_by {
                lines.extend(broken(entered_by, LONGEST / 2.0, 1).iter().map(|line| format!("<i>{}</i>", plain(line))));
            }
            let id = node.id.as_ref().map_or_else(String::new, |id| format!(" · {}", plain(id)));
            lines.push(format!("<b>{}</b>{id}", plain(&node.head)));
            lines.extend(broken(&node.text, LONGEST, 1).iter().map(|line| plain(line)));
            for left_by in &node.left_by {
                lines.extend(broken(left_by, LONGEST, 1).iter().map(|line| format!("<i>{}</i>", plain(line))));
            }
            let (opens, closes) = brackets(node.shape);
            text.push_str(&format!("  n{place}{opens}\"{}\"{closes}:::{}\n", lines.join("<br/>"), class(node.shape)));
        }
        for link in &self.links {
            let arrow = match link.line {
                Line::Solid => "-->",
                Line::Dashed => "-.->",
            };
            let label =
                labelled(&link.label, LONGEST, 1).iter().map(|line| plain(line)).collect::<Vec<_>>().join("<br/>");
            let label = if label.is_empty() { label } else { format!("|\"{label}\"|") };
            text.push_str(&format!("  n{} {arrow}{label} n{}\n", link.from, link.to));
        }
        if !self.corner.is_empty() {
            text.push_str("  subgraph always [\"at any time\"]\n");
            for (place, line) in self.corner.iter().enumerate() {
                let line = broken(line, LONGEST, 1).iter().map(|line| plain(line)).collect::<String>();
                text.push_str(&format!("    h{place}>\"{line}\"]:::quiet\n"));
            }
            text.push_str("  end\n  style always fill:transparent,stroke:#868e99,stroke-dasharray:3 3\n");
        }
        for (class, colour) in CLASSES {
            text.push_str(&format!("  classDef {class} fill:{colour}26,stroke:{colour}\n"));
        }
        text
    }
}

/// Colours that can be told apart on white and on black; the filling lets the page shine through. `end` is a word of
/// Mermaid itself.
const CLASSES: [(&str, &str); 8] = [
    ("say", "#3b82c4"),
    ("ask", "#2f9e77"),
    ("choose", "#b7832f"),
    ("quiet", "#868e99"),
    ("outside", "#8a63c9"),
    ("flow", "#4c7f96"),
    ("person", "#cf5a4e"),
    ("ending", "#868e99"),
];

fn class(shape: Shape) -> &'static str {
    match shape {
        Shape::End => "ending",
        other => other.name(),
    }
}

fn brackets(shape: Shape) -> (&'static str, &'static str) {
    match shape {
        Shape::Say => ("(", ")"),
        Shape::Ask => ("[/", "/]"),
        Shape::Choose => ("{", "}"),
        Shape::Quiet => ("[", "]"),
        Shape::Outside => ("[(", ")]"),
        Shape::Flow => ("[[", "]]"),
        Shape::Person => ("{{", "}}"),
        Shape::End => ("([", "])"),
    }
}

/// A text inside quotes. Mermaid's entities begin with `#`.
fn plain(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '#' => written.push_str("#35;"),
            '"' => written.push_str("#quot;"),
            '<' => written.push_str("#lt;"),
            '>' => written.push_str("#gt;"),
            '&' => written.push_str("#amp;"),
            '`' => written.push('\''),
            other => written.push(other),
        }
    }
    written
}
