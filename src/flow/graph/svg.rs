//! A picture as SVG: shapes, letters, arrows; colours that hold on a white page and on a black one.

use std::fmt::Write;

use super::layers::{Size, Wish};
use super::lettering::{broken, labelled, width};
use super::picture::{Line, Link, Node, Picture, Shape};
use super::placing::{Placed, Point, Route, place};

/// Letters of the head of a box, of its text, and of everything smaller, in pixels.
const HEAD: f32 = 13.0;
const TEXT: f32 = 12.0;
const SMALL: f32 = 11.0;
/// From line to line, as a multiple of the letters.
const LEADING: f32 = 1.35;
/// The widest text in a box, beside an arrow and in the corner, in pixels.
const BOX_TEXT: f32 = 210.0;
const LABEL_TEXT: f32 = 150.0;
const CORNER_TEXT: f32 = 300.0;
/// Room around a text inside its box.
const INSIDE: f32 = 10.0;
/// Room around the drawing.
const MARGIN: f32 = 24.0;
/// Room for the title.
const TITLE: f32 = 40.0;

/// Letters, lines and fillings by day and by night. `text` on the page is for no box: it must hold on both grounds.
const STYLE: &str = "\
svg{color-scheme:light dark}\
text{font-family:system-ui,-apple-system,'Segoe UI','Noto Sans','Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif;fill:#1c2430}\
.title{font-size:17px;font-weight:600}\
.head{font-size:13px;font-weight:600}.id{font-weight:400;fill:#5b6674}.text{font-size:12px}.small{font-size:11px;fill:#5b6674;font-style:italic}\
.label{font-size:11px;fill:#3a4552}\
.page{fill:#fbfbfa}\
.box{stroke-width:1.4;stroke:#8b95a3;fill:#fff}\
.say .box{stroke:#3b82c4;fill:#eef5fc}.ask .box{stroke:#2f9e77;fill:#eaf7f2}.choose .box{stroke:#b7832f;fill:#fdf5e6}\
.quiet .box{stroke:#868e99;fill:#f3f4f6}.outside .box{stroke:#8a63c9;fill:#f5f0fc}.flow .box{stroke:#4c7f96;fill:#eaf3f6}\
.person .box{stroke:#cf5a4e;fill:#fdefed}.end .box{stroke:#6b7480;fill:#e9ebee}.corner .box{stroke-dasharray:3 3}\
.way{fill:none;stroke:#717b89;stroke-width:1.3}.otherwise{stroke-dasharray:5 4}.tip{fill:#717b89}\
.under{fill:#fbfbfa}\
@media(prefers-color-scheme:dark){\
text{fill:#e8ecf1}.id,.small{fill:#a3adba}.label{fill:#c9d1db}.page,.under{fill:#14181d}\
.box{fill:#1b2027}.say .box{fill:#16283a}.ask .box{fill:#13302a}.choose .box{fill:#352a14}.quiet .box{fill:#22272e}\
.outside .box{fill:#2a2140}.flow .box{fill:#182b33}.person .box{fill:#3a1f1c}.end .box{fill:#2a3038}\
.way{stroke:#8d97a5}.tip{fill:#8d97a5}}";

/// What is written in a box, broken into lines.
struct Lettered {
    size: Size,
    entered_by: Vec<String>,
    head: Vec<String>,
    text: Vec<String>,
    left_by: Vec<String>,
}

impl Picture {
    /// As SVG 1.1, with nothing to be fetched.
    pub fn svg(&self) -> String {
        let boxes: Vec<Lettered> = self.nodes.iter().map(letter).collect();
        let labels: Vec<Vec<String>> =
            self.links.iter().map(|link| labelled(&link.label, LABEL_TEXT / SMALL, 4)).collect();
        let wishes: Vec<Wish> = self.links.iter().zip(&labels).map(|(link, label)| wish(link, label)).collect();
        let sizes: Vec<Size> = boxes.iter().map(|lettered| lettered.size).collect();
        let pointed: Vec<bool> = self.nodes.iter().map(|node| node.shape == Shape::Choose).collect();
        let placed = place(&sizes, &wishes, &pointed);
        let corner = self.corner_lines();
        let corner_size = corner_size(&corner);
        let corner_at = corner_place(&placed, &sizes, corner_size);
        let title_wide = width(&self.title) * 18.0;
        let wide = placed.size.wide.max(corner_at.x + corner_size.wide).max(title_wide) + 2.0 * MARGIN;
        let high = placed.size.high.max(corner_at.y + corner_size.high) + 2.0 * MARGIN + TITLE;
        let mut svg = String::new();
        let _ = write!(
            svg,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{wide:.0}\" height=\"{high:.0}\" viewBox=\"0 0 {wide:.0} {high:.0}\" role=\"img\" aria-label=\"{}\">\n<title>{}</title>\n<style>{STYLE}</style>\n<rect class=\"page\" width=\"100%\" height=\"100%\" rx=\"8\"/>\n<text class=\"title\" x=\"{MARGIN}\" y=\"{:.0}\">{}</text>\n",
            plain(&self.title),
            plain(&self.title),
            MARGIN + 14.0,
            plain(&self.title),
        );
        let _ = writeln!(svg, "<g transform=\"translate({MARGIN} {:.0})\">", MARGIN + TITLE);
        for (link, route) in self.links.iter().zip(&placed.routes) {
            draw_way(&mut svg, link, route);
        }
        for (label, (wish, route)) in labels.iter().zip(wishes.iter().zip(&placed.routes)) {
            draw_label(&mut svg, label, wish, route);
        }
        for ((node, lettered), at) in self.nodes.iter().zip(&boxes).zip(&placed.boxes) {
            draw_box(&mut svg, node, lettered, *at);
        }
        draw_corner(&mut svg, &corner, corner_at, corner_size);
        svg.push_str("</g>\n</svg>\n");
        svg
    }

    fn corner_lines(&self) -> Vec<String> {
        if self.corner.is_empty() {
            return Vec::new();
        }
        let mut lines = vec!["At any time".to_owned()];
        lines.extend(self.corner.iter().flat_map(|line| broken(line, CORNER_TEXT / SMALL, 3)));
        lines
    }
}

/// Breaks what a box says into lines and finds the box's size.
fn letter(node: &Node) -> Lettered {
    let head = match &node.id {
        Some(id) => format!("{} · {id}", node.head),
        None => node.head.clone(),
    };
    // Bold letters are a little wider.
    let head = broken(&head, BOX_TEXT / HEAD / 1.06, 2);
    let text = broken(&node.text, BOX_TEXT / TEXT, 3);
    let entered_by: Vec<String> =
        node.entered_by.iter().flat_map(|entered_by| broken(entered_by, BOX_TEXT / SMALL, 2)).collect();
    let left_by: Vec<String> = node.left_by.iter().flat_map(|left_by| broken(left_by, BOX_TEXT / SMALL, 2)).collect();
    let widest = |lines: &[String], size: f32| lines.iter().map(|line| width(line) * size).fold(0.0, f32::max);
    let wide = widest(&head, HEAD * 1.06)
        .max(widest(&text, TEXT))
        .max(widest(&entered_by, SMALL))
        .max(widest(&left_by, SMALL));
    let small = (entered_by.len() + left_by.len()) as f32;
    let high = LEADING * (head.len() as f32 * HEAD + text.len() as f32 * TEXT + small * SMALL);
    let (more_wide, more_high) = match node.shape {
        Shape::Choose => (44.0, 26.0),
        Shape::Person | Shape::Outside => (2.0 * INSIDE + 18.0, 2.0 * INSIDE - 4.0),
        Shape::End | Shape::Flow => (2.0 * INSIDE + 12.0, 2.0 * INSIDE - 4.0),
        Shape::Say | Shape::Ask | Shape::Quiet => (2.0 * INSIDE + 4.0, 2.0 * INSIDE - 4.0),
    };
    let size = Size { wide: (wide + more_wide).max(64.0).ceil(), high: (high + more_high).ceil() };
    Lettered { size, entered_by, head, text, left_by }
}

fn wish(link: &Link, label: &[String]) -> Wish {
    let wide = label.iter().map(|line| width(line) * SMALL).fold(0.0, f32::max);
    let label =
        (!label.is_empty()).then_some(Size { wide: wide + 10.0, high: label.len() as f32 * SMALL * LEADING + 4.0 });
    // The way that is usually taken should be the straight one.
    let weight = match (link.line, link.label.is_empty()) {
        (Line::Solid, true) => 4.0,
        (Line::Solid, false) => 2.0,
        (Line::Dashed, _) => 1.0,
    };
    Wish { from: link.from, to: link.to, label, weight }
}

fn draw_way(svg: &mut String, link: &Link, route: &Route) {
    let [first, .., last] = route.points.as_slice() else { return };
    let mut path = format!("M{:.1} {:.1}", first.x, first.y);
    let tip_up = route.points.len() > 1 && route.points[route.points.len() - 2].y > last.y;
    let tip = if tip_up { 7.0 } else { -7.0 };
    let mut points = route.points.clone();
    if let Some(end) = points.last_mut() {
        end.y += tip * 0.6;
    }
    for pair in points.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        if (from.x - to.x).abs() < 0.5 {
            let _ = write!(path, "L{:.1} {:.1}", to.x, to.y);
        } else {
            let middle = f32::midpoint(from.y, to.y);
            let _ = write!(path, "C{:.1} {middle:.1} {:.1} {middle:.1} {:.1} {:.1}", from.x, to.x, to.x, to.y);
        }
    }
    let dashes = if link.line == Line::Dashed { " otherwise" } else { "" };
    let _ = writeln!(svg, "<path class=\"way{dashes}\" d=\"{path}\"/>");
    let (x, y) = (last.x, last.y);
    let _ = writeln!(
        svg,
        "<path class=\"tip\" d=\"M{x:.1} {y:.1}L{:.1} {:.1}L{:.1} {:.1}Z\"/>",
        x - 4.0,
        y + tip,
        x + 4.0,
        y + tip
    );
}

fn draw_label(svg: &mut String, label: &[String], wish: &Wish, route: &Route) {
    let (Some(at), Some(size)) = (route.label, wish.label) else { return };
    let (x, y) = (at.x - size.wide / 2.0, at.y - size.high / 2.0);
    let _ = writeln!(
        svg,
        "<rect class=\"under\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"3\"/>",
        size.wide, size.high
    );
    let mut line_at = y + 2.0 + SMALL;
    for line in label {
        draw_text(svg, "label", at.x, line_at, line);
        line_at += SMALL * LEADING;
    }
}

fn draw_text(svg: &mut String, class: &str, x: f32, y: f32, text: &str) {
    let _ = writeln!(
        svg,
        "<text class=\"{class}\" text-anchor=\"middle\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>",
        plain(text)
    );
}

fn draw_box(svg: &mut String, node: &Node, lettered: &Lettered, at: Point) {
    let Size { wide, high } = lettered.size;
    let (x, y) = (at.x - wide / 2.0, at.y - high / 2.0);
    let _ = writeln!(svg, "<g class=\"{}\">", node.shape.name());
    outline(svg, node.shape, x, y, lettered.size);
    let lines = LEADING
        * (lettered.head.len() as f32 * HEAD
            + lettered.text.len() as f32 * TEXT
            + (lettered.entered_by.len() + lettered.left_by.len()) as f32 * SMALL);
    let mut line_at = at.y - lines / 2.0;
    for line in &lettered.entered_by {
        draw_text(svg, "small", at.x, line_at + SMALL, line);
        line_at += SMALL * LEADING;
    }
    for line in &lettered.head {
        draw_text(svg, "head", at.x, line_at + HEAD, line);
        line_at += HEAD * LEADING;
    }
    for line in &lettered.text {
        draw_text(svg, "text", at.x, line_at + TEXT, line);
        line_at += TEXT * LEADING;
    }
    for line in &lettered.left_by {
        draw_text(svg, "small", at.x, line_at + SMALL, line);
        line_at += SMALL * LEADING;
    }
    svg.push_str("</g>\n");
}

fn outline(svg: &mut String, shape: Shape, x: f32, y: f32, size: Size) {
    let Size { wide, high } = size;
    let (right, bottom, middle, centre) = (x + wide, y + high, y + high / 2.0, x + wide / 2.0);
    let rounded = |radius: f32| {
        format!(
            "<rect class=\"box\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{wide:.1}\" height=\"{high:.1}\" rx=\"{radius:.1}\"/>"
        )
    };
    let line = |x: f32| format!("<path class=\"box\" d=\"M{x:.1} {y:.1}V{bottom:.1}\"/>");
    let drawn = match shape {
        Shape::Say => rounded(9.0),
        Shape::Ask => rounded(2.0) + &line(x + 5.0),
        Shape::Quiet => rounded(2.0),
        Shape::End => rounded((high / 2.0).min(16.0)),
        Shape::Flow => rounded(1.0) + &line(x + 5.0) + &line(right - 5.0),
        Shape::Choose => {
            let (left_shoulder, right_shoulder) = (x + 20.0, right - 20.0);
            let (upper, lower) = (y + 9.0, bottom - 9.0);
            format!(
                "<path class=\"box\" d=\"M{centre:.1} {y:.1}L{right_shoulder:.1} {upper:.1}L{right:.1} {middle:.1}L{right_shoulder:.1} {lower:.1}L{centre:.1} {bottom:.1}L{left_shoulder:.1} {lower:.1}L{x:.1} {middle:.1}L{left_shoulder:.1} {upper:.1}Z\"/>"
            )
        }
        Shape::Person => {
            let (left, right_in) = (x + 12.0, right - 12.0);
            format!(
                "<path class=\"box\" d=\"M{left:.1} {y:.1}H{right_in:.1}L{right:.1} {middle:.1}L{right_in:.1} {bottom:.1}H{left:.1}L{x:.1} {middle:.1}Z\"/>"
            )
        }
        // A drum lying on its side: what is kept elsewhere.
        Shape::Outside => {
            let (left, right_in) = (x + 7.0, right - 7.0);
            let half = high / 2.0;
            format!(
                "<path class=\"box\" d=\"M{left:.1} {y:.1}H{right_in:.1}A7 {half:.1} 0 0 1 {right_in:.1} {bottom:.1}H{left:.1}A7 {half:.1} 0 0 1 {left:.1} {y:.1}Z\"/><path class=\"box\" style=\"fill:none\" d=\"M{left:.1} {y:.1}A7 {half:.1} 0 0 1 {left:.1} {bottom:.1}\"/>"
            )
        }
    };
    svg.push_str(&drawn);
    svg.push('\n');
}

fn corner_size(lines: &[String]) -> Size {
    if lines.is_empty() {
        return Size::default();
    }
    let wide = lines.iter().map(|line| width(line) * SMALL).fold(0.0, f32::max);
    Size { wide: wide + 2.0 * INSIDE, high: lines.len() as f32 * SMALL * LEADING + 2.0 * INSIDE }
}

/// The upper right corner, or the upper left, if nothing stands there; else a place of its own, to the right.
fn corner_place(placed: &Placed, sizes: &[Size], corner: Size) -> Point {
    let free = |x: f32| {
        let (right, bottom) = (x + corner.wide + MARGIN, corner.high + MARGIN);
        let left = x - MARGIN;
        let boxes_clear = placed.boxes.iter().zip(sizes).all(|(at, size)| {
            at.y - size.high / 2.0 > bottom || at.x + size.wide / 2.0 < left || at.x - size.wide / 2.0 > right
        });
        let mut points = placed.routes.iter().flat_map(|route| &route.points);
        boxes_clear && points.all(|point| point.y > bottom || point.x < left || point.x > right)
    };
    let at_right = placed.size.wide - corner.wide;
    [at_right, 0.0]
        .into_iter()
        .find(|x| *x >= 0.0 && free(*x))
        .map_or(Point { x: placed.size.wide + MARGIN, y: 0.0 }, |x| Point { x, y: 0.0 })
}

fn draw_corner(svg: &mut String, lines: &[String], at: Point, size: Size) {
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(
        svg,
        "<g class=\"corner\"><rect class=\"box\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"4\"/>",
        at.x, at.y, size.wide, size.high
    );
    let mut y = at.y + INSIDE + SMALL;
    for (number, line) in lines.iter().enumerate() {
        let class = if number == 0 { "small" } else { "label" };
        let _ = writeln!(svg, "<text class=\"{class}\" x=\"{:.1}\" y=\"{y:.1}\">{}</text>", at.x + INSIDE, plain(line));
        y += SMALL * LEADING;
    }
    svg.push_str("</g>\n");
}

/// A text inside markup. Characters that XML forbids are left out.
fn plain(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => written.push_str("&amp;"),
            '<' => written.push_str("&lt;"),
            '>' => written.push_str("&gt;"),
            '"' => written.push_str("&quot;"),
            '\t' | '\n' | '\r' => written.push(' '),
            character if character < ' ' || matches!(character, '\u{fffe}' | '\u{ffff}') => {}
            character => written.push(character),
        }
    }
    written
}
