//! spike
mod client;
use axum::{Router, http::header::CONTENT_TYPE, routing::post};
use seatlock::{clock::BootClock, engine::{Engine, EngineConfig}, http};
use std::{net::SocketAddr, sync::Arc, time::Duration};

fn constant() -> Router {
    Router::new().route("/lock/{id}", post(async || ([(CONTENT_TYPE, "application/json")], r#"{"message":"The seat is locked."}"#)))
}
fn lock(ttl: Duration) -> Router {
    let engine = Engine::start(EngineConfig { seats: 100_000, hold_ttl: ttl }, BootClock::new()).unwrap();
    http::router(Arc::new(engine), http::Unlock::Served)
}
async fn flush(listener: tokio::net::TcpListener, app: Router) {
    use tower_service::Service;
    loop {
        let (s, _) = listener.accept().await.unwrap();
        s.set_nodelay(true).unwrap();
        let app = app.clone();
        tokio::spawn(async move {
            let service = hyper::service::service_fn(move |r| app.clone().call(r));
            let _ = hyper::server::conn::http1::Builder::new().pipeline_flush(true).serve_connection(hyper_util::rt::TokioIo::new(s), service).await;
        });
    }
}
fn cpu(pid: u32) -> f64 {
    let s = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let f: Vec<&str> = s.rsplit(')').next().unwrap().split_whitespace().collect();
    (f[11].parse::<f64>().unwrap() + f[12].parse::<f64>().unwrap()) / 100.0
}
fn main() {
    let args: Vec<String> = std::env::args().collect();
    if args.get(1).is_some_and(|a| a == "--serve") {
        let rt = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        rt.block_on(async {
            let a: SocketAddr = "127.0.0.1:0".parse().unwrap();
            let l = http::listen(a).unwrap();
            println!("{}", l.local_addr().unwrap());
            let run = match args[2].as_str() {
                "axum" => tokio::spawn(async { axum::serve(l, constant()).await.unwrap() }),
                "flush" => tokio::spawn(flush(l, constant())),
                "ours" => tokio::spawn(async { let _ = http::serve(l, constant(), http::ServerConfig::default(), std::future::pending()).await; }),
                "lock60" => tokio::spawn(async { let _ = http::serve(l, lock(Duration::from_secs(60)), http::ServerConfig::default(), std::future::pending()).await; }),
                _ => tokio::spawn(async { let _ = http::serve(l, lock(Duration::from_millis(100)), http::ServerConfig::default(), std::future::pending()).await; }),
            };
            run.await.unwrap();
        });
        return;
    }
    let secs: f64 = std::env::var("SECS").ok().and_then(|s| s.parse().ok()).unwrap_or(2.0);
    for depth in [1, 16] {
        for round in 0..2 {
            for what in ["axum", "flush", "ours", "lock60", "lock100ms"] {
                let mut c = std::process::Command::new(std::env::current_exe().unwrap()).arg("--serve").arg(what).stdout(std::process::Stdio::piped()).spawn().unwrap();
                let mut line = String::new();
                std::io::BufRead::read_line(&mut std::io::BufReader::new(c.stdout.take().unwrap()), &mut line).unwrap();
                let a: SocketAddr = line.trim().parse().unwrap();
                let t = client::run(a, client::Load { connections: 50, depth, seats: 100_000, duration: Duration::from_secs_f64(secs) }).unwrap();
                let used = cpu(c.id());
                println!("{depth:2} {round} {what:10} {:9.0}/s  cpu {:5.0} ns/request ok {:.2} bytes {}", t.answers as f64 / t.seconds, used * 1e9 / t.answers as f64, t.ok as f64 / t.answers as f64, t.bytes / t.answers);
                c.kill().unwrap();
                c.wait().unwrap();
            }
        }
    }
}
