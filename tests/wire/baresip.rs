//! baresip, a real softphone, as caller and as agent: driven through its control port, its ears read from the
//! files its `sndfile` module writes.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use warmline::audio::{Frame, Hertz, Resampler};

use super::server::{PATIENCE, free_ports, root, wait_for};

/// A running baresip; it is killed when dropped.
pub struct Baresip {
    process: Child,
    control: TcpStream,
    dir: TempDir,
}

impl Baresip {
    /// Starts one at the SIP port `port` (TLS takes the next); `answers` at once when it is rung.
    pub fn start(name: &str, port: u16, answers: bool) -> Self {
        let dir = tempfile::Builder::new().prefix(name).tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        let control_port = free_ports(1);
        let silence = dir.path().join("silence.wav");
        write_wav(&silence, &vec![0; 8_000 * 600]);
        let config = format!(
            "sip_listen 127.0.0.1:{port}\naudio_source aufile,{}\naudio_player aubridge,{name}\n\
             ausrc_srate 8000\nauplay_srate 8000\nausrc_channels 1\nauplay_channels 1\naudio_level no\n\
             rtp_timeout 0\nmodule_path /usr/lib/baresip/modules\nmodule g711.so\nmodule aufile.so\n\
             module aubridge.so\nmodule sndfile.so\nsnd_path {}\nmodule_tmp uuid.so\nmodule_app account.so\n\
             module_app menu.so\nmodule ctrl_tcp.so\nctrl_tcp_listen 127.0.0.1:{control_port}\n",
            silence.display(),
            dir.path().display()
        );
        fs::write(dir.path().join("config"), config).expect("its settings");
        let mode = if answers { "auto" } else { "manual" };
        let account = format!("<sip:{name}@127.0.0.1:{port}>;regint=0;answermode={mode};audio_codecs=PCMU\n");
        fs::write(dir.path().join("accounts"), account).expect("its account");
        fs::write(dir.path().join("contacts"), "").expect("its contacts");
        let log = File::create(dir.path().join("log")).expect("a file");
        let process = Command::new("baresip")
            .arg("-f")
            .arg(dir.path())
            .current_dir(dir.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a file"))
            .stderr(log)
            .spawn()
            .expect("baresip starts; the package baresip brings it");
        let control = wait_for("baresip's control port", PATIENCE, || {
            TcpStream::connect((Ipv4Addr::LOCALHOST, control_port)).ok()
        });
        // What it tells is not needed, but must not fill its way to us.
        let mut events = control.try_clone().expect("its control port");
        std::thread::spawn(move || {
            let mut nowhere = [0; 4_096];
            while events.read(&mut nowhere).is_ok_and(|length| length > 0) {}
        });
        Self { process, control, dir }
    }

    /// A command of baresip's own.
    pub fn command(&mut self, name: &str, parameters: &str) {
        let command = serde_json::json!({ "command": name, "params": parameters, "token": name }).to_string();
        write!(self.control, "{}:{command},", command.len()).expect("baresip takes commands");
    }

    /// Speaks samples of 8 kHz, then is silent; `name` tells recordings apart.
    pub fn speak(&mut self, name: &str, samples: &[i16]) {
        let path = self.dir.path().join(format!("{name}.wav"));
        let mut sound = samples.to_vec();
        sound.resize(samples.len() + 8_000 * 300, 0);
        write_wav(&path, &sound);
        self.command("ausrc", &format!("aufile,{}", path.display()));
    }

    /// Everything heard so far, 8 kHz.
    pub fn heard(&self) -> Vec<i16> {
        let Some(path) = self.heard_file() else { return Vec::new() };
        let bytes = fs::read(path).unwrap_or_default();
        // The sizes in the header are not true before the call is over.
        let sound = bytes.get(44..).unwrap_or_default();
        sound.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect()
    }

    fn heard_file(&self) -> Option<PathBuf> {
        let files = fs::read_dir(self.dir.path()).ok()?.flatten().map(|entry| entry.path());
        files.into_iter().find(|path| path.to_string_lossy().ends_with("-dec.wav"))
    }
}

impl Drop for Baresip {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        if std::thread::panicking() {
            let log = fs::read_to_string(self.dir.path().join("log")).unwrap_or_default();
            let lines = log.lines().filter(|line| !line.contains("(bit/s)"));
            eprintln!("baresip: {}", lines.collect::<Vec<_>>().join("\n"));
        }
    }
}

/// A recording of `audio-fixtures`, as a telephone sends it: 8 kHz.
pub fn recording(name: &str) -> Vec<i16> {
    let path = root().join("audio-fixtures").join(format!("{name}.wav"));
    let mut reader = hound::WavReader::open(&path).expect("a recording");
    let rate = Hertz::new(reader.spec().sample_rate).expect("a rate");
    let samples: Vec<i16> = reader.samples::<i16>().collect::<Result<_, _>>().expect("16 bit");
    let mut resampler = Resampler::new(rate, Hertz::HZ_8000).expect("a resampler");
    let mut sound = Vec::new();
    for chunk in samples.chunks(Frame::silence(rate).samples().len()) {
        let mut frame = Frame::silence(rate);
        frame.samples_mut()[..chunk.len()].copy_from_slice(chunk);
        sound.extend_from_slice(resampler.frame(&frame).samples());
    }
    sound
}

fn write_wav(path: &Path, samples: &[i16]) {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 8_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, spec).expect("a file");
    for &sample in samples {
        writer.write_sample(sample).expect("written");
    }
    writer.finalize().expect("written");
}

/// How long sound of so many samples at 8 kHz lasts.
pub fn length_of(samples: usize) -> Duration {
    Duration::from_millis(samples as u64 / 8)
}
