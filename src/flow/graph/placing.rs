//! Where everything stands, in pixels: rows below each other, boxes as straight below what leads to them as their
//! neighbours allow, arrows from box to box.

use super::layers::{Layers, Size, Wish, layers};

/// Room between two boxes, and between two arrows that pass side by side.
const BESIDE: f32 = 26.0;
const ARROWS_BESIDE: f32 = 14.0;
/// Room between rows: at least this, more where arrows swing wide.
const BETWEEN_ROWS: f32 = 17.0;
const WIDEST_SWING: f32 = 30.0;
/// How far apart arrows enter and leave a box.
const PORTS: f32 = 20.0;
/// Room between what no arrow joins.
const BETWEEN_PARTS: f32 = 48.0;
/// How often every row is moved below its neighbours.
const ROUNDS: usize = 40;

/// A point.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    pub x: f32,
    pub y: f32,
}

/// An arrow as it is drawn: straight or bent from each point to the next; bends leave and arrive upright.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Route {
    /// From where it leaves to where it points.
    pub points: Vec<Point>,
    /// The middle of its label.
    pub label: Option<Point>,
}

/// A finished layout.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Placed {
    /// The middle of each box.
    pub boxes: Vec<Point>,
    pub routes: Vec<Route>,
    pub size: Size,
}

/// Places boxes and arrows; what no arrow joins stands side by side. `pointed` tells which boxes have one point below
/// and above where all arrows meet.
pub fn place(boxes: &[Size], wishes: &[Wish], pointed: &[bool]) -> Placed {
    let mut placed = Placed {
        boxes: vec![Point::default(); boxes.len()],
        routes: vec![Route::default(); wishes.len()],
        size: Size::default(),
    };
    for part in parts(boxes.len(), wishes) {
        let own_boxes: Vec<Size> = part.iter().map(|index| boxes[*index]).collect();
        let own_pointed: Vec<bool> = part.iter().map(|index| pointed.get(*index).copied().unwrap_or(false)).collect();
        let place_of = |index: usize| part.binary_search(&index).ok();
        let (links, own_wishes): (Vec<usize>, Vec<Wish>) = wishes
            .iter()
            .enumerate()
            .filter_map(|(link, wish)| {
                Some((link, Wish { from: place_of(wish.from)?, to: place_of(wish.to)?, ..*wish }))
            })
            .unzip();
        let drawn = place_part(&own_boxes, &own_wishes, &own_pointed);
        let left = if placed.size.wide > 0.0 { placed.size.wide + BETWEEN_PARTS } else { 0.0 };
        let moved = |point: Point| Point { x: point.x + left, y: point.y };
        for (index, point) in part.iter().zip(drawn.boxes) {
            placed.boxes[*index] = moved(point);
        }
        for (link, route) in links.into_iter().zip(drawn.routes) {
            let points = route.points.into_iter().map(moved).collect();
            placed.routes[link] = Route { points, label: route.label.map(moved) };
        }
        placed.size.wide = left + drawn.size.wide;
        placed.size.high = placed.size.high.max(drawn.size.high);
    }
    placed
}

/// The boxes in groups that arrows join, each in the order of the boxes, the group of the first box first.
fn parts(boxes: usize, wishes: &[Wish]) -> Vec<Vec<usize>> {
    let mut near: Vec<Vec<usize>> = vec![Vec::new(); boxes];
    for wish in wishes {
        near[wish.from].push(wish.to);
        near[wish.to].push(wish.from);
    }
    let mut seen = vec![false; boxes];
    let mut parts = Vec::new();
    for start in 0..boxes {
        let mut part = Vec::new();
        let mut open = vec![start];
        while let Some(index) = open.pop() {
            if std::mem::replace(&mut seen[index], true) {
                continue;
            }
            part.push(index);
            open.extend(&near[index]);
        }
        if !part.is_empty() {
            part.sort_unstable();
            parts.push(part);
        }
    }
    parts
}

/// Places boxes that arrows join.
fn place_part(boxes: &[Size], wishes: &[Wish], pointed: &[bool]) -> Placed {
    let layers = layers(boxes, wishes);
    let xs = across(&layers);
    let rows = down(&layers, &xs);
    let left = layers.spots.iter().zip(&xs).map(|(spot, x)| x - spot.size.wide / 2.0).fold(f32::MAX, f32::min);
    let xs: Vec<f32> = xs.iter().map(|x| x - left).collect();
    let right = layers.spots.iter().zip(&xs).map(|(spot, x)| x + spot.size.wide / 2.0).fold(0.0, f32::max);
    let middle = |index: usize| {
        let (top, bottom) = rows[layers.spots[index].row];
        Point { x: xs[index], y: (top + bottom) / 2.0 }
    };
    let ports = Ports::find(&layers, &xs, pointed);
    let routes = (0..wishes.len()).map(|link| route(link, &layers, &xs, &rows, &ports, wishes)).collect();
    Placed {
        boxes: (0..boxes.len()).map(middle).collect(),
        routes,
        size: Size { wide: right, high: rows.last().map_or(0.0, |(_, bottom)| *bottom) },
    }
}

/// The middle of every spot, from left to right.
fn across(layers: &Layers) -> Vec<f32> {
    let mut xs = vec![0.0; layers.spots.len()];
    for row in &layers.rows {
        let mut at = 0.0;
        for (position, spot) in row.iter().enumerate() {
            if position > 0 {
                at += apart(layers, row[position - 1], *spot);
            }
            xs[*spot] = at;
        }
        let middle = at / 2.0;
        for spot in row {
            xs[*spot] -= middle;
        }
    }
    for round in 0..ROUNDS {
        let count = layers.rows.len();
        for step in 0..count {
            let row = if round % 2 == 0 { step } else { count - 1 - step };
            let (look_up, look_down) = match round {
                _ if round + 6 >= ROUNDS => (true, true),
                _ => (round % 2 == 0, round % 2 == 1),
            };
            settle(layers, &layers.rows[row], &mut xs, look_up, look_down);
        }
    }
    straighten(layers, &mut xs);
    xs
}

/// Makes long arrows straight for as long as their neighbours leave them room: eyes follow a line, not a wriggle.
fn straighten(layers: &Layers, xs: &mut [f32]) {
    let mut place = vec![0_usize; layers.spots.len()];
    for row in &layers.rows {
        for (position, spot) in row.iter().enumerate() {
            place[*spot] = position;
        }
    }
    let room = |spot: usize, xs: &[f32]| {
        let row = &layers.rows[layers.spots[spot].row];
        let position = place[spot];
        let left = position.checked_sub(1).map_or(f32::MIN, |left| xs[row[left]] + apart(layers, row[left], spot));
        let right = row.get(position + 1).map_or(f32::MAX, |right| xs[*right] - apart(layers, spot, *right));
        (left, right)
    };
    let put = |run: &[usize], (least, most): (f32, f32), xs: &mut [f32]| {
        let middle = run.iter().map(|spot| xs[*spot]).sum::<f32>() / run.len().max(1) as f32;
        for spot in run {
            xs[*spot] = middle.clamp(least, most.max(least));
        }
    };
    for _ in 0..3 {
        for chain in &layers.chains {
            let mut run: Vec<usize> = Vec::new();
            let mut free = (f32::MIN, f32::MAX);
            for spot in &chain[1..chain.len() - 1] {
                let (left, right) = room(*spot, xs);
                let both = (free.0.max(left), free.1.min(right));
                if both.0 > both.1 {
                    put(&run, free, xs);
                    run.clear();
                    free = (left, right);
                } else {
                    free = both;
                }
                run.push(*spot);
            }
            put(&run, free, xs);
        }
    }
}

/// How far the middles of two spots side by side must be apart.
fn apart(layers: &Layers, left: usize, right: usize) -> f32 {
    let (left, right) = (&layers.spots[left], &layers.spots[right]);
    let room = if left.is_box && right.is_box { BESIDE } else { ARROWS_BESIDE };
    f32::midpoint(left.size.wide, right.size.wide) + room
}

/// Moves the spots of a row as near as can be to the middle of their neighbours, keeping them apart: the least sum of
/// squares, by pooling adjacent violators.
fn settle(layers: &Layers, row: &[usize], xs: &mut [f32], look_up: bool, look_down: bool) {
    struct Pool {
        wanted: f32,
        weight: f32,
        members: usize,
    }
    let mut offsets = Vec::with_capacity(row.len());
    let mut pools: Vec<Pool> = Vec::new();
    let mut offset = 0.0;
    for (position, spot) in row.iter().enumerate() {
        if position > 0 {
            offset += apart(layers, row[position - 1], *spot);
        }
        offsets.push(offset);
        let near =
            layers.above[*spot].iter().filter(|_| look_up).chain(layers.below[*spot].iter().filter(|_| look_down));
        let (sum, weight) =
            near.fold((0.0, 0.0), |(sum, all), (other, weight)| (sum + xs[*other] * weight, all + weight));
        // What has no neighbour in sight stays where it is, but gives way.
        let (wanted, weight) = if weight > 0.0 { (sum / weight, weight) } else { (xs[*spot], 0.05) };
        pools.push(Pool { wanted: wanted - offset, weight, members: 1 });
        while let [.., before, last] = pools.as_mut_slice() {
            if before.wanted <= last.wanted {
                break;
            }
            let weight = before.weight + last.weight;
            before.wanted = (before.wanted * before.weight + last.wanted * last.weight) / weight;
            before.weight = weight;
            before.members += last.members;
            pools.pop();
        }
    }
    let mut position = 0;
    for pool in pools {
        for _ in 0..pool.members {
            xs[row[position]] = pool.wanted + offsets[position];
            position += 1;
        }
    }
}

/// The upper and lower edge of every row.
fn down(layers: &Layers, xs: &[f32]) -> Vec<(f32, f32)> {
    let mut rows = Vec::with_capacity(layers.rows.len());
    let mut y = 0.0;
    for row in &layers.rows {
        let high = row.iter().map(|spot| layers.spots[*spot].size.high).fold(0.0, f32::max);
        rows.push((y, y + high));
        let neighbours =
            row.iter().flat_map(|spot| layers.below[*spot].iter().map(|(other, _)| (xs[*other] - xs[*spot]).abs()));
        let swing = neighbours.fold(0.0, f32::max);
        y += high + BETWEEN_ROWS + (swing * 0.05).min(WIDEST_SWING);
    }
    rows
}

/// Where on its box each arrow begins and ends, as a distance from the middle.
struct Ports {
    upper: Vec<f32>,
    lower: Vec<f32>,
}

impl Ports {
    fn find(layers: &Layers, xs: &[f32], pointed: &[bool]) -> Self {
        let boxes = layers.spots.iter().filter(|spot| spot.is_box).count();
        let mut leaving: Vec<Vec<(f32, usize)>> = vec![Vec::new(); boxes];
        let mut arriving: Vec<Vec<(f32, usize)>> = vec![Vec::new(); boxes];
        for (link, chain) in layers.chains.iter().enumerate() {
            // Between two boxes there is always a row of arrows.
            let [upper, .., lower] = chain.as_slice() else { continue };
            leaving[*upper].push((xs[chain[1]], link));
            arriving[*lower].push((xs[chain[chain.len() - 2]], link));
        }
        let spread = |sides: Vec<Vec<(f32, usize)>>| {
            let mut ports = vec![0.0; layers.chains.len()];
            for (index, mut side) in sides.into_iter().enumerate() {
                side.sort_by(|one, other| one.0.total_cmp(&other.0));
                if pointed.get(index).copied().unwrap_or(false) || side.len() < 2 {
                    continue;
                }
                let room = layers.spots[index].size.wide * 0.7;
                let gap = PORTS.min(room / (side.len() - 1) as f32);
                for (position, (_, link)) in side.iter().enumerate() {
                    ports[*link] = (position as f32 - (side.len() - 1) as f32 / 2.0) * gap;
                }
            }
            ports
        };
        Self { upper: spread(leaving), lower: spread(arriving) }
    }
}

fn route(link: usize, layers: &Layers, xs: &[f32], rows: &[(f32, f32)], ports: &Ports, wishes: &[Wish]) -> Route {
    let chain = &layers.chains[link];
    let (Some(upper), Some(lower)) = (chain.first(), chain.last()) else { return Route::default() };
    let edge = |index: usize, below: bool| {
        let (top, bottom) = rows[layers.spots[index].row];
        let half = layers.spots[index].size.high / 2.0;
        let middle = (top + bottom) / 2.0;
        if below { (middle + half, bottom) } else { (middle - half, top) }
    };
    let mut points = Vec::new();
    let mut label = None;
    let (leaves, row_end) = edge(*upper, true);
    let x = xs[*upper] + ports.upper[link];
    points.push(Point { x, y: leaves });
    points.push(Point { x, y: row_end });
    for spot in &chain[1..chain.len() - 1] {
        let (top, bottom) = rows[layers.spots[*spot].row];
        points.push(Point { x: xs[*spot], y: top });
        points.push(Point { x: xs[*spot], y: bottom });
        if wishes[link].label.is_some() && layers.spots[*spot].size.wide > 0.0 {
            label = Some(Point { x: xs[*spot], y: (top + bottom) / 2.0 });
        }
    }
    let (arrives, row_start) = edge(*lower, false);
    let x = xs[*lower] + ports.lower[link];
    points.push(Point { x, y: row_start });
    points.push(Point { x, y: arrives });
    points.dedup();
    if layers.upwards[link] {
        points.reverse();
    }
    Route { points, label }
}
