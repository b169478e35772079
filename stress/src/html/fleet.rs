//! The report of a simulated fleet on etcd.

use super::{
    axis::{grouped, nanos, short},
    element::{self, Figure, figures},
    page::Page,
    plot::{self, Below, Line, Manner},
};
use crate::fleet::{
    Played,
    check::PROMISES,
    ends::{End, Load},
    outcome::Outcome,
    plan::Plan,
    tally::{Asked, Sample},
    time::seconds,
};

const MIB: f64 = 1_048_576.0;
const GIB: f64 = 1_073_741_824.0;

/// The file. The first that was played is told in full, and all are compared.
pub fn page(played: &[Played], ends: &[End]) -> String {
    let title = "Many nodes on etcd";
    let Some(first) = played.first() else {
        return Page::new(title, "Nothing was played.").render();
    };
    let (plan, outcome) = (&first.plan, &first.outcome);
    let mut page = Page::new(title, &lead(plan));
    let checks: u64 = outcome.checks.iter().sum();
    page.verdict(
        outcome.broken.as_deref(),
        &format!("Every promise was kept, by {} checks.", grouped(checks)),
    );
    page.section("In short", in_short(plan, outcome));
    page.section("What etcd was asked for", asked(outcome));
    page.section("How long a durable change took", waited(outcome));
    page.section("How etcd's file grew", file(plan, outcome));
    page.section("On paper, and simulated", on_paper(first));
    if played.len() > 1 {
        page.section("With several clusters of etcd", compared(played));
    }
    if !ends.is_empty() {
        page.section("Where it ends", where_it_ends(ends));
    }
    let promised = (PROMISES.iter().zip(outcome.checks))
        .map(|((promise, how), times)| vec![(*promise).into(), grouped(times), (*how).into()]);
    let rows: Vec<Vec<String>> = promised.collect();
    page.section(
        "Promises",
        element::table(
            "Promises",
            &["promise", "times checked", "how"],
            &rows,
            true,
        ),
    );
    page.render()
}

fn lead(plan: &Plan) -> String {
    format!(
        "{} nodes serve {} events from {} shards, with {} of etcd behind them; {} people want {} seats of a great on-sale, and {} \
         smaller ones go on at the same time. Played in virtual time with measured costs ({}). Seed {}: the same seed gives the \
         same again, to the bit.",
        plan.nodes,
        grouped(plan.events.into()),
        grouped(plan.shards.into()),
        clusters(plan.etcd_clusters),
        grouped(plan.buyers.into()),
        grouped(plan.seats.into()),
        grouped(plan.small_sales.into()),
        plan.costs.measured_on,
        plan.seed,
    )
}

fn clusters(count: u16) -> String {
    match count {
        1 => "one cluster".into(),
        many => format!("{many} clusters"),
    }
}

fn in_short(plan: &Plan, outcome: &Outcome) -> String {
    let trouble = &outcome.trouble;
    let busiest = outcome.peak(|sample| sample.utilisation);
    let mut shown: Vec<Figure> = vec![
        (
            nanos(outcome.all.p50 as f64),
            "until a change is durable, at the median",
            format!(
                "one of a hundred {}, at most {}",
                nanos(outcome.all.p99 as f64),
                nanos(outcome.all.max as f64)
            ),
        ),
        (
            format!("{} %", short(100.0 * busiest)),
            "busy is the busiest etcd in its busiest seconds",
            format!("on average {} %", short(100.0 * mean(&outcome.utilisation))),
        ),
        (
            format!("{} GiB", short(outcome.file[1] / GIB)),
            "the largest file of an etcd",
            format!("it takes {} GiB", short(plan.quota as f64 / GIB)),
        ),
    ];
    if let Some(without) = trouble.without_service[0] {
        shown.push((
            format!("{} s", short(without)),
            "without service, when its node died",
            format!(
                "{} s of it until that was known",
                short(trouble.detection.unwrap_or(0.0))
            ),
        ));
    }
    figures(&shown)
}

fn mean(of: &[f64]) -> f64 {
    of.iter().sum::<f64>() / (of.len() as f64).max(1.0)
}

fn line(outcome: &Outcome, name: &str, class: &'static str, of: impl Fn(&Sample) -> f64) -> Line {
    Line::new(name, class, outcome.samples.iter().map(of))
}

fn over(outcome: &Outcome) -> Below {
    let times = outcome.samples.iter().map(|sample| seconds(sample.at));
    Below::Time(times.collect())
}

fn asked(outcome: &Outcome) -> String {
    let interval = outcome.interval();
    let rate = |name, class, of: fn(&Asked) -> u64| {
        line(outcome, name, class, move |sample| {
            of(&sample.asked) as f64 / interval
        })
    };
    let requests = [
        rate("appends", "c1", |asked| asked.appends),
        rate("pieces of snapshots", "c2", |asked| asked.pieces),
        rate("renewals of leases", "c3", |asked| asked.renewals),
        rate("reads of new owners", "c4", |asked| asked.reads),
    ];
    let bytes = |name, class, of: fn(&Asked) -> u64| {
        line(outcome, name, class, move |sample| {
            of(&sample.asked) as f64 / interval / MIB
        })
    };
    let bytes = [
        bytes("of logs", "c1", |asked| asked.append_bytes),
        bytes("of snapshots", "c2", |asked| asked.piece_bytes),
        bytes("read", "c4", |asked| asked.read_bytes),
    ];
    let below = over(outcome);
    plot::lines("Requests", "a second", &below, &requests, Manner::Lines)
        + &plot::lines("Bytes", "MiB a second", &below, &bytes, Manner::Lines)
}

fn waited(outcome: &Outcome) -> String {
    let lines = [
        line(outcome, "half", "c1", |sample| sample.all.p50 as f64),
        line(outcome, "one of a hundred", "c2", |sample| {
            sample.all.p99 as f64
        }),
        line(outcome, "at most", "c3", |sample| sample.all.max as f64),
        line(
            outcome,
            "one of a hundred of the great sale",
            "held",
            |sample| sample.great.p99 as f64,
        ),
    ];
    let busy = [line(outcome, "busy", "c1", |sample| {
        100.0 * sample.utilisation
    })];
    let below = over(outcome);
    plot::lines(
        "Until a change is durable",
        "logarithmic",
        &below,
        &lines,
        Manner::LogNanos,
    ) + &plot::lines(
        "The busiest etcd works",
        "percent of the time",
        &below,
        &busy,
        Manner::Lines,
    )
}

fn file(plan: &Plan, outcome: &Outcome) -> String {
    let quota = plan.quota as f64;
    let lines = [
        line(outcome, "the largest file", "c1", |sample| {
            sample.file / GIB
        }),
        line(outcome, "of it, what counts", "c2", |sample| {
            sample.live / GIB
        }),
        line(outcome, "what etcd takes", "c3", move |_| quota / GIB),
    ];
    plot::lines("etcd's file", "GiB", &over(outcome), &lines, Manner::Lines)
        + &element::paragraph(
            "A file gets no smaller by itself. What is overwritten or removed counts until the next compaction but one, and then makes room for \
             what comes.",
        )
}

fn on_paper(played: &Played) -> String {
    let row = |figure: &crate::fleet::paper::Figure| {
        vec![
            figure.name.to_owned(),
            short(figure.paper),
            short(figure.simulated),
            format!("{:+.1} %", 100.0 * figure.off()),
            figure.how.to_owned(),
        ]
    };
    let rows: Vec<Vec<String>> = played.figures.iter().map(row).collect();
    let head = ["", "on paper", "simulated", "off", "how it was reckoned"];
    element::table("On paper, and simulated", &head, &rows, true)
}

fn compared(played: &[Played]) -> String {
    let row = |played: &Played| {
        let outcome = &played.outcome;
        vec![
            played.plan.etcd_clusters.to_string(),
            nanos(outcome.all.p50 as f64),
            nanos(outcome.all.p99 as f64),
            nanos(outcome.all.max as f64),
            format!("{:.0} %", 100.0 * outcome.peak(|sample| sample.utilisation)),
            format!("{:.2}", outcome.file[1] / GIB),
        ]
    };
    let rows: Vec<Vec<String>> = played.iter().map(row).collect();
    let head = ["clusters", "p50", "p99", "most", "busiest", "file, GiB"];
    element::table("Clusters of etcd", &head, &rows, false)
}

fn where_it_ends(ends: &[End]) -> String {
    let of = |load: &Load| {
        [
            grouped(crate::fleet::time::whole(load.changes)),
            grouped(crate::fleet::time::whole(load.appends)),
            nanos(load.latency.p99 as f64),
        ]
    };
    let row = |end: &End| {
        let mut row = vec![end.shards.to_string(), end.clusters.to_string()];
        row.extend(of(&end.busy));
        row.extend(of(&end.slow));
        row
    };
    let rows: Vec<Vec<String>> = ends.iter().map(row).collect();
    let head = [
        "shards that append",
        "clusters",
        "busy at changes/s",
        "appends/s",
        "p99",
        "slow at changes/s",
        "appends/s",
        "p99",
    ];
    element::paragraph(
        "With so many shards that append at once: how many durable changes a second there can be until etcd works always ('busy'), and \
         until one of a hundred waits longer than 100 ms ('slow'). Beyond 'busy' batches grow, and latency with them.",
    ) + &element::table("Where it ends", &head, &rows, false)
}
