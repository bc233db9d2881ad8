//! Which row a box stands in, and where in its row: the layered drawing of Sugiyama, Tagawa and Toda (1981). Boxes
//! stand in the even rows; in every row between, an arrow has a place of its own, which holds its label where it has
//! one. So a label never lies on a box, on an arrow or on another label.

/// Width and height, in pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Size {
    pub wide: f32,
    pub high: f32,
}

/// An arrow to be drawn.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    pub from: usize,
    pub to: usize,
    /// Its label's size.
    pub label: Option<Size>,
    /// How strongly it should be straight.
    pub weight: f32,
}

/// A place in a row.
#[derive(Clone, Copy, Debug)]
pub struct Spot {
    pub size: Size,
    pub row: usize,
    /// Whether it is a box.
    pub is_box: bool,
}

/// Boxes and bends in rows. The first spots are the boxes, in their order.
pub struct Layers {
    pub spots: Vec<Spot>,
    /// Each row's spots from left to right.
    pub rows: Vec<Vec<usize>>,
    /// For each arrow the spots it passes, from the upper box to the lower.
    pub chains: Vec<Vec<usize>>,
    /// For each arrow whether it points upwards.
    pub upwards: Vec<bool>,
    /// For each spot, its neighbours above and below, with the weight of the arrow between.
    pub above: Vec<Vec<(usize, f32)>>,
    pub below: Vec<Vec<(usize, f32)>>,
}

/// How often rows are put in order again.
const SWEEPS: usize = 12;

/// Finds rows and their order.
pub fn layers(boxes: &[Size], wishes: &[Wish]) -> Layers {
    let (upwards, order) = without_circles(boxes.len(), wishes);
    let rows = rows_of(boxes.len(), wishes, &upwards);
    let mut layers = Layers {
        spots: boxes.iter().zip(&rows).map(|(size, row)| Spot { size: *size, row: row * 2, is_box: true }).collect(),
        rows: Vec::new(),
        chains: Vec::new(),
        upwards,
        above: Vec::new(),
        below: Vec::new(),
    };
    // Boxes begin in the order in which a reader comes upon them.
    let mut rank = vec![0.0; boxes.len()];
    for (position, index) in order.iter().enumerate() {
        rank[*index] = position as f32;
    }
    for (index, wish) in wishes.iter().enumerate() {
        layers.chain(index, wish, &mut rank);
    }
    let last = layers.spots.iter().map(|spot| spot.row).max().unwrap_or(0);
    layers.rows = vec![Vec::new(); last + 1];
    for (index, spot) in layers.spots.iter().enumerate() {
        layers.rows[spot.row].push(index);
    }
    for row in &mut layers.rows {
        row.sort_by(|one, other| rank[*one].total_cmp(&rank[*other]));
    }
    layers.find_neighbours(wishes);
    layers.put_in_order();
    layers
}

/// Which arrows must be turned so that no circle is left, and the boxes in the order of a walk from the first.
fn without_circles(boxes: usize, wishes: &[Wish]) -> (Vec<bool>, Vec<usize>) {
    #[derive(Clone, Copy, PartialEq)]
    enum Seen {
        Not,
        Open,
        Done,
    }
    let mut leaving: Vec<Vec<usize>> = vec![Vec::new(); boxes];
    for (index, wish) in wishes.iter().enumerate() {
        leaving[wish.from].push(index);
    }
    let mut seen = vec![Seen::Not; boxes];
    let mut turned = vec![false; wishes.len()];
    let mut order = Vec::with_capacity(boxes);
    for start in 0..boxes {
        if seen[start] != Seen::Not {
            continue;
        }
        seen[start] = Seen::Open;
        order.push(start);
        let mut path = vec![(start, 0)];
        while let Some((at, next)) = path.last_mut() {
            let Some(link) = leaving[*at].get(*next).copied() else {
                seen[*at] = Seen::Done;
                path.pop();
                continue;
            };
            *next += 1;
            let to = wishes[link].to;
            match seen[to] {
                Seen::Open => turned[link] = true,
                Seen::Done => {}
                Seen::Not => {
                    seen[to] = Seen::Open;
                    order.push(to);
                    path.push((to, 0));
                }
            }
        }
    }
    (turned, order)
}

/// The row of each box: below all that lead to it; a box nothing leads to stands just above what it leads to.
fn rows_of(boxes: usize, wishes: &[Wish], turned: &[bool]) -> Vec<usize> {
    let mut leaving: Vec<Vec<usize>> = vec![Vec::new(); boxes];
    let mut waiting = vec![0_usize; boxes];
    for (wish, turned) in wishes.iter().zip(turned) {
        let (upper, lower) = if *turned { (wish.to, wish.from) } else { (wish.from, wish.to) };
        leaving[upper].push(lower);
        waiting[lower] += 1;
    }
    let entered: Vec<bool> = waiting.iter().map(|count| *count > 0).collect();
    let mut rows = vec![0_usize; boxes];
    let mut ready: Vec<usize> = (0..boxes).filter(|index| waiting[*index] == 0).collect();
    while let Some(index) = ready.pop() {
        for lower in &leaving[index] {
            rows[*lower] = rows[*lower].max(rows[index] + 1);
            waiting[*lower] -= 1;
            if waiting[*lower] == 0 {
                ready.push(*lower);
            }
        }
    }
    for index in 1..boxes {
        let nearest = leaving[index].iter().map(|lower| rows[*lower]).min();
        if let (false, Some(nearest)) = (entered[index], nearest) {
            rows[index] = nearest.saturating_sub(1);
        }
    }
    rows
}

impl Layers {
    /// Gives an arrow its places in the rows between its boxes; the label stands next to the box it leaves.
    fn chain(&mut self, index: usize, wish: &Wish, rank: &mut Vec<f32>) {
        let (upper, lower) = if self.upwards[index] { (wish.to, wish.from) } else { (wish.from, wish.to) };
        let (first, last) = (self.spots[upper].row, self.spots[lower].row);
        let label_row = if self.upwards[index] { last.saturating_sub(1) } else { first + 1 };
        let mut chain = vec![upper];
        for row in first + 1..last {
            let size = if row == label_row { wish.label.unwrap_or_default() } else { Size::default() };
            chain.push(self.spots.len());
            self.spots.push(Spot { size, row, is_box: false });
            rank.push((rank[wish.from] + rank[wish.to]) / 2.0);
        }
        chain.push(lower);
        self.chains.push(chain);
    }

    fn find_neighbours(&mut self, wishes: &[Wish]) {
        self.above = vec![Vec::new(); self.spots.len()];
        self.below = vec![Vec::new(); self.spots.len()];
        for (chain, wish) in self.chains.iter().zip(wishes) {
            for pair in chain.windows(2) {
                // A long arrow should be straight above all.
                let inner = !self.spots[pair[0]].is_box && !self.spots[pair[1]].is_box;
                let weight = if inner { wish.weight * 8.0 } else { wish.weight };
                self.below[pair[0]].push((pair[1], weight));
                self.above[pair[1]].push((pair[0], weight));
            }
        }
    }

    /// Moves every spot to the middle of its neighbours, row by row, down and up, and keeps the order with the fewest
    /// crossings.
    fn put_in_order(&mut self) {
        let mut best = self.rows.clone();
        let mut fewest = self.crossings();
        for sweep in 0..SWEEPS {
            let down = sweep % 2 == 0;
            let count = self.rows.len();
            for step in 1..count {
                let row = if down { step } else { count - 1 - step };
                self.order_row(row, down);
            }
            self.swap_neighbours();
            let crossings = self.crossings();
            if crossings < fewest {
                fewest = crossings;
                best = self.rows.clone();
            }
            if fewest == 0 {
                break;
            }
        }
        self.rows = best;
    }

    fn order_row(&mut self, row: usize, from_above: bool) {
        let beside = if from_above { row.checked_sub(1) } else { Some(row + 1) };
        let Some(beside) = beside.and_then(|beside| self.rows.get(beside)) else { return };
        let mut place = vec![0.0; self.spots.len()];
        for (position, spot) in beside.iter().enumerate() {
            place[*spot] = position as f32;
        }
        let neighbours = if from_above { &self.above } else { &self.below };
        let mut wanted: Vec<(f32, usize)> = Vec::with_capacity(self.rows[row].len());
        let mut last = 0.0;
        for spot in &self.rows[row] {
            let near = &neighbours[*spot];
            // What has no neighbour keeps to the one on its left.
            if !near.is_empty() {
                last = near.iter().map(|(other, _)| place[*other]).sum::<f32>() / near.len() as f32;
            }
            wanted.push((last, *spot));
        }
        wanted.sort_by(|one, other| one.0.total_cmp(&other.0));
        self.rows[row] = wanted.into_iter().map(|(_, spot)| spot).collect();
    }

    /// Swaps two that stand side by side wherever that saves a crossing.
    fn swap_neighbours(&mut self) {
        let mut place = vec![0_usize; self.spots.len()];
        for row in &self.rows {
            for (position, spot) in row.iter().enumerate() {
                place[*spot] = position;
            }
        }
        for row in &mut self.rows {
            for left in 0..row.len().saturating_sub(1) {
                let (one, other) = (row[left], row[left + 1]);
                let crossed = |first: usize, second: usize| {
                    let pairs = |near: &[Vec<(usize, f32)>]| {
                        near[first]
                            .iter()
                            .map(|(a, _)| near[second].iter().filter(|(b, _)| place[*a] > place[*b]).count())
                            .sum::<usize>()
                    };
                    pairs(&self.above) + pairs(&self.below)
                };
                if crossed(one, other) > crossed(other, one) {
                    row.swap(left, left + 1);
                    place[one] = left + 1;
                    place[other] = left;
                }
            }
        }
    }

    /// How many arrows cross.
    pub fn crossings(&self) -> usize {
        let mut place = vec![0_usize; self.spots.len()];
        for row in &self.rows {
            for (position, spot) in row.iter().enumerate() {
                place[*spot] = position;
            }
        }
        let mut crossings = 0;
        for row in &self.rows {
            let mut ends: Vec<usize> = Vec::new();
            for spot in row {
                let mut own: Vec<usize> = self.below[*spot].iter().map(|(other, _)| place[*other]).collect();
                own.sort_unstable();
                ends.extend(own);
            }
            crossings += inversions(&ends);
        }
        crossings
    }
}

/// How many pairs stand the wrong way round, by a tree of sums (Fenwick, 1994).
fn inversions(ends: &[usize]) -> usize {
    let most = ends.iter().max().map_or(0, |most| most + 1);
    let mut sums = vec![0_usize; most + 1];
    let mut found = 0;
    for (before, end) in ends.iter().enumerate() {
        let mut not_greater = 0;
        let mut index = end + 1;
        while index > 0 {
            not_greater += sums[index];
            index &= index - 1;
        }
        found += before - not_greater;
        let mut index = end + 1;
        while index <= most {
            sums[index] += 1;
            index += index & index.wrapping_neg();
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(from: usize, to: usize) -> Wish {
        Wish { from, to, label: None, weight: 1.0 }
    }

    #[test]
    fn a_circle_is_broken_at_the_arrow_that_leads_back() {
        let boxes = vec![Size { wide: 10.0, high: 10.0 }; 3];
        let layers = layers(&boxes, &[wish(0, 1), wish(1, 2), wish(2, 0)]);
        assert_eq!(layers.upwards, [false, false, true]);
        let rows: Vec<usize> = layers.spots[..3].iter().map(|spot| spot.row).collect();
        assert_eq!(rows, [0, 2, 4]);
        assert_eq!(layers.chains[2].len(), 5, "an arrow across two rows of boxes bends three times");
    }

    #[test]
    fn crossings_that_need_not_be_are_not() {
        let boxes = vec![Size { wide: 10.0, high: 10.0 }; 6];
        let crossed = [wish(0, 1), wish(0, 2), wish(1, 4), wish(2, 3), wish(3, 5), wish(4, 5)];
        assert_eq!(layers(&boxes, &crossed).crossings(), 0);
    }

    #[test]
    fn pairs_the_wrong_way_round_are_counted() {
        assert_eq!(inversions(&[0, 1, 2]), 0);
        assert_eq!(inversions(&[2, 1, 0]), 3);
        assert_eq!(inversions(&[1, 1, 0]), 2);
    }
}
