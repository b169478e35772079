//! `generated.rs` is what its `.proto` file says.

use std::{env, fmt::Write, fs, path::Path};

use prost_build::{Config, Service, ServiceGenerator};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/cluster/etcd/calls");

/// Writes a constant for each call: its path, with the types of what is asked and answered.
struct Calls;

impl ServiceGenerator for Calls {
    fn generate(&mut self, service: Service, code: &mut String) {
        for method in service.methods {
            let name = method.name.to_uppercase();
            let (asked, answered) = (method.input_type, method.output_type);
            let path = format!(
                "/{}.{}/{}",
                service.package, service.proto_name, method.proto_name
            );
            writeln!(
                code,
                "pub const {name}: super::Call<{asked}, {answered}> = super::Call::at({path:?});"
            )
            .expect("a string has room");
        }
    }
}

/// The code for `etcd.proto`.
fn generate() -> String {
    let parsed = protox::compile(["etcd.proto"], [FOLDER]).expect("a `.proto` file without errors");
    let folder = tempfile::tempdir().expect("a temporary folder");
    Config::new()
        .bytes(["."])
        .service_generator(Box::new(Calls))
        .out_dir(folder.path())
        .compile_fds(parsed)
        .expect("code for it");
    fs::read_to_string(folder.path().join("etcdserverpb.rs")).expect("what was made")
}

#[test]
fn generated_code_is_what_the_proto_file_says() {
    let (path, made) = (Path::new(FOLDER).join("generated.rs"), generate());
    if env::var_os("SEATLOCK_REGENERATE").is_some() {
        fs::write(&path, &made).expect("the source folder can be written to");
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == made,
        "{} is not what `etcd.proto` makes: SEATLOCK_REGENERATE=true cargo test --test etcd generated",
        path.display()
    );
}
