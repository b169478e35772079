//! Redis, synced at each write, with a Lua script that confirms a seat.

use std::{
    io,
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use super::{Rival, flight::Turn};

/// Confirms the seat if this user holds it, and holds it again, so that the next can confirm it.
const SCRIPT: &str = "local v=redis.call('get',KEYS[1]) if v=='h:ada' or not v then \
                      redis.call('set',KEYS[1],'b:ada') redis.call('set',KEYS[1],'h:ada') return 1 end return 0";

pub(crate) struct Redis {
    server: Child,
    port: String,
}

/// None: it is not installed.
pub(crate) fn start(folder: &Path) -> io::Result<Option<Redis>> {
    let data = folder.join("redis");
    std::fs::create_dir_all(&data)?;
    let port = TcpListener::bind("127.0.0.1:0")?
        .local_addr()?
        .port()
        .to_string();
    let started = Command::new("redis-server")
        .args(["--port", &port, "--bind", "127.0.0.1", "--save", ""])
        .args(["--appendonly", "yes", "--appendfsync", "always"])
        .args(["--maxclients", "8192", "--dir"])
        .arg(&data)
        .stdout(Stdio::null())
        .spawn();
    let Ok(server) = started else {
        eprintln!("redis-server is not there, and is left out");
        return Ok(None);
    };
    let redis = Redis { server, port };
    for _ in 0..200 {
        if redis.say(&["ping"]).is_ok_and(|said| said.trim() == "PONG") {
            return Ok(Some(redis));
        }
        thread::sleep(Duration::from_millis(50));
    }
    Err(io::Error::other("redis-server does not answer"))
}

impl Redis {
    fn say(&self, words: &[&str]) -> io::Result<String> {
        let said = Command::new("redis-cli")
            .args(["-p", &self.port])
            .args(words)
            .output()?;
        Ok(String::from_utf8_lossy(&said.stdout).into_owned())
    }
}

impl Rival for Redis {
    fn name(&self) -> &'static str {
        "Redis, always, Lua"
    }

    fn turn(&mut self, in_flight: u32, length: Duration) -> io::Result<Option<Turn>> {
        // It counts requests and not seconds: about as many as there is time for.
        let requests = (length.as_secs_f64() * 30_000.0).max(500.0).round();
        let said = Command::new("redis-benchmark")
            .args(["-p", &self.port, "--csv", "-r", "4096"])
            .args(["-c", &in_flight.to_string(), "-n", &requests.to_string()])
            .args(["eval", SCRIPT, "1", "seat:__rand_int__"])
            .output()?;
        let text = String::from_utf8_lossy(&said.stdout);
        // "test","rps","avg_latency_ms","min","p50","p95","p99","max"
        let line = text.lines().last().unwrap_or_default();
        let number = |field: usize| -> Option<f64> {
            let fields: Vec<&str> = line.rsplit("\",\"").collect();
            let place = 7_usize.checked_sub(field)?;
            fields.get(place)?.trim_matches('"').parse().ok()
        };
        let turn = || {
            Some(Turn {
                rate: number(1)?,
                p50_micros: number(4)? * 1e3,
                p99_micros: number(6)? * 1e3,
            })
        };
        Ok(turn())
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
