//! The sound devices of this machine: which there are, which to take, in which format.

use std::ops::RangeInclusive;

use cpal::traits::{DeviceTrait, HostTrait};
use cpal::{Device, SampleFormat, SupportedStreamConfigRange};

use super::{Devices, LocalError, Side};

/// Rates we would rather have, the dearest first; all of them resample well to 8 kHz.
const RATES: [u32; 5] = [48_000, 16_000, 44_100, 32_000, 8_000];
/// What a resampler takes.
const TAKEN: RangeInclusive<u32> = 8_000..=48_000;

/// How a device is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    pub channels: u16,
    pub rate: u32,
    pub sample: SampleFormat,
}

/// What a device offers: the channels, lowest and highest rate, and sample format of one of its configurations.
type Offer = (u16, u32, u32, SampleFormat);

/// The devices of this machine that can be opened. Asking takes a moment: it probes each.
///
/// # Errors
/// [`LocalError::Unreachable`]; a machine that has no devices is no error.
pub fn devices() -> Result<Devices, LocalError> {
    let host = cpal::default_host();
    let found: Vec<Device> = host.devices().map_err(|error| LocalError::Unreachable(error.to_string()))?.collect();
    let names = |side, default: Option<Device>| {
        let usable = found.iter().filter(|device| !is_void(device) && choose(&offers(device, side)).is_some());
        let mut names: Vec<String> = usable.map(name).collect();
        let default = default.as_ref().map(name);
        names.sort_by_key(|name| Some(name) != default.as_ref());
        names
    };
    Ok(Devices {
        microphones: names(Side::Microphone, host.default_input_device()),
        loudspeakers: names(Side::Loudspeaker, host.default_output_device()),
    })
}

/// The device that `wanted` names, by its whole name or a part of it in any case, or the default one.
pub fn find(side: Side, wanted: Option<&str>) -> Result<(Device, Format), LocalError> {
    let host = cpal::default_host();
    let with_format = |device: Device| choose(&offers(&device, side)).map(|format| (device, format));
    let device = match (wanted, side) {
        (Some(wanted), _) => {
            let devices = host.devices().map(Iterator::collect::<Vec<Device>>).unwrap_or_default();
            let usable: Vec<(Device, Format)> = devices.into_iter().filter_map(with_format).collect();
            let names: Vec<String> = usable.iter().map(|(device, _)| name(device)).collect();
            best_match(&names, wanted).and_then(|index| usable.into_iter().nth(index))
        }
        (None, Side::Microphone) => host.default_input_device().and_then(with_format),
        (None, Side::Loudspeaker) => host.default_output_device().and_then(with_format),
    };
    match device {
        Some(found) => Ok(found),
        None => Err(LocalError::NoDevice { side, wanted: wanted.map(str::to_owned), found: devices()?.of(side) }),
    }
}

/// What a device is called, for people, and by the system.
pub fn name(device: &Device) -> String {
    device.id().map_or_else(|_| device.to_string(), |id| format!("{device} ({id})"))
}

/// ALSA's device that takes everything and gives silence is there on every machine, and is no sound card.
fn is_void(device: &Device) -> bool {
    name(device).ends_with("(alsa:null)")
}

/// The name that is `wanted`, or else the first that contains it.
fn best_match(names: &[String], wanted: &str) -> Option<usize> {
    let wanted = wanted.to_lowercase();
    let names: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
    let is_wanted =
        |name: &String| *name == wanted || name.split(" (").any(|part| part.trim_end_matches(')') == wanted);
    names.iter().position(is_wanted).or_else(|| names.iter().position(|name| name.contains(&wanted)))
}

fn offers(device: &Device, side: Side) -> Vec<Offer> {
    let offer = |range: SupportedStreamConfigRange| {
        (range.channels(), range.min_sample_rate(), range.max_sample_rate(), range.sample_format())
    };
    match side {
        Side::Microphone => device.supported_input_configs().map(|ranges| ranges.map(offer).collect()),
        Side::Loudspeaker => device.supported_output_configs().map(|ranges| ranges.map(offer).collect()),
    }
    .unwrap_or_default()
}

/// The best of what a device offers: a rate we would rather have, then few channels, then a format that is ours.
fn choose(offers: &[Offer]) -> Option<Format> {
    let usable = offers.iter().filter_map(|&(channels, lowest, highest, sample)| {
        let format_rank = match sample {
            SampleFormat::I16 => 0,
            SampleFormat::F32 => 1,
            SampleFormat::I32 => 2,
            SampleFormat::U8 | SampleFormat::I8 | SampleFormat::U16 | SampleFormat::U32 | SampleFormat::F64 => 3,
            _ => return None,
        };
        if channels == 0 {
            return None;
        }
        let dear = RATES.iter().position(|rate| (lowest..=highest).contains(rate));
        let (rate_rank, rate) = match dear {
            Some(rank) => (rank, RATES[rank]),
            None if TAKEN.contains(&highest) => (RATES.len(), highest),
            None if TAKEN.contains(&lowest) => (RATES.len(), lowest),
            None => return None,
        };
        Some(((rate_rank, channels, format_rank), Format { channels, rate, sample }))
    });
    usable.min_by_key(|(rank, _)| *rank).map(|(_, format)| format)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_usual_card_is_opened_at_48_khz_in_the_fewest_channels() {
        let offers = [
            (2, 44_100, 192_000, SampleFormat::I32),
            (2, 44_100, 192_000, SampleFormat::I16),
            (1, 44_100, 96_000, SampleFormat::F32),
            (8, 48_000, 48_000, SampleFormat::I16),
        ];
        assert_eq!(choose(&offers), Some(Format { channels: 1, rate: 48_000, sample: SampleFormat::F32 }));
        assert_eq!(choose(&offers[..2]), Some(Format { channels: 2, rate: 48_000, sample: SampleFormat::I16 }));
    }

    #[test]
    fn odd_cards_are_opened_as_they_are_or_not_at_all() {
        let headset = [(1, 16_000, 16_000, SampleFormat::I16)];
        assert_eq!(choose(&headset).unwrap().rate, 16_000);
        let old = [(1, 22_050, 22_050, SampleFormat::U8)];
        assert_eq!(choose(&old).unwrap().rate, 22_050);
        assert_eq!(choose(&[(2, 96_000, 192_000, SampleFormat::I16)]), None);
        assert_eq!(choose(&[(2, 48_000, 48_000, SampleFormat::DsdU8)]), None);
        assert_eq!(choose(&[]), None);
    }

    #[test]
    fn a_device_is_found_by_a_part_of_its_name_and_best_by_all_of_it() {
        let names: Vec<String> =
            ["USB Headset, Mono (alsa:hw:1,0)", "usb headset (alsa:hw:2,0)", "Built-in"].map(str::to_owned).to_vec();
        assert_eq!(best_match(&names, "USB Headset"), Some(1));
        assert_eq!(best_match(&names, "headset, m"), Some(0));
        assert_eq!(best_match(&names, "alsa:hw:2,0"), Some(1));
        assert_eq!(best_match(&names, "built"), Some(2));
        assert_eq!(best_match(&names, "bluetooth"), None);
    }
}
