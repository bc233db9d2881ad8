//! A PostgreSQL server of the test's own, in a folder of its own, reached over a socket in it.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs until it is dropped. The package `postgresql` brings its programs.
pub struct PostgresServer {
    folder: tempfile::TempDir,
    user: Option<(u32, u32)>,
}

impl PostgresServer {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = Self { folder, user: unprivileged_user() };
        if let Some((user, group)) = server.user {
            std::os::unix::fs::chown(server.folder.path(), Some(user), Some(group)).unwrap();
        }
        let data = server.data();
        server.run("initdb", &["-D", &data, "-U", "warmline", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]);
        let socket = server.folder.path().display();
        // Not durable: nothing of it outlives the test.
        let options = format!("-k {socket} -c listen_addresses='' -c fsync=off");
        let log = format!("{socket}/log");
        server.run("pg_ctl", &["-D", &data, "-o", &options, "-l", &log, "-w", "start"]);
        server
    }

    /// As it stands in `url`.
    pub fn address(&self) -> String {
        format!("postgres:///postgres?host={}&user=warmline", self.folder.path().display())
    }

    fn data(&self) -> String {
        format!("{}/data", self.folder.path().display())
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        use std::os::unix::process::CommandExt;
        let mut command = Command::new(found(program));
        command.args(arguments).current_dir(self.folder.path()).stdin(std::process::Stdio::null());
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        // The server keeps what it inherits, so output goes to a file that nobody waits for.
        let output = self.folder.path().join(format!("{program}.out"));
        let file = std::fs::File::create(&output).unwrap();
        command.stdout(file.try_clone().unwrap()).stderr(file);
        let status =
            command.status().unwrap_or_else(|fault| panic!("{program}: {fault}; the package postgresql brings it"));
        let said = std::fs::read_to_string(&output).unwrap_or_default();
        assert!(status.success(), "{program} {arguments:?}: {said}");
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        self.run("pg_ctl", &["-D", &self.data(), "-m", "immediate", "-w", "stop"]);
    }
}

/// Debian keeps the server's programs outside the search path, by version.
fn found(program: &str) -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut places: Vec<PathBuf> = versions.map(|version| version.path().join("bin").join(program)).collect();
    places.sort();
    places.into_iter().rev().find(|place| place.is_file()).unwrap_or_else(|| Path::new(program).to_owned())
}

/// The server refuses to run as root, so as root it runs as the user that its package makes, or as nobody.
fn unprivileged_user() -> Option<(u32, u32)> {
    use std::os::unix::fs::MetadataExt;
    let own = std::fs::metadata("/proc/self").unwrap().uid();
    if own != 0 {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").unwrap();
    let of = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    of("postgres").or_else(|| of("nobody"))
}
