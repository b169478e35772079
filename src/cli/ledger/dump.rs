//! `seatlock ledger dump`

use std::io::{self, BufWriter, Write};

use seatlock::{
    engine::describe,
    ids::Lsn,
    ledger::{
        Note,
        file::{Entry, inspect},
    },
    seat::{Change, Seat, SeatWord},
};
use serde_json::{Map, Value, json};

use super::{Data, Failure};

/// Prints each batch as soon as it is read.
pub(super) fn dump(data: &Data) -> Result<String, Failure> {
    let failed = |reason: String| Failure::Folder(data.data.clone(), reason);
    let disk = data.look()?;
    let mut out = BufWriter::new(io::stdout().lock());
    let mut written = Ok(());
    let read = inspect(&disk, &mut |entry| {
        if written.is_ok() {
            written = writeln!(out, "{}", line(&entry));
        }
    });
    // Whoever reads may have had enough.
    drop(written.and_then(|()| out.flush()));
    read.map_err(|error| failed(error.to_string()))?;
    Ok(String::new())
}

fn line(entry: &Entry<'_>) -> Value {
    let words = entry.carried_words.iter();
    json!({
        "batch": entry.number,
        "file": entry.file,
        "offset": entry.offset,
        "clock_nanos": entry.clock.nanos(),
        "date_unix_nanos": entry.date.unix_nanos(),
        "through": entry.through.get(),
        "notes": entry.notes.iter().map(note).collect::<Vec<_>>(),
        "changes": entry.changes.iter().map(change).collect::<Vec<_>>(),
        "carried": {
            "notes": entry.carried_notes.iter().map(note).collect::<Vec<_>>(),
            "seats": words.map(|(seat, at)| json!({"seat": seat.get(), "is": word(*at)})).collect::<Vec<_>>(),
        },
    })
}

fn note(note: &Note) -> Value {
    match note {
        Note::Put { key, value } => {
            let described = describe(*key, value);
            let mut fields: Map<String, Value> = described
                .fields
                .into_iter()
                .map(|(name, value)| (name.to_owned(), Value::String(value)))
                .collect();
            fields.insert("kind".to_owned(), json!(described.kind));
            fields.insert("id".to_owned(), json!(described.id));
            Value::Object(fields)
        }
        Note::Forget { key } => {
            let described = describe(*key, &[]);
            json!({"kind": described.kind, "id": described.id, "is": "forgotten"})
        }
        Note::Fresh { seats } => {
            json!({"kind": "seats", "from": seats.start.get(), "to": seats.end.get(), "is": "fresh"})
        }
    }
}

fn change((lsn, change): &(Lsn, Change)) -> Value {
    json!({
        "lsn": lsn.get(),
        "seat": change.seat.get(),
        "was": word(change.before),
        "is": word(change.after),
    })
}

/// A word as people say it.
fn word(word: SeatWord) -> String {
    match word.view() {
        Seat::Available { .. } => "available".to_owned(),
        Seat::Held { taking, until } => format!("held by {taking} until tick {}", until.get()),
        Seat::Booked { taking, .. } => format!("booked by {taking}"),
        Seat::Withheld { .. } => "withheld".to_owned(),
        Seat::InChange(_) => "in change".to_owned(),
    }
}
