//! What a store does, case by case: of etcd's twin and of etcd itself.
//!
//! Each case has keys of its own, so that all of them can be asked of a store that others use too. None waits for time to
//! pass.

use std::time::Duration;

use bytes::Bytes;
use seatlock::cluster::store::{
    Action, Condition, Done, Entry, Keys, LeaseId, Revision, Store, StoreError, Txn,
};

/// Longer than a case takes, and than the shortest that etcd grants.
const TTL: Duration = Duration::from_secs(60);

/// Asks all of them of a store, with keys under this prefix, under which there is nothing.
///
/// # Panics
/// If a case does not come out as etcd has it.
pub(crate) async fn ask_all(store: &impl Store, prefix: &str) {
    let case = |name: &str| Case {
        store,
        prefix: format!("{prefix}/{name}"),
    };
    case("empty").a_key_that_is_not_there().await;
    case("put").what_is_put_is_found_with_its_revision().await;
    case("when").one_condition_that_fails_is_enough().await;
    case("exists").a_key_exists_whenever_it_was_written().await;
    case("range")
        .a_range_is_read_in_order_and_up_to_a_limit()
        .await;
    case("order").actions_are_done_in_order().await;
    case("delete").a_range_is_deleted().await;
    case("read")
        .what_writes_nothing_has_no_revision_of_its_own()
        .await;
    case("again")
        .a_key_that_comes_back_has_another_revision()
        .await;
    case("twice").a_key_is_written_once_in_a_transaction().await;
    case("lease").keys_go_with_their_lease().await;
    case("loose")
        .a_key_that_is_put_again_without_its_lease_stays()
        .await;
    case("ended")
        .a_lease_that_has_ended_is_good_for_nothing()
        .await;
    case("other").what_is_not_done_is_not_refused().await;
    case("many").there_are_at_most_128_operations().await;
    case("large").there_are_at_most_1_5_mib().await;
}

/// One case.
struct Case<'s, S> {
    store: &'s S,
    prefix: String,
}

impl<S: Store> Case<'_, S> {
    fn key(&self, name: &str) -> Bytes {
        format!("{}/{name}", self.prefix).into()
    }

    fn all(&self) -> Action {
        Action::Get(self.range("", "~"), 100)
    }

    fn range(&self, from: &str, until: &str) -> Keys {
        Keys::range(self.key(from), self.key(until))
    }

    fn put(&self, name: &str, value: &'static str) -> Action {
        self.put_under(name, value, None)
    }

    fn put_under(&self, name: &str, value: &'static str, lease: Option<LeaseId>) -> Action {
        Action::Put {
            key: self.key(name),
            value: Bytes::from_static(value.as_bytes()),
            lease,
        }
    }

    async fn ask(
        &self,
        when: Vec<Condition>,
        then: Vec<Action>,
        otherwise: Vec<Action>,
    ) -> Result<Done, StoreError> {
        let txn = Txn {
            when,
            then,
            otherwise,
        };
        self.store.txn(txn).await
    }

    async fn done(&self, then: Vec<Action>) -> Done {
        let done = self.ask(Vec::new(), then, Vec::new()).await;
        done.expect("nothing is in its way")
    }

    /// What is there, as 'a=1 b=2'.
    async fn there(&self) -> String {
        let found = self.done(vec![self.all()]).await.found;
        self.text(&found[0])
    }

    fn text(&self, entries: &[Entry]) -> String {
        let words = entries.iter().map(|entry| {
            let name = &entry.key[self.prefix.len() + 1..];
            let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
            format!("{}={}", text(name), text(&entry.value))
        });
        words.collect::<Vec<_>>().join(" ")
    }

    async fn a_key_that_is_not_there(&self) {
        let missing = Condition::WrittenAt(self.key("a"), Revision::MISSING);
        let done = self.ask(vec![missing], vec![self.all()], Vec::new()).await;
        let done = done.expect("nothing is in its way");
        assert!(done.held);
        assert_eq!(done.found, [Vec::new()]);
        let exists = Condition::Exists(self.key("a"));
        let done = self.ask(vec![exists], Vec::new(), vec![self.all()]).await;
        assert!(!done.expect("nothing is in its way").held);
    }

    async fn what_is_put_is_found_with_its_revision(&self) {
        let put = self.done(vec![self.put("a", "1"), self.put("b", "")]).await;
        assert!(put.held, "without a condition");
        assert_eq!(put.found, [Vec::new(), Vec::new()]);
        let found = self.done(vec![self.all()]).await.found;
        assert_eq!(self.text(&found[0]), "a=1 b=");
        for entry in &found[0] {
            assert_eq!((entry.revision, entry.lease), (put.revision, None));
        }
        let at = Condition::WrittenAt(self.key("a"), put.revision);
        let later = self
            .ask(vec![at.clone()], vec![self.put("a", "2")], Vec::new())
            .await;
        let later = later.expect("nothing is in its way");
        assert!(later.held && later.revision > put.revision);
        let again = self
            .ask(vec![at], vec![self.put("a", "3")], vec![self.all()])
            .await;
        let again = again.expect("nothing is in its way");
        assert!(!again.held);
        assert_eq!(self.text(&again.found[0]), "a=2 b=");
        assert_eq!(again.found[0][0].revision, later.revision);
    }

    async fn one_condition_that_fails_is_enough(&self) {
        self.done(vec![self.put("a", "1")]).await;
        let conditions = vec![
            Condition::Exists(self.key("a")),
            Condition::Exists(self.key("b")),
        ];
        let puts = (vec![self.put("c", "1")], vec![self.put("d", "1")]);
        let done = self.ask(conditions, puts.0, puts.1).await;
        assert!(!done.expect("nothing is in its way").held);
        assert_eq!(self.there().await, "a=1 d=1");
    }

    async fn a_key_exists_whenever_it_was_written(&self) {
        for value in ["1", "2"] {
            self.done(vec![self.put("a", value)]).await;
            let exists = Condition::Exists(self.key("a"));
            let done = self.ask(vec![exists], Vec::new(), Vec::new()).await;
            assert!(done.expect("nothing is in its way").held);
        }
    }

    async fn a_range_is_read_in_order_and_up_to_a_limit(&self) {
        for name in ["c", "a", "d", "b"] {
            self.done(vec![self.put(name, "x")]).await;
        }
        let get = |keys, most| Action::Get(keys, most);
        let gets = vec![
            get(self.range("a", "c"), 100),
            get(self.range("a", "z"), 3),
            get(Keys::one(self.key("b")), 1),
            get(self.range("c", "a"), 100),
        ];
        let found = self.done(gets).await.found;
        let texts: Vec<_> = found.iter().map(|entries| self.text(entries)).collect();
        assert_eq!(texts, ["a=x b=x", "a=x b=x c=x", "b=x", ""]);
    }

    async fn actions_are_done_in_order(&self) {
        self.done(vec![self.put("a", "1")]).await;
        let actions = vec![
            self.all(),
            self.put("b", "2"),
            self.all(),
            Action::Delete(Keys::one(self.key("a"))),
            self.all(),
        ];
        let done = self.done(actions).await;
        let texts: Vec<_> = done
            .found
            .iter()
            .map(|entries| self.text(entries))
            .collect();
        assert_eq!(texts, ["a=1", "", "a=1 b=2", "", "b=2"]);
        assert_eq!(done.found[4][0].revision, done.revision);
    }

    async fn a_range_is_deleted(&self) {
        let puts = ["a", "b", "c", "d"].map(|name| self.put(name, "x"));
        self.done(puts.to_vec()).await;
        self.done(vec![Action::Delete(self.range("b", "d"))]).await;
        assert_eq!(self.there().await, "a=x d=x");
        self.done(vec![Action::Delete(Keys::one(self.key("d")))])
            .await;
        assert_eq!(self.there().await, "a=x");
    }

    async fn what_writes_nothing_has_no_revision_of_its_own(&self) {
        let put = self.done(vec![self.put("a", "1")]).await.revision;
        let nothing = vec![self.all(), Action::Delete(Keys::one(self.key("b")))];
        let read = self.done(nothing).await.revision;
        let next = self.done(vec![self.put("a", "2")]).await.revision;
        // Others may write in between.
        assert!(put <= read && read < next);
        let found = self.done(vec![self.all()]).await.found;
        assert_eq!(found[0][0].revision, next);
    }

    async fn a_key_that_comes_back_has_another_revision(&self) {
        let first = self.done(vec![self.put("a", "1")]).await.revision;
        self.done(vec![Action::Delete(Keys::one(self.key("a")))])
            .await;
        self.done(vec![self.put("a", "1")]).await;
        let at = Condition::WrittenAt(self.key("a"), first);
        let done = self.ask(vec![at], Vec::new(), Vec::new()).await;
        assert!(!done.expect("nothing is in its way").held);
    }

    async fn a_key_is_written_once_in_a_transaction(&self) {
        let twice = vec![self.put("a", "1"), self.put("a", "2")];
        let deleted = vec![self.put("a", "1"), Action::Delete(self.range("", "~"))];
        for actions in [twice, deleted] {
            let done = self.ask(Vec::new(), actions, Vec::new()).await;
            assert!(matches!(done, Err(StoreError::Impossible(_))), "{done:?}");
        }
        let either = (vec![self.put("a", "1")], vec![self.put("a", "2")]);
        let done = self.ask(Vec::new(), either.0, either.1).await;
        assert!(done.expect("only one of the two is done").held);
        assert_eq!(self.there().await, "a=1");
    }

    async fn lease(&self) -> LeaseId {
        self.store.grant(TTL).await.expect("nothing is in its way")
    }

    async fn keys_go_with_their_lease(&self) {
        let (lease, other) = (self.lease().await, self.lease().await);
        assert_ne!(lease, other);
        let puts = vec![
            self.put_under("a", "1", Some(lease)),
            self.put_under("b", "2", Some(other)),
            self.put("c", "3"),
        ];
        let put = self.done(puts).await.revision;
        let found = self.done(vec![self.all()]).await.found;
        assert_eq!(found[0][0].lease, Some(lease));
        let left = self.store.renew(lease).await.expect("it is there");
        assert!(left > Duration::ZERO && left <= TTL);
        self.store.revoke(lease).await.expect("it is there");
        assert_eq!(self.there().await, "b=2 c=3");
        let missing = Condition::WrittenAt(self.key("a"), Revision::MISSING);
        let done = self.ask(vec![missing], Vec::new(), Vec::new()).await;
        let done = done.expect("nothing is in its way");
        assert!(done.held && done.revision > put);
        self.store.revoke(other).await.expect("it is there");
        assert_eq!(self.there().await, "c=3");
    }

    async fn a_key_that_is_put_again_without_its_lease_stays(&self) {
        let lease = self.lease().await;
        self.done(vec![self.put_under("a", "1", Some(lease))]).await;
        self.done(vec![self.put("a", "2")]).await;
        self.store.revoke(lease).await.expect("it is there");
        assert_eq!(self.there().await, "a=2");
    }

    async fn a_lease_that_has_ended_is_good_for_nothing(&self) {
        let lease = self.lease().await;
        self.store.revoke(lease).await.expect("it is there");
        let puts = vec![self.put("a", "1"), self.put_under("b", "2", Some(lease))];
        let put = self.ask(Vec::new(), puts, Vec::new()).await;
        assert!(matches!(put, Err(StoreError::Impossible(_))), "{put:?}");
        assert_eq!(self.there().await, "", "nothing of it is done");
        let renewed = self.store.renew(lease).await;
        assert!(
            matches!(renewed, Err(StoreError::Impossible(_))),
            "{renewed:?}"
        );
        let revoked = self.store.revoke(lease).await;
        assert!(
            matches!(revoked, Err(StoreError::Impossible(_))),
            "{revoked:?}"
        );
    }

    async fn what_is_not_done_is_not_refused(&self) {
        let lease = self.lease().await;
        self.store.revoke(lease).await.expect("it is there");
        let otherwise = vec![self.put_under("a", "1", Some(lease))];
        let done = self
            .ask(Vec::new(), vec![self.put("b", "2")], otherwise)
            .await;
        assert!(done.expect("the lease is asked of nobody").held);
        assert_eq!(self.there().await, "b=2");
    }

    async fn there_are_at_most_128_operations(&self) {
        let puts = |count: u32| {
            (0..count)
                .map(|at| self.put(&format!("{at:03}"), "x"))
                .collect()
        };
        let done = self.done(puts(128)).await;
        assert_eq!(done.found.len(), 128);
        let more = self.ask(Vec::new(), puts(129), Vec::new()).await;
        assert!(matches!(more, Err(StoreError::Impossible(_))), "{more:?}");
    }

    async fn there_are_at_most_1_5_mib(&self) {
        let put = |bytes: usize| Action::Put {
            key: self.key("a"),
            value: vec![b'x'; bytes].into(),
            lease: None,
        };
        self.done(vec![put(1 << 20)]).await;
        let large = self.ask(Vec::new(), vec![put(7 << 18)], Vec::new()).await;
        assert!(matches!(large, Err(StoreError::Impossible(_))), "{large:?}");
        self.done(vec![Action::Delete(Keys::one(self.key("a")))])
            .await;
    }
}
