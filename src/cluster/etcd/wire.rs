//! Transactions as etcd's messages, and back.

use bytes::Bytes;

use super::{
    calls::{
        Compare, DeleteRangeRequest, KeyValue, PutRequest, RangeRequest, RequestOp, TxnRequest,
        TxnResponse,
        compare::{CompareResult, CompareTarget, TargetUnion},
        request_op::Request,
        response_op::Response,
    },
    outcome::{Failed, Fate},
};
use crate::cluster::store::{Action, Condition, Done, Entry, Keys, LeaseId, Revision, Txn};

/// To etcd, a range that ends here has no end.
const ENDLESS: &[u8] = b"\0";

/// Whether it takes room: etcd takes no such transaction while it is full.
pub(super) fn puts(txn: &Txn) -> bool {
    let mut actions = txn.then.iter().chain(&txn.otherwise);
    actions.any(|action| matches!(action, Action::Put { .. }))
}

pub(super) fn request(txn: Txn) -> Result<TxnRequest, Failed> {
    Ok(TxnRequest {
        compare: txn.when.into_iter().map(compare).collect(),
        success: txn.then.into_iter().map(op).collect::<Result<_, _>>()?,
        failure: txn
            .otherwise
            .into_iter()
            .map(op)
            .collect::<Result<_, _>>()?,
    })
}

pub(super) fn done(answer: TxnResponse) -> Done {
    let found = answer
        .responses
        .into_iter()
        .map(|answer| match answer.response {
            Some(Response::ResponseRange(range)) => range.kvs.into_iter().map(entry).collect(),
            _ => Vec::new(),
        });
    Done {
        held: answer.succeeded,
        revision: revision(answer.header.unwrap_or_default().revision),
        found: found.collect(),
    }
}

pub(super) fn entry(found: KeyValue) -> Entry {
    Entry {
        key: found.key,
        value: found.value,
        revision: revision(found.mod_revision),
        lease: (found.lease != 0).then(|| LeaseId::new(found.lease)),
    }
}

/// etcd counts from 1 in a signed number.
pub(super) fn revision(number: i64) -> Revision {
    Revision::new(u64::try_from(number).unwrap_or_default())
}

/// The signed number; one that etcd can't have reached becomes the last, which no key has.
pub(super) fn number(revision: Revision) -> i64 {
    i64::try_from(revision.get()).unwrap_or(i64::MAX)
}

/// A range as etcd has it. It gives one end a meaning of its own, which would turn an empty range into everything.
pub(super) fn range(keys: Keys) -> Result<(Bytes, Bytes), Failed> {
    if keys.until == ENDLESS {
        let text = "a range of keys can't end before the byte 0: to etcd it would have no end";
        return Err(Failed::new(Fate::Impossible, text));
    }
    Ok((keys.from, keys.until))
}

fn compare(condition: Condition) -> Compare {
    // To etcd a key that is missing was last written at revision 0, and one that is there later than that.
    let (key, result, revision) = match condition {
        Condition::WrittenAt(key, revision) => (key, CompareResult::Equal, revision),
        Condition::Exists(key) => (key, CompareResult::Greater, Revision::MISSING),
    };
    Compare {
        result: result.into(),
        target: CompareTarget::Mod.into(),
        key,
        target_union: Some(TargetUnion::ModRevision(number(revision))),
    }
}

fn op(action: Action) -> Result<RequestOp, Failed> {
    let request = match action {
        Action::Put { key, value, lease } => Request::RequestPut(PutRequest {
            key,
            value,
            lease: lease.map_or(0, LeaseId::get),
        }),
        Action::Delete(keys) => {
            let (key, range_end) = range(keys)?;
            Request::RequestDeleteRange(DeleteRangeRequest { key, range_end })
        }
        Action::Get(keys, at_most) => {
            let (key, range_end) = range(keys)?;
            Request::RequestRange(RangeRequest {
                key,
                range_end,
                limit: at_most.into(),
                // A limit of 0 would be none.
                count_only: at_most == 0,
            })
        }
    };
    Ok(RequestOp {
        request: Some(request),
    })
}
