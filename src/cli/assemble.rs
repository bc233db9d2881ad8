//! Puts the rooms together from the configuration.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;

use super::models::{Installed, InstalledKokoro, check_piper_file};
pub(super) use super::voices::{speaker, speaker_with};
use super::{Common, Listen, demo};
use crate::audio::{Hertz, Sound, even_loudness, hold_tone, wav};
use crate::call::{AgentLines, Answering, HearingModels, OpenAt, Services, Shelf, own_sentences};
use crate::caller::Connections;
use crate::config::{Accept, AgentReach, Config, Hours, Overrides, Secrets};
use crate::desk::{AgentSettings, DeskSettings, QueueName, QueueSettings, Timers};
use crate::flow::{Bundle, Fault, Severity, load_dir, unperformed};
use crate::hear::{ActivityModel, EndOfTurnModel, Recogniser, RecogniserSettings};
use crate::line::local::LocalSettings;
use crate::line::sip::{
    Accept as SipAccept, AgentPhone, Rate, SipLimits, SipSettings, SipTimers, TrunkCredentials, TrunkRegistration,
    TrunkSettings,
};
use crate::record::{Recorder, RecorderSettings, SqliteStore, Store};
use crate::speak::{Speaker, Utterance, lead_in};
use crate::words::Language;

/// How loud hold music is, below speech.
const HOLD_DBOV: f32 = -30.0;

/// The settings: named by `--config`, or `./warmline.toml`, or the built-in demo line.
pub(super) fn config(common: &Common, listen: &Listen) -> anyhow::Result<Config> {
    let (bundle, data) = (common.bundle.clone(), common.data.clone());
    read_config(common, Overrides { bundle, data, sip: listen.sip, web: listen.web, secrets: Secrets::Needed })
}

/// The same for commands that ask nobody outside, as designers run them on their own machines: secrets need not be
/// there.
pub(super) fn designers_config(common: &Common) -> anyhow::Result<Config> {
    let (bundle, data) = (common.bundle.clone(), common.data.clone());
    read_config(common, Overrides { bundle, data, sip: None, web: None, secrets: Secrets::MayBeMissing })
}

fn read_config(common: &Common, overrides: Overrides) -> anyhow::Result<Config> {
    let here = Path::new("warmline.toml");
    let path = match &common.config {
        Some(path) => path.clone(),
        None if here.is_file() => here.to_owned(),
        None => {
            // The demo line lies in the data folder, which only the defaults and the command line can name.
            let nothing = Config::from_text(here, "", &overrides, &|_| None)?;
            demo::unpack(&nothing.data)?
        }
    };
    Ok(Config::read(&path, &overrides)?)
}

/// The bundle, checked; warnings are shown, faults are the error.
pub(super) fn bundle(config: &Config) -> anyhow::Result<Arc<Bundle>> {
    match load_dir(&config.bundle, &config.operators()) {
        Ok(loaded) => {
            for warning in &loaded.warnings {
                tracing::warn!("{warning}");
            }
            Ok(loaded.bundle)
        }
        Err(failure) => {
            Err(anyhow::Error::new(failure).context(format!("the bundle {} cannot be served", config.bundle.display())))
        }
    }
}

/// The verbs that calls perform beside those which a conversation performs by itself.
const PERFORMED: [&str; 7] = ["look_up", "do", "queue", "send", "survey", "note", "tag"];

/// Refuses a bundle with a verb that no call performs yet: file, line and verb of each.
pub(super) fn refuse_unperformed(bundle: &Bundle) -> anyhow::Result<()> {
    let faults = unperformed(bundle, &PERFORMED);
    if faults.is_empty() {
        return Ok(());
    }
    let told: Vec<String> = faults.iter().map(Fault::to_string).collect();
    anyhow::bail!("the bundle {:?} cannot be served\n{}", bundle.name(), told.join("\n"))
}

/// Where flows look things up and change things.
pub(super) fn connections(config: &Config) -> Connections {
    Connections::new(config.connections.clone())
}

/// A connection that cannot answer, as `check` reports it: at its place in the settings.
pub(super) fn connection_fault(config: &Config, name: &str, fault: &str) -> Fault {
    let section = format!("[connection.{name}]");
    let text = std::fs::read_to_string(&config.path).unwrap_or_default();
    let line = text
        .lines()
        .position(|line| line.trim() == section)
        .map_or(1, |index| u32::try_from(index + 1).unwrap_or(u32::MAX));
    let (what, mend) = match fault.split_once("; ") {
        Some((what, mend)) => (what.to_owned(), mend.to_owned()),
        None => (fault.to_owned(), format!("mend the file, or {section} in warmline.toml")),
    };
    Fault { file: config.path.clone(), line, column: 1, code: "connection", severity: Severity::Error, what, mend }
}

/// Queues and agents for the desk.
pub(super) fn desk(config: &Config) -> DeskSettings {
    let queues = config.queues.iter().map(|(name, queue)| QueueSettings {
        name: name.as_str().into(),
        agents: queue.agents.iter().map(|agent| agent.as_str().into()).collect(),
        most_waiting: queue.most_waiting as usize,
        wrap_up: queue.wrap_up,
        ring_for: Some(queue.ring_for),
        rounds: Some(queue.rounds),
        ..QueueSettings::new(name, &[])
    });
    let agents = config.agents.iter().map(|(name, agent)| {
        let known = match &agent.reach {
            AgentReach::Address(address) => AgentSettings::at(name, address),
            AgentReach::Registers(_) => AgentSettings::registering(name),
        };
        AgentSettings { skills: agent.skills.keys().cloned().collect(), ..known }
    });
    let desk = &config.desk;
    let timers = Timers {
        press_within: desk.press_within,
        brief_at_most: desk.brief_at_most,
        connect_within: desk.connect_within,
        close_within: desk.close_within,
        missed_rest: desk.missed_rest,
        busy_rest: desk.busy_rest,
        unreachable_rest: desk.unreachable_rest,
        round_pause: desk.round_pause,
        promote_after: desk.promote_after,
        insist_on_skills: desk.insist_on_skills,
        ..Timers::default()
    };
    DeskSettings { queues: queues.collect(), agents: agents.collect(), timers }
}

/// The files of the models.
pub(super) struct ModelFiles {
    /// Whisper.
    pub(super) whisper: PathBuf,
    /// The activity detector.
    pub(super) activity: PathBuf,
    /// The end-of-turn model.
    pub(super) end_of_turn: PathBuf,
    /// ONNX Runtime's library.
    pub(super) onnx_runtime: PathBuf,
    /// The piper voice.
    pub(super) voice: PathBuf,
    /// Kokoro, if it is installed.
    pub(super) kokoro: Option<InstalledKokoro>,
}

/// Finds the models, checks the operator's own, and loads ONNX Runtime.
pub(super) fn models(config: &Config) -> anyhow::Result<ModelFiles> {
    let dir = config.models.dir.clone().unwrap_or_else(super::models::default_dir);
    let installed = Installed::locate(&dir)?;
    let whisper = match &config.models.whisper {
        Some(own) => {
            crate::hear::check_whisper_file(own)?;
            own.clone()
        }
        None => installed.whisper,
    };
    let voice = match &config.models.voice {
        Some(own) => {
            check_piper_file(own)?;
            own.clone()
        }
        None => installed.voice,
    };
    crate::onnx::init_onnx_runtime(&installed.onnx_runtime)?;
    Ok(ModelFiles {
        whisper,
        activity: installed.activity,
        end_of_turn: installed.end_of_turn,
        onnx_runtime: installed.onnx_runtime,
        voice,
        kokoro: installed.kokoro,
    })
}

/// Ears.
pub(super) fn hearing(config: &Config, models: &ModelFiles) -> anyhow::Result<HearingModels> {
    let activity = ActivityModel::load(&models.onnx_runtime, &models.activity)?;
    let end_of_turn = EndOfTurnModel::load(&models.onnx_runtime, &models.end_of_turn)?;
    let settings = RecogniserSettings {
        model: models.whisper.clone(),
        workers: config.hear.workers,
        threads: config.hear.threads,
        queue: config.hear.queue,
    };
    Ok(HearingModels { activity, end_of_turn, recogniser: Recogniser::start(&settings)? })
}

/// The record of calls below the data folder.
pub(super) async fn open_store(config: &Config) -> anyhow::Result<Arc<dyn Store>> {
    std::fs::create_dir_all(&config.data).with_context(|| {
        format!("cannot make the data folder {}; choose another with --data", config.data.display())
    })?;
    let store = SqliteStore::open(&config.data.join("calls.sqlite")).await?;
    Ok(Arc::new(store))
}

/// The flows that calls begin with.
pub(super) struct Bundles {
    /// For every number that has no alias of its own: the alias, and the bundle.
    pub(super) usual: (String, Arc<Bundle>),
    /// The bundles of other aliases.
    pub(super) others: Vec<(String, Arc<Bundle>)>,
    /// Numbers, each with its alias.
    pub(super) numbers: Vec<(String, String)>,
}

impl Bundles {
    /// One bundle for every call.
    pub(super) fn one(bundle: Arc<Bundle>) -> Self {
        Self { usual: (bundle.name().to_owned(), bundle), others: Vec::new(), numbers: Vec::new() }
    }
}

/// What the commands that run calls do differently.
pub(super) struct Calls {
    /// The flows.
    pub(super) bundles: Bundles,
    /// Where flows look things up and change things.
    pub(super) connections: Connections,
    /// The record.
    pub(super) store: Arc<dyn Store>,
    /// Who rings agents.
    pub(super) agents: Arc<dyn AgentLines>,
    /// Whether both sides are recorded where the settings say so.
    pub(super) keeps_sound: bool,
    /// Whether prompts are made ahead of the first call.
    pub(super) prepares: bool,
    /// What time it is taken to be.
    pub(super) pretend_now: Option<jiff::Timestamp>,
}

/// Everything that calls share.
pub(super) async fn services(config: &Config, models: &ModelFiles, calls: Calls) -> anyhow::Result<Services> {
    let speaker = speaker(config, models)?;
    let Bundles { usual, others, numbers } = calls.bundles;
    let mut answering = Vec::new();
    for (alias, bundle) in std::iter::once(usual).chain(others) {
        answering.push((alias, self::answering(config, bundle, &speaker, calls.prepares).await?));
    }
    let usual = answering.remove(0);
    Ok(Services {
        hearing: hearing(config, models)?,
        speaking_pace: config.speak.pace,
        recorder: Recorder::start(calls.store, RecorderSettings::default()),
        hold: hold(config)?,
        recordings: if calls.keeps_sound { recordings(config)? } else { None },
        connections: calls.connections,
        agents: calls.agents,
        pretend_now: calls.pretend_now,
        shelf: Arc::new(Shelf::new(usual, answering, numbers)),
        speaker,
    })
}

/// A bundle as calls begin with it: in the languages there are voices for, its prompts made ahead if `prepares`.
pub(super) async fn answering(
    config: &Config,
    bundle: Arc<Bundle>,
    speaker: &Speaker,
    prepares: bool,
) -> anyhow::Result<Answering> {
    let languages = spoken_languages(&bundle, speaker)?;
    if prepares {
        let sentences = fixed_sentences(config, &bundle, speaker, &languages, Hertz::HZ_8000);
        // A slow voice makes its prompts while calls are answered; what is not made yet is made when it is said.
        let (slow, quick): (Vec<Utterance>, Vec<Utterance>) =
            sentences.into_iter().partition(|sentence| speaker.is_slow(sentence.language));
        super::progress::prepare(speaker, &quick).await;
        super::progress::prepare_behind(speaker, slow);
    }
    Ok(Answering { bundle, languages })
}

/// The languages of a bundle that there are voices for. Those that there are none for are told and left out: callers
/// are then answered in the others.
fn spoken_languages(bundle: &Bundle, speaker: &Speaker) -> anyhow::Result<Vec<Language>> {
    let voices = speaker.languages();
    let (spoken, silent): (Vec<Language>, Vec<Language>) =
        bundle.languages().iter().partition(|language| voices.contains(language));
    let listed = |languages: &[Language]| languages.iter().map(|one| one.as_str()).collect::<Vec<_>>().join(", ");
    anyhow::ensure!(
        !spoken.is_empty(),
        "the bundle {:?} speaks {}, and no voice here does; run `warmline models install`, or name a piper voice that does in warmline.toml, as in [speak] voice = {{ fr = \"fr.onnx\" }}",
        bundle.name(),
        listed(&silent)
    );
    if !silent.is_empty() {
        let (silent, spoken) = (listed(&silent), listed(&spoken));
        eprintln!(
            "No voice here speaks {silent}: callers of {:?} are answered in {spoken} alone; `warmline models install` brings Mandarin.",
            bundle.name()
        );
    }
    Ok(spoken)
}

/// What waiting callers hear, by queue, at the rate of a telephone.
fn hold(config: &Config) -> anyhow::Result<BTreeMap<String, Arc<Sound>>> {
    let rate = Hertz::HZ_8000;
    let mut sounds = BTreeMap::from([(String::new(), Arc::new(hold_tone(rate)))]);
    for (name, queue) in &config.queues {
        let Some(file) = &queue.music else { continue };
        let music = wav::read(file).with_context(|| format!("the hold music of queue {name}"))?;
        let music = even_loudness(&music.sound.resampled(rate)?, HOLD_DBOV);
        sounds.insert(name.clone(), Arc::new(music));
    }
    Ok(sounds)
}

/// Every sentence that is known before any call: the flow's fixed prompts and the call's own.
fn fixed_sentences(
    config: &Config,
    bundle: &Bundle,
    speaker: &Speaker,
    languages: &[Language],
    rate: Hertz,
) -> Vec<Utterance> {
    let mut sentences = bundle.fixed_prompts();
    sentences.retain(|(language, _)| languages.contains(language));
    sentences.extend(own_sentences(languages));
    let utterance = |(language, text)| Utterance { text, language, voice: None, pace: config.speak.pace, rate };
    let mut utterances: Vec<Utterance> = sentences.into_iter().map(utterance).collect();
    // A slow voice says what stands before a value at once, while it makes the value.
    let lead_ins = bundle.lead_ins().into_iter();
    let lead_ins = lead_ins.filter(|(language, _)| languages.contains(language) && speaker.is_slow(*language));
    utterances.extend(lead_ins.filter_map(|(language, text)| lead_in(&text).map(|text| utterance((language, text)))));
    utterances
}

/// What the SIP line is told.
pub(super) fn sip(config: &Config) -> anyhow::Result<SipSettings> {
    let agents = config.agents.iter().filter_map(|(name, agent)| match &agent.reach {
        AgentReach::Registers(password) => Some(AgentPhone { name: name.clone(), password: password.clone() }),
        AgentReach::Address(_) => None,
    });
    let trunks = config.trunks.iter().map(|(name, trunk)| {
        let credentials = match (&trunk.user, &trunk.password) {
            (Some(username), Some(password)) => Some(TrunkCredentials {
                username: username.clone(),
                password: password.clone(),
                realm: trunk.realm.clone(),
            }),
            _ => None,
        };
        let registration = trunk
            .register
            .as_ref()
            .map(|registrar| TrunkRegistration { registrar: registrar.clone(), expires: trunk.expires });
        TrunkSettings { name: name.clone(), hosts: trunk.hosts.clone(), credentials, registration }
    });
    let a_minute = f64::from(config.limits.calls_a_minute);
    let calls = config.limits.calls as usize;
    let limits = SipLimits {
        calls,
        outbound_legs: calls * 2,
        calls_of_a_source: Rate { per_second: a_minute / 60.0, burst: a_minute },
        retry_after: u32::try_from(config.limits.retry_after.as_secs()).unwrap_or(10).max(1),
        ..SipLimits::default()
    };
    let timers = SipTimers {
        longest_call: config.limits.longest_call,
        port_linger: config.sip.port_linger,
        ..SipTimers::default()
    };
    let settings = SipSettings {
        udp: Some(config.sip.listen),
        tcp: config.sip.tcp.then_some(config.sip.listen),
        advertised: config.sip.advertise,
        media_bind: config.sip.listen.ip(),
        media_ports: config.sip.rtp_ports.0..=config.sip.rtp_ports.1,
        accept: match config.sip.accept {
            Accept::Private => SipAccept::Known,
            Accept::Anyone => SipAccept::Anyone,
        },
        trunks: trunks.collect(),
        agents: agents.collect(),
        realm: config.sip.realm.clone(),
        limits,
        timers,
        ..SipSettings::default()
    };
    settings.validate()?;
    Ok(settings)
}

/// Where recordings of both sides go, if they are kept.
fn recordings(config: &Config) -> anyhow::Result<Option<PathBuf>> {
    if !config.record.audio {
        return Ok(None);
    }
    let folder = config.data.join("recordings");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    Ok(Some(folder))
}

/// When queues are open, in the bundle's time zone.
pub(super) fn open_at(config: &Config, bundle: &Bundle) -> Box<OpenAt> {
    let hours: BTreeMap<String, Hours> =
        config.queues.iter().map(|(name, queue)| (name.clone(), queue.hours.clone())).collect();
    let zone = bundle.timezone().clone();
    Box::new(move |queue: &QueueName, now: jiff::Timestamp| {
        hours.get(queue.as_str()).is_none_or(|hours| hours.open_at(&now.to_zoned(zone.clone())))
    })
}

/// A moment as people write it: with an offset, with a zone, or in the bundle's own zone.
pub(super) fn moment(text: &str, zone: &jiff::tz::TimeZone) -> anyhow::Result<jiff::Timestamp> {
    if let Ok(moment) = text.parse::<jiff::Timestamp>() {
        return Ok(moment);
    }
    if let Ok(moment) = text.parse::<jiff::Zoned>() {
        return Ok(moment.timestamp());
    }
    let local: jiff::civil::DateTime = text.parse().with_context(|| {
        format!("--at {text:?} is not a time; write it as 2026-01-09T10:00 or 2026-01-09T10:00+08:00")
    })?;
    Ok(local.to_zoned(zone.clone())?.timestamp())
}

/// Which sound card to call with.
pub(super) fn sound_devices(config: &Config) -> LocalSettings {
    LocalSettings { microphone: config.sound.microphone.clone(), loudspeaker: config.sound.loudspeaker.clone() }
}
