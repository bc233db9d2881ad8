//! Small sums over numbers, in place: nothing here touches the heap.

/// Numbers gathered for one feature; keeps its room from one utterance to the next.
#[derive(Debug)]
pub(super) struct Numbers {
    values: Vec<f32>,
}

impl Numbers {
    pub(super) fn with_room(room: usize) -> Self {
        Self { values: Vec::with_capacity(room) }
    }

    /// Takes the numbers in, sorted. What exceeds the room is left out.
    pub(super) fn gather(&mut self, values: impl Iterator<Item = f32>) -> &Self {
        self.values.clear();
        let room = self.values.capacity();
        self.values.extend(values.filter(|value| value.is_finite()).take(room));
        self.values.sort_unstable_by(f32::total_cmp);
        self
    }

    pub(super) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    pub(super) fn mean(&self) -> f32 {
        if self.values.is_empty() { 0.0 } else { self.values.iter().sum::<f32>() / self.values.len() as f32 }
    }

    pub(super) fn spread(&self) -> f32 {
        if self.values.len() < 2 {
            return 0.0;
        }
        let mean = self.mean();
        let squares: f32 = self.values.iter().map(|value| (value - mean) * (value - mean)).sum();
        (squares / self.values.len() as f32).sqrt()
    }

    /// The value below which `share` of the numbers lie.
    pub(super) fn at(&self, share: f32) -> f32 {
        let last = self.values.len().saturating_sub(1);
        let place = share * last as f32;
        let below = place as usize;
        let value = |index: usize| self.values.get(index.min(last)).copied().unwrap_or(0.0);
        value(below) + (value(below + 1) - value(below)) * (place - below as f32)
    }
}

/// Slope of values against their time in seconds, by least squares; 0 for fewer than three.
pub(super) fn slope(points: impl Iterator<Item = (f32, f32)>) -> f32 {
    let (mut count, mut x, mut y, mut xx, mut xy) = (0.0_f64, 0.0_f64, 0.0_f64, 0.0_f64, 0.0_f64);
    for (time, value) in points {
        let (time, value) = (f64::from(time), f64::from(value));
        count += 1.0;
        x += time;
        y += value;
        xx += time * time;
        xy += time * value;
    }
    let under = count * xx - x * x;
    if count < 3.0 || under <= 1e-9 { 0.0 } else { ((count * xy - x * y) / under) as f32 }
}

/// How two series go together, −1 to 1.
pub(super) fn correlation(points: impl Iterator<Item = (f32, f32)>) -> f32 {
    let (mut count, mut x, mut y, mut xx, mut yy, mut xy) = (0.0_f64, 0.0, 0.0, 0.0, 0.0, 0.0);
    for (left, right) in points {
        let (left, right) = (f64::from(left), f64::from(right));
        count += 1.0;
        x += left;
        y += right;
        xx += left * left;
        yy += right * right;
        xy += left * right;
    }
    let (over, under) = (count * xy - x * y, (count * xx - x * x) * (count * yy - y * y));
    if count < 3.0 || under <= 1e-9 { 0.0 } else { (over / under.sqrt()) as f32 }
}
