//! The microphone and the loudspeaker of this machine as a caller: to ring Warmline without a telephone.
//!
//! **In:** a sound card in whatever rate and format it has. **Out:** an [`IncomingCall`] whose sound is at 8 kHz, as
//! over a telephone. Callback and media loop meet only in rings without locks.

use std::fmt;

use cpal::traits::{DeviceTrait, StreamTrait};
use cpal::{Device, ErrorKind, FromSample, Sample, SampleFormat, SizedSample, Stream, StreamConfig};

use super::own_end::{self, Goodbye};
use super::{Caller, IncomingCall, Leg, LegEnd};
use crate::audio::{AudioError, Hertz};

mod device;
mod media;
mod ring;

use device::Format;
use media::LocalMedia;
use ring::{Reader, Writer, ring};

pub use device::devices;

/// Which side of a sound card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// What is heard.
    Microphone,
    /// What is played on.
    Loudspeaker,
}

impl fmt::Display for Side {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Microphone => "microphone",
            Self::Loudspeaker => "loudspeaker",
        })
    }
}

/// The names of the devices of this machine that can be opened, the default one first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Devices {
    /// What can be heard.
    pub microphones: Vec<String>,
    /// What can be played on.
    pub loudspeakers: Vec<String>,
}

impl Devices {
    fn of(self, side: Side) -> Vec<String> {
        match side {
            Side::Microphone => self.microphones,
            Side::Loudspeaker => self.loudspeakers,
        }
    }
}

/// Why this machine's sound cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LocalError {
    /// The system's sound cannot be asked at all.
    #[error("the sound of this machine cannot be reached: {0}; call without sound with --wav, --keys or --silence")]
    Unreachable(String),
    /// No such device, or none at all.
    #[error("{}", no_device(*.side, .wanted.as_deref(), .found))]
    NoDevice {
        /// What was looked for.
        side: Side,
        /// The name it should have; `None` for the default.
        wanted: Option<String>,
        /// The names of what is there.
        found: Vec<String>,
    },
    /// The device is there and does not open.
    #[error("the {side} {name:?} cannot be opened: {reason}; close other programs that use it, or name another device")]
    Open {
        /// Which side.
        side: Side,
        /// Its name.
        name: String,
        /// What the system said.
        reason: String,
    },
    /// Its rate cannot be brought to that of a telephone.
    #[error(transparent)]
    Sound(#[from] AudioError),
}

fn no_device(side: Side, wanted: Option<&str>, found: &[String]) -> String {
    let what = wanted.map_or_else(|| format!("no {side} was found"), |name| format!("no {side} is named {name:?}"));
    if found.is_empty() {
        return format!(
            "{what}, and this machine has none that can be opened: plug one in, or call without sound with --wav, --keys or --silence"
        );
    }
    format!("{what}; there is: {}; name one of these", found.join(", "))
}

/// Which devices to call with.
#[derive(Clone, Debug, Default)]
pub struct LocalSettings {
    /// The microphone, by its name or a part of it; `None` for the default one.
    pub microphone: Option<String>,
    /// The loudspeaker, by its name or a part of it; `None` for the default one.
    pub loudspeaker: Option<String>,
}

/// Opens the devices and rings; the caller hangs up when `hang_up` comes to pass. The bot hears what the loudspeaker
/// plays: use a headset. Opening a sound card takes a moment and blocks. To be called within a tokio runtime, where
/// small tasks answer for the caller until the call ends.
///
/// # Errors
/// A device that is not there or does not open, by name.
pub fn call(
    settings: &LocalSettings,
    caller: Caller,
    hang_up: impl Future<Output = ()> + Send + 'static,
) -> Result<IncomingCall, LocalError> {
    let (microphone, heard) = device::find(Side::Microphone, settings.microphone.as_deref())?;
    let (loudspeaker, played) = device::find(Side::Loudspeaker, settings.loudspeaker.as_deref())?;
    // A second each, far more than ever waits.
    let (microphone_writer, microphone_reader) = ring(heard.rate as usize);
    let (loudspeaker_writer, loudspeaker_reader) = ring(played.rate as usize);
    let (goodbye, goodbyes) = own_end::goodbye();
    let streams = (
        open_microphone(&microphone, heard, microphone_writer, goodbye.clone())?,
        open_loudspeaker(&loudspeaker, played, loudspeaker_reader, goodbye.clone())?,
    );
    let from_microphone = (microphone_reader, rate(Side::Microphone, &microphone, heard)?);
    let to_loudspeaker = (loudspeaker_writer, rate(Side::Loudspeaker, &loudspeaker, played)?);
    let (leg, ends) = Leg::new(Box::new(LocalMedia::new(from_microphone, to_loudspeaker, streams)?));
    own_end::attend(ends, goodbyes);
    tokio::spawn(async move {
        tokio::select! {
            // A second goodbye is none.
            () = hang_up => drop(goodbye.try_send(LegEnd::HungUp)),
            // The call has ended otherwise.
            () = goodbye.closed() => {}
        }
    });
    Ok(IncomingCall { caller, line: "local", leg })
}

fn rate(side: Side, device: &Device, format: Format) -> Result<Hertz, LocalError> {
    Hertz::new(format.rate).ok_or_else(|| cannot_open(side, device, &"it has no rate for sound"))
}

fn cannot_open(side: Side, device: &Device, reason: &dyn fmt::Display) -> LocalError {
    LocalError::Open { side, name: device::name(device), reason: reason.to_string() }
}

/// Calls the function given with the sample type of a format.
macro_rules! with_sample_type {
    ($format:expr, $function:ident($($argument:expr),*)) => {
        match $format {
            SampleFormat::I8 => $function::<i8>($($argument),*),
            SampleFormat::U8 => $function::<u8>($($argument),*),
            SampleFormat::U16 => $function::<u16>($($argument),*),
            SampleFormat::I32 => $function::<i32>($($argument),*),
            SampleFormat::U32 => $function::<u32>($($argument),*),
            SampleFormat::F32 => $function::<f32>($($argument),*),
            SampleFormat::F64 => $function::<f64>($($argument),*),
            _ => $function::<i16>($($argument),*),
        }
    };
}

fn open_microphone(device: &Device, format: Format, ring: Writer, goodbye: Goodbye) -> Result<Stream, LocalError> {
    let stream = with_sample_type!(format.sample, listen(device, format, ring, goodbye));
    start(Side::Microphone, device, stream)
}

fn open_loudspeaker(device: &Device, format: Format, ring: Reader, goodbye: Goodbye) -> Result<Stream, LocalError> {
    let stream = with_sample_type!(format.sample, play(device, format, ring, goodbye));
    start(Side::Loudspeaker, device, stream)
}

fn start(side: Side, device: &Device, stream: Result<Stream, cpal::Error>) -> Result<Stream, LocalError> {
    let stream = stream.map_err(|error| cannot_open(side, device, &error))?;
    stream.play().map_err(|error| cannot_open(side, device, &error))?;
    Ok(stream)
}

const fn config(format: Format) -> StreamConfig {
    StreamConfig { channels: format.channels, sample_rate: format.rate, buffer_size: cpal::BufferSize::Default }
}

fn listen<T>(device: &Device, format: Format, mut ring: Writer, goodbye: Goodbye) -> Result<Stream, cpal::Error>
where
    T: SizedSample,
    f32: FromSample<T>,
{
    let channels = usize::from(format.channels);
    device.build_input_stream::<T, _, _>(
        config(format),
        move |samples, _| {
            for moment in samples.chunks_exact(channels) {
                let sum: f32 = moment.iter().map(|sample| f32::from_sample(*sample)).sum();
                // A full ring is a loop that is away: what it would hear late, it need not hear.
                ring.push(((sum / channels as f32).clamp(-1.0, 1.0) * f32::from(i16::MAX)) as i16);
            }
        },
        move |error| trouble(Side::Microphone, &error, &goodbye),
        None,
    )
}

fn play<T>(device: &Device, format: Format, mut ring: Reader, goodbye: Goodbye) -> Result<Stream, cpal::Error>
where
    T: SizedSample + FromSample<i16>,
{
    let channels = usize::from(format.channels);
    device.build_output_stream::<T, _, _>(
        config(format),
        move |samples, _| {
            for moment in samples.chunks_exact_mut(channels) {
                moment.fill(T::from_sample(ring.pop().unwrap_or(0)));
            }
        },
        move |error| trouble(Side::Loudspeaker, &error, &goodbye),
        None,
    )
}

/// A stream's trouble: a gap is a gap; a card that is gone ends the call.
fn trouble(side: Side, error: &cpal::Error, goodbye: &Goodbye) {
    match error.kind() {
        ErrorKind::Xrun | ErrorKind::DeviceChanged | ErrorKind::RealtimeDenied => {
            tracing::debug!(%side, %error, "the sound card stumbled");
        }
        _ => {
            tracing::warn!(%side, %error, "the sound card is gone, the call ends");
            goodbye.try_send(LegEnd::Failed).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_device_that_is_not_there_is_a_clear_error() {
        let microphone = Some("no such microphone, surely".to_owned());
        let refused =
            call(&LocalSettings { microphone, ..LocalSettings::default() }, Caller::default(), std::future::pending());
        let error = refused.map(|_| ()).unwrap_err().to_string();
        assert!(error.starts_with("no microphone is named \"no such microphone, surely\""), "{error}");
        assert!(error.ends_with("name one of these") || error.ends_with("--silence"), "{error}");
    }

    #[test]
    fn a_machine_without_sound_says_what_to_do() {
        assert_eq!(
            no_device(Side::Microphone, None, &[]),
            "no microphone was found, and this machine has none that can be opened: plug one in, or call without sound \
             with --wav, --keys or --silence"
        );
        let found = ["Headset".to_owned(), "Built-in".to_owned()];
        assert_eq!(
            no_device(Side::Loudspeaker, Some("HDMI"), &found),
            "no loudspeaker is named \"HDMI\"; there is: Headset, Built-in; name one of these"
        );
    }

    #[tokio::test]
    async fn a_call_through_this_machine_is_up_or_tells_why_not() {
        match call(&LocalSettings::default(), Caller::default(), std::future::pending()) {
            Ok(mut call) => {
                call.leg.control.answer();
                assert_eq!(call.leg.events.recv().await, Some(crate::line::LegEvent::Answered));
                assert_eq!(call.leg.media.rate(), Hertz::HZ_8000);
            }
            Err(error) => {
                assert!(error.to_string().contains("microphone") || error.to_string().contains("loudspeaker"))
            }
        }
        devices().unwrap();
    }
}
