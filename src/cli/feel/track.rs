//! The picture of `--track`: pitch, loudness, pace and mood over time, one above the other.

use std::fmt::Write as _;

use super::judge::{Judged, Point};

const WIDTH: f64 = 900.0;
const LEFT: f64 = 120.0;
const RIGHT: f64 = 20.0;
const HEIGHT: f64 = 110.0;
const GAP: f64 = 26.0;
const TOP: f64 = 64.0;

/// One of the four strips.
struct Strip {
    name: &'static str,
    unit: &'static str,
    low: f64,
    high: f64,
    marks: Vec<f64>,
}

/// Draws what was heard.
pub(super) fn draw(name: &str, judged: &Judged) -> String {
    let seconds = (judged.moments.len() as f64 / 100.0).max(1.0);
    let pitches: Vec<f64> = judged.moments.iter().filter_map(|moment| moment.pitch.map(f64::from)).collect();
    let loudest = judged.moments.iter().map(|moment| f64::from(moment.loudness)).fold(f64::NEG_INFINITY, f64::max);
    let highest = pitches.iter().copied().fold(200.0, f64::max);
    let top = (highest / 100.0).ceil() * 100.0;
    let fastest = judged.course.iter().map(|point| f64::from(point.pace)).fold(6.0, f64::max).ceil();
    let strips = [
        Strip { name: "pitch", unit: "Hz", low: 50.0, high: top, marks: vec![100.0, 200.0, 300.0, 400.0, 500.0] },
        Strip { name: "loudness", unit: "dB below the loudest", low: -45.0, high: 0.0, marks: vec![-40.0, -20.0, 0.0] },
        Strip { name: "pace", unit: "syllables a second", low: 0.0, high: fastest, marks: vec![0.0, 3.0, 6.0, 9.0] },
        Strip { name: "mood", unit: "from the tone", low: 0.0, high: 1.0, marks: vec![0.0, 0.5, 1.0] },
    ];
    let height = TOP + 4.0 * (HEIGHT + GAP) + 24.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"12\" fill=\"#222\">\n\
         <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#fff\"/>\n\
         <text x=\"20\" y=\"26\" font-size=\"16\" font-weight=\"bold\">{}</text>\n<text x=\"20\" y=\"46\">{}</text>\n",
        escaped(name),
        escaped(&summary(judged))
    );
    let x = |second: f64| LEFT + second / seconds * (WIDTH - LEFT - RIGHT);
    for (index, strip) in strips.iter().enumerate() {
        let y = |value: f64| {
            strip_top(index) + HEIGHT * (1.0 - ((value - strip.low) / (strip.high - strip.low)).clamp(0.0, 1.0))
        };
        axis(&mut svg, index, strip, seconds, &x, &y);
        match index {
            0 => dots(&mut svg, judged, &x, &y),
            1 => {
                let points = judged.moments.iter().enumerate().filter(|(_, moment)| moment.loudness.is_finite());
                let points = points.map(|(at, moment)| (x(at as f64 / 100.0), y(f64::from(moment.loudness) - loudest)));
                line(&mut svg, points, "#3d7a3a", 1.2);
            }
            2 => line(&mut svg, course(judged, &x, &y, |point| point.pace), "#7a4fa0", 2.5),
            _ => {
                let (enter, from, to) = (y(0.7), x(0.0), x(seconds));
                let _infallible = writeln!(
                    svg,
                    "<rect x=\"{from:.0}\" y=\"{:.0}\" width=\"{:.0}\" height=\"{:.0}\" fill=\"#c2571a\" opacity=\".12\"/>",
                    y(1.0),
                    to - from,
                    enter - y(1.0)
                );
                line(&mut svg, course(judged, &x, &y, |point| point.arousal), "#8aa0b4", 2.0);
                line(&mut svg, course(judged, &x, &y, |point| point.distress), "#c2571a", 3.0);
                let legend = strip_top(index) - 6.0;
                let _infallible = writeln!(
                    svg,
                    "<text x=\"{:.0}\" y=\"{legend}\" text-anchor=\"end\"><tspan fill=\"#c2571a\" font-weight=\"bold\">distress</tspan>  <tspan fill=\"#667c90\">arousal</tspan>  shaded: agitated, from 0.7 on</text>",
                    WIDTH - RIGHT
                );
                if judged.course.is_empty() {
                    let _infallible = writeln!(
                        svg,
                        "<text x=\"{:.0}\" y=\"{:.0}\">less than a second of voice: nothing to tell</text>",
                        LEFT + 12.0,
                        y(0.5)
                    );
                }
            }
        }
    }
    svg + "</svg>\n"
}

fn strip_top(index: usize) -> f64 {
    TOP + 14.0 + index as f64 * (HEIGHT + GAP)
}

fn summary(judged: &Judged) -> String {
    let mut parts = Vec::new();
    match (judged.distress, judged.arousal) {
        (Some(distress), Some(arousal)) => parts.push(format!("distress {distress:.2}, arousal {arousal:.2}")),
        _ => parts.push("unsure".to_owned()),
    }
    if let Some(valence) = judged.valence {
        parts.push(format!("valence {valence:.2}"));
    }
    parts.push(format!("{:.1} syllables a second", judged.pace));
    parts.push(format!("{:.1} s of voice", judged.voiced.as_secs_f32()));
    parts.extend(judged.reasons.iter().cloned());
    parts.join(" · ")
}

fn axis(svg: &mut String, index: usize, strip: &Strip, seconds: f64, x: &dyn Fn(f64) -> f64, y: &dyn Fn(f64) -> f64) {
    let top = strip_top(index);
    let middle = top + HEIGHT / 2.0;
    let _infallible = writeln!(
        svg,
        "<rect x=\"{LEFT}\" y=\"{top}\" width=\"{}\" height=\"{HEIGHT}\" fill=\"none\" stroke=\"#ccc\"/>\n\
         <text x=\"12\" y=\"{middle}\" font-weight=\"bold\">{}</text><text x=\"12\" y=\"{}\" font-size=\"10\" fill=\"#666\">{}</text>",
        WIDTH - LEFT - RIGHT,
        strip.name,
        middle + 14.0,
        strip.unit
    );
    for &mark in strip.marks.iter().filter(|mark| (strip.low..=strip.high).contains(*mark)) {
        let place = y(mark);
        let _infallible = writeln!(
            svg,
            "<path d=\"M{LEFT} {place:.1}H{}\" stroke=\"#eee\"/><text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\" font-size=\"10\" fill=\"#666\">{mark}</text>",
            WIDTH - RIGHT,
            LEFT - 5.0,
            place + 4.0
        );
    }
    if index == 3 {
        let step =
            [0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0].into_iter().find(|step| seconds / step <= 12.0).unwrap_or(300.0);
        let mut second = 0.0;
        while second <= seconds {
            let _infallible = writeln!(
                svg,
                "<text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\" font-size=\"10\" fill=\"#666\">{second} s</text>",
                x(second),
                top + HEIGHT + 15.0
            );
            second += step;
        }
    }
}

/// Pitch as dots: a voice that falls silent leaves a gap.
fn dots(svg: &mut String, judged: &Judged, x: &dyn Fn(f64) -> f64, y: &dyn Fn(f64) -> f64) {
    for (index, moment) in judged.moments.iter().enumerate() {
        if let Some(pitch) = moment.pitch {
            let (x, y) = (x(index as f64 / 100.0), y(f64::from(pitch)));
            let _infallible = writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"1.7\" fill=\"#1b6ca8\"/>");
        }
    }
}

fn course<'a>(
    judged: &'a Judged,
    x: &'a dyn Fn(f64) -> f64,
    y: &'a dyn Fn(f64) -> f64,
    value: fn(&Point) -> f32,
) -> impl Iterator<Item = (f64, f64)> + 'a {
    judged.course.iter().map(move |point| (x(point.at.as_secs_f64()), y(f64::from(value(point)))))
}

fn line(svg: &mut String, points: impl Iterator<Item = (f64, f64)>, colour: &str, width: f64) {
    let points: Vec<(f64, f64)> = points.collect();
    let path: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    let _infallible = writeln!(
        svg,
        "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\" stroke-linejoin=\"round\"/>",
        path.join(" ")
    );
    if let ([(x, y)], true) = (points.as_slice(), width > 1.5) {
        let _infallible = writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"{colour}\"/>");
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
