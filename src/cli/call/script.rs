//! What a caller without a phone does, in the order of the command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::ArgMatches;

use crate::audio::wav;
use crate::line::recording::{ScriptedTurn, Turn};

/// One input as it stands on the command line.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::cli) enum Input {
    /// A recording.
    Wav(PathBuf),
    /// Keys.
    Keys(String),
    /// Silence, in milliseconds.
    Silence(u64),
}

/// The inputs in the order in which they stand, whatever their kind.
pub(in crate::cli) fn input_order(matches: &ArgMatches) -> Vec<Input> {
    let mut placed: Vec<(usize, Input)> = Vec::new();
    placed.extend(each::<PathBuf>(matches, "wav").map(|(place, file)| (place, Input::Wav(file))));
    placed.extend(each::<String>(matches, "keys").map(|(place, keys)| (place, Input::Keys(keys))));
    placed.extend(each::<u64>(matches, "silence").map(|(place, length)| (place, Input::Silence(length))));
    placed.sort_by_key(|(place, _)| *place);
    placed.into_iter().map(|(_, input)| input).collect()
}

fn each<T: Clone + Send + Sync + 'static>(matches: &ArgMatches, name: &str) -> impl Iterator<Item = (usize, T)> {
    let places: Vec<usize> = matches.indices_of(name).into_iter().flatten().collect();
    let values: Vec<T> = matches.get_many::<T>(name).into_iter().flatten().cloned().collect();
    places.into_iter().zip(values)
}

/// Reads the inputs; `barge_in` holds for each of them.
pub(super) fn read(inputs: &[Input], barge_in: Option<Duration>) -> anyhow::Result<Vec<ScriptedTurn>> {
    let read_one = |input: &Input| -> anyhow::Result<ScriptedTurn> {
        let turn = match input {
            Input::Wav(file) => Turn::Wav { sound: wav::read(file)?.sound },
            Input::Keys(keys) => Turn::Keys(keys.clone()),
            Input::Silence(length) => Turn::Silence(Duration::from_millis(*length)),
        };
        Ok(ScriptedTurn { turn, barge_in_after: barge_in })
    };
    inputs.iter().map(read_one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_keep_the_order_of_the_command_line() {
        use clap::{Arg, ArgAction, Command, value_parser};
        let command = Command::new("call")
            .arg(Arg::new("wav").long("wav").action(ArgAction::Append).value_parser(value_parser!(PathBuf)))
            .arg(Arg::new("keys").long("keys").action(ArgAction::Append))
            .arg(Arg::new("silence").long("silence").action(ArgAction::Append).value_parser(value_parser!(u64)));
        let matches = command
            .try_get_matches_from(["call", "--keys", "1", "--wav", "a.wav", "--silence", "500", "--keys", "2#"])
            .unwrap();
        let expected = [
            Input::Keys("1".to_owned()),
            Input::Wav("a.wav".into()),
            Input::Silence(500),
            Input::Keys("2#".to_owned()),
        ];
        assert_eq!(input_order(&matches), expected);
    }
}
