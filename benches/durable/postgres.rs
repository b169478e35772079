//! PostgreSQL, durable as it is unless told otherwise, with one conditional `UPDATE` a confirm.

use std::{
    fs, io,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use super::{Rival, flight::Turn};

/// More connections than this it is not made for.
const IN_FLIGHT_MAX: u32 = 64;

/// The seat is booked by one statement, and by the next it is held again: each commits by itself.
const SCRIPT: &str = "\\set seat random(1, 4096)\n\
     UPDATE seats SET status = 1 - status WHERE id = :seat AND holder = 'ada';\n";

const TABLE: &str = "CREATE TABLE seats (id int PRIMARY KEY, status int, holder text);\
     INSERT INTO seats SELECT id, 0, 'ada' FROM generate_series(1, 4096) id;";

pub(crate) struct Postgres {
    server: Child,
    folder: PathBuf,
    programs: PathBuf,
    port: String,
}

/// None: it is not installed.
pub(crate) fn start(folder: &Path) -> io::Result<Option<Postgres>> {
    let Some(programs) = programs() else {
        eprintln!("PostgreSQL is not there, and is left out");
        return Ok(None);
    };
    let data = folder.join("postgres");
    fs::create_dir_all(&data)?;
    // It refuses to run as root, and its user has to get at the folder.
    for path in [folder, &data] {
        run(Command::new("chmod").arg("755").arg(path))?;
    }
    run(Command::new("chown").arg("postgres").arg(&data))?;
    let cluster = data.join("cluster");
    run(as_postgres(&programs.join("initdb"))
        .args(["--auth=trust", "-D"])
        .arg(&cluster))?;
    let port = TcpListener::bind("127.0.0.1:0")?
        .local_addr()?
        .port()
        .to_string();
    let server = as_postgres(&programs.join("postgres"))
        .args(["-p", &port, "-k"])
        .arg(&data)
        .args(["-c", "listen_addresses=127.0.0.1", "-D"])
        .arg(&cluster)
        .stderr(Stdio::null())
        .spawn()?;
    let postgres = Postgres {
        server,
        folder: data,
        programs,
        port,
    };
    for _ in 0..200 {
        if postgres
            .client("psql")
            .args(["-qc", TABLE])
            .stderr(Stdio::null())
            .status()?
            .success()
        {
            return Ok(Some(postgres));
        }
        thread::sleep(Duration::from_millis(100));
    }
    Err(io::Error::other("PostgreSQL does not answer"))
}

fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    let programs = versions.filter_map(|version| Some(version.ok()?.path().join("bin")));
    programs
        .filter(|programs| programs.join("initdb").exists())
        .max()
}

fn as_postgres(program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid=postgres", "--regid=postgres", "--clear-groups"])
        .arg(program)
        .current_dir("/")
        .stdout(Stdio::null());
    command
}

fn run(command: &mut Command) -> io::Result<()> {
    match command.stdout(Stdio::null()).status()? {
        status if status.success() => Ok(()),
        status => Err(io::Error::other(format!("{command:?}: {status}"))),
    }
}

impl Postgres {
    fn client(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command.args(["-h", "127.0.0.1", "-U", "postgres", "-p", &self.port]);
        command
    }
}

impl Rival for Postgres {
    fn name(&self) -> &'static str {
        "PostgreSQL, UPDATE"
    }

    fn turn(&mut self, in_flight: u32, length: Duration) -> io::Result<Option<Turn>> {
        if in_flight > IN_FLIGHT_MAX {
            return Ok(None);
        }
        let (script, logs) = (self.folder.join("confirm.sql"), self.folder.join("logs"));
        fs::write(&script, SCRIPT)?;
        fs::create_dir_all(&logs)?;
        let seconds = length.as_secs().max(1).to_string();
        let said = self
            .client("pgbench")
            .args(["-n", "-c", &in_flight.to_string(), "-T", &seconds, "-l"])
            .args(["-M", "prepared", "--log-prefix"])
            .arg(logs.join("turn"))
            .arg("-f")
            .arg(&script)
            .arg("postgres")
            .output()?;
        if !said.status.success() {
            return Err(io::Error::other(
                String::from_utf8_lossy(&said.stderr).into_owned(),
            ));
        }
        let mut took = Vec::new();
        for log in fs::read_dir(&logs)? {
            // client, transaction, microseconds, ..
            let text = fs::read_to_string(log?.path())?;
            let times = text
                .lines()
                .filter_map(|line| line.split(' ').nth(2)?.parse().ok());
            took.extend(times.map(Duration::from_micros));
        }
        fs::remove_dir_all(&logs)?;
        Ok(Some(Turn::of(took, length.max(Duration::from_secs(1)))))
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
