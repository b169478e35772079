//! redb: one blob a batch, under the batch's number.

use std::path::Path;

use redb::{Database, TableDefinition};

use crate::{Durable, Work};

const LOG: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("log");

pub(crate) struct RedbLog {
    database: Database,
    number: u64,
    bytes: Vec<u8>,
}

impl RedbLog {
    pub(crate) fn new(path: &Path) -> Self {
        Self {
            database: Database::create(path).expect("a new database"),
            number: 0,
            bytes: Vec::new(),
        }
    }
}

impl Durable for RedbLog {
    fn name(&self) -> &'static str {
        "redb"
    }

    fn append(&mut self, work: &mut Work) {
        work.bytes(&mut self.bytes);
        self.number += 1;
        let transaction = self.database.begin_write().expect("one writer");
        let mut log = transaction.open_table(LOG).expect("a table");
        log.insert(self.number, self.bytes.as_slice())
            .expect("a disk with room");
        drop(log);
        transaction.commit().expect("a disk with room");
    }
}
