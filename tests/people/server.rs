//! The binary as a server, and the binary as its client.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

/// What a command said, and what it ended with.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) errors: String,
}

impl Said {
    /// What was printed by a command that succeeded in silence otherwise.
    #[track_caller]
    pub(crate) fn well(self) -> String {
        assert_eq!((self.code, &*self.errors), (Some(0), ""), "{}", self.out);
        self.out
    }

    /// What was complained of, by a command that printed nothing else.
    #[track_caller]
    pub(crate) fn with_code(self, code: i32) -> String {
        assert_eq!((self.code, &*self.out), (Some(code), ""), "{}", self.errors);
        self.errors
    }
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Self {
            code: output.status.code(),
            out: text(output.stdout),
            errors: text(output.stderr),
        }
    }
}

/// The binary, with nothing from the environment of whoever runs the tests.
pub(crate) fn seatlock(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_seatlock"));
    command
        .args(arguments)
        .env("SEATLOCK_MEMORY", "true")
        .stdin(Stdio::null());
    for variable in [
        "SEATLOCK_SERVER",
        "SEATLOCK_KEY",
        "SEATLOCK_KEYS",
        "SEATLOCK_CONFIG",
    ] {
        command.env_remove(variable);
    }
    command
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> Said {
    command.output().expect("the binary runs").into()
}

/// Runs a command that reads `input`.
pub(crate) fn run_with_input(mut command: Command, input: &str) -> Said {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut stdin = child.stdin.take().expect("it is piped");
    stdin.write_all(input.as_bytes()).expect("it reads");
    drop(stdin);
    child.wait_with_output().expect("it ends").into()
}

/// A server on a free port.
pub(crate) struct Server {
    child: Child,
    pub(crate) url: String,
}

impl Server {
    pub(crate) fn start() -> Self {
        Self::start_with(&[])
    }

    pub(crate) fn start_with(arguments: &[&str]) -> Self {
        let mut child = seatlock(&["serve", "--listen", "127.0.0.1:0", "--log", "off"])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let output = child.stdout.take().expect("it is piped");
        let mut greeting = String::new();
        let read = BufReader::new(output).read_line(&mut greeting);
        read.expect("it says where it listens");
        let url = greeting.split_whitespace().nth(3).expect("a URL");
        Self {
            url: url.trim_end_matches(':').to_owned(),
            child,
        }
    }

    /// A command that asks this server.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = seatlock(arguments);
        command.env("SEATLOCK_SERVER", &self.url);
        command
    }

    pub(crate) fn ask(&self, arguments: &[&str]) -> Said {
        run(&mut self.command(arguments))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A folder for the files of one test, deleted when it is dropped.
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// `name` is for this test alone.
    pub(crate) fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("people-{name}"));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a new folder");
        Self(path)
    }

    /// The path of a file, as a command takes it.
    pub(crate) fn path(&self, file: &str) -> String {
        self.0.join(file).display().to_string()
    }

    pub(crate) fn write(&self, file: &str, text: &str) -> String {
        let path = self.path(file);
        fs::write(&path, text).expect("a writable folder");
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
