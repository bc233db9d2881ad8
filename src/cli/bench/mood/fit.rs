//! Logistic regression: a convex problem, solved by Newton's method from zero, so that the same table gives the same weights.

use crate::feel::tone::{Calibration, Logistic};

/// A row to learn from: its numbers, and how likely it should be, 0 to 1.
pub(super) struct Row {
    pub numbers: Vec<f32>,
    pub target: f32,
}

/// Numbers farther from the usual than this many spreads count as this far, as in the product.
const FARTHEST: f64 = 3.5;
/// The penalty on the squared weights, a row of the smaller class.
pub(super) const PENALTY: f64 = 0.3;
const STEPS: usize = 25;

/// Fits `rows`; both sides weigh the same on the whole.
pub(super) fn fit(rows: &[Row], penalty: f64) -> Logistic {
    let width = rows.first().map_or(0, |row| row.numbers.len());
    let count = rows.len().max(1) as f64;
    let column = |index: usize| rows.iter().map(move |row| f64::from(row.numbers[index]));
    let mean: Vec<f64> = (0..width).map(|index| column(index).sum::<f64>() / count).collect();
    let spread: Vec<f64> = (0..width)
        .map(|index| (column(index).map(|value| (value - mean[index]).powi(2)).sum::<f64>() / count).sqrt().max(1e-4))
        .collect();
    let scaled: Vec<Vec<f64>> = rows
        .iter()
        .map(|row| {
            let values = row.numbers.iter().zip(mean.iter().zip(&spread));
            let scaled =
                values.map(|(&value, (mean, spread))| ((f64::from(value) - mean) / spread).clamp(-FARTHEST, FARTHEST));
            scaled.chain([1.0]).collect()
        })
        .collect();
    let targets: Vec<f64> = rows.iter().map(|row| f64::from(row.target)).collect();
    let high = targets.iter().sum::<f64>().max(1e-6);
    let low = (count - high).max(1e-6);
    let weights: Vec<f64> =
        targets.iter().map(|target| target * count / (2.0 * high) + (1.0 - target) * count / (2.0 * low)).collect();
    let answer = newton(&scaled, &targets, &weights, penalty * high.min(low) / 10.0);
    let to_single = |values: &[f64]| values.iter().map(|&value| value as f32).collect();
    Logistic {
        mean: to_single(&mean),
        spread: to_single(&spread),
        weight: to_single(&answer[..width]),
        bias: answer.get(width).map_or(0.0, |&bias| bias as f32),
    }
}

/// A line from sums to logits (Platt 1999), both sides weighing the same.
pub(super) fn calibrate(pairs: &[(f32, f32)]) -> Calibration {
    let rows: Vec<Row> = pairs.iter().map(|&(sum, target)| Row { numbers: vec![sum], target }).collect();
    let line = fit(&rows, 1e-3);
    let (mean, spread, weight) = (line.mean[0], line.spread[0], line.weight[0]);
    Calibration { slope: weight / spread, bias: line.bias - weight * mean / spread }
}

fn newton(rows: &[Vec<f64>], targets: &[f64], weights: &[f64], penalty: f64) -> Vec<f64> {
    let width = rows.first().map_or(0, Vec::len);
    let mut answer = vec![0.0; width];
    for _ in 0..STEPS {
        let mut gradient = vec![0.0; width];
        let mut hessian = vec![vec![0.0; width]; width];
        for ((row, target), weight) in rows.iter().zip(targets).zip(weights) {
            let sum: f64 = row.iter().zip(&answer).map(|(value, weight)| value * weight).sum();
            let likely = 1.0 / (1.0 + (-sum).exp());
            let (error, curve) = (weight * (likely - target), weight * likely * (1.0 - likely));
            for (index, &left) in row.iter().enumerate() {
                gradient[index] += error * left;
                let scaled = curve * left;
                for (slot, &right) in hessian[index].iter_mut().zip(&row[..=index]) {
                    *slot += scaled * right;
                }
            }
        }
        for index in 0..width {
            // The bias, last, is not held back; a crumb keeps the matrix whole.
            let held = if index + 1 == width { 1e-6 } else { penalty };
            gradient[index] += held * answer[index];
            hessian[index][index] += held;
        }
        let step = solve(hessian, gradient);
        let largest = step.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
        for (value, step) in answer.iter_mut().zip(&step) {
            *value -= step.clamp(-2.0, 2.0);
        }
        if largest < 1e-7 {
            break;
        }
    }
    answer
}

/// Solves a positive definite system, given below its diagonal, by Cholesky.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    let width = right.len();
    for row in 0..width {
        for column in 0..=row {
            let known: f64 = (0..column).map(|index| matrix[row][index] * matrix[column][index]).sum();
            let rest = matrix[row][column] - known;
            matrix[row][column] = if row == column { rest.max(1e-12).sqrt() } else { rest / matrix[column][column] };
        }
    }
    for row in 0..width {
        let known: f64 = (0..row).map(|index| matrix[row][index] * right[index]).sum();
        right[row] = (right[row] - known) / matrix[row][row];
    }
    for row in (0..width).rev() {
        let known: f64 = (row + 1..width).map(|index| matrix[index][row] * right[index]).sum();
        right[row] = (right[row] - known) / matrix[row][row];
    }
    right
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_line_is_found_again() {
        // Targets that a logistic line with slope 2 and bias −1 gives exactly, taken as soft targets.
        let rows: Vec<Row> = (-50..=50)
            .map(|step| {
                let value = step as f32 / 10.0;
                Row { numbers: vec![value], target: 1.0 / (1.0 + (1.0 - 2.0 * value).exp()) }
            })
            .collect();
        let line = fit(&rows, 0.0);
        let slope = line.weight[0] / line.spread[0];
        assert!((slope - 2.0).abs() < 0.15, "{slope}");
        let again = fit(&rows, 0.0);
        assert_eq!((line.weight, line.bias.to_bits()), (again.weight, again.bias.to_bits()));
    }
}
