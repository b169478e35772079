//! Every bound in one place, and how the bounds depend on one another.
//!
//! Whatever a client can make grow has its limit here, and whoever reaches one is told so: each constant
//! says what happens at it. The relations between them are asserted at compile time, at the end of the file.

use std::time::Duration;

/// Length of a tick, the unit in which deadlines are compared, in nanoseconds (10 ms).
pub const TICK_NANOS: u64 = 10_000_000;

/// Seats in one map, and in all events of a venue together. Beyond it [`crate::seat::SeatCountError`] and
/// [`crate::venue::NoRoom`] refuse before anything is allocated.
pub const SEATS_MAX: u32 = 100_000_000;

/// Seats that share one bit in a wheel slot: as many as there are bits in a machine word, so that the block
/// of a seat is a shift and one sweep of a block touches eight cache lines.
pub const BLOCK_SEATS: u32 = 64;

/// Seats of the events that share a wheel: its marks take 2 MiB. An event of more than a share of it, and what no
/// longer fits, has a wheel of its own.
pub const FIELD_SEATS: u32 = 1 << 18;

/// Events that fit on a field at least: a larger one has a field of its own.
pub const FIELD_EVENTS_MIN: u32 = 4;

/// Seats in one group change. A longer group is refused by [`crate::seat::GroupError`].
pub const GROUP_SEATS_MAX: u32 = 64;

/// Group changes that can be under way at once in one map. One more answers 'busy' and changes nothing.
pub const DESCRIPTORS_MAX: u32 = 1 << 10;

/// Times that a group change starts again after others aborted it; then it answers 'busy' and changes nothing.
pub const GROUP_ATTEMPTS_MAX: u32 = 4_096;

/// Turns that a change waits for an undecided group in its way before it aborts that group.
pub const GROUP_PATIENCE_TURNS: u32 = 200;

/// Times that a search for the best seats starts again after others took what it had found; then it answers 'busy'.
/// From the sixth time on it picks among 64 choices, so that to lose so often takes a crowd of thousands at one instant.
pub const BEST_ATTEMPTS_MAX: u32 = 64;

/// Longest time to live of a hold, in ticks (30 days). Deadlines are compared by wrapping subtraction, which is
/// sound while they lie less than half the circle of 2^32 ticks ahead; a longer TTL is refused at the door.
pub const TTL_TICKS_MAX: u32 = 30 * 24 * 60 * 60 * 100;

/// Slots of the wheel: a rotation takes 40.96 s. A hold longer than that is looked at once a rotation.
pub const WHEEL_SLOTS: u32 = 1 << 12;

/// Cells of the tape that an engine uses unless told otherwise. A full tape answers 'busy'.
pub const TAPE_CELLS: u32 = 1 << 18;

/// Threads that may change seats at the same time. Each may take the numbers of one group after it saw that
/// there was room, so the tape keeps that many cells back (see [`crate::tape`]).
pub const THREADS_MAX: u32 = 1 << 10;

/// Cells that the tape keeps back for threads between their look at the room and their number.
pub const TAPE_MARGIN: u32 = THREADS_MAX * GROUP_SEATS_MAX;

/// Cells of the tape of one of many engines in a process, of which nobody is answered before the ledger has it.
pub const SHARD_TAPE_CELLS: u32 = 1 << 16;

/// Cells that such a tape keeps back: for the threads of a server, and a few more.
pub const SHARD_TAPE_MARGIN: u32 = (WORKERS_MAX as u32 + 16) * GROUP_SEATS_MAX;

/// Changes that the scribe applies in one batch before it gives their cells back.
pub const BATCH_CHANGES_MAX: u32 = 4_096;

/// Bytes of a user's text that are kept as they are; a longer text is kept as its SHA-256.
pub const USER_BYTES_MAX: usize = 256;

/// Takings that can have a number at once: the user field of a seat's word has 30 bits, and 0 means withheld.
pub const TAKINGS_MAX: u32 = (1 << 30) - 1;

// Events and holds.

/// Bytes of a chart's or an event's name. A longer one is refused by [`crate::event::NameError`].
pub const EVENT_NAME_BYTES_MAX: usize = 64;

/// Events at once, closed ones that were not removed among them. One more is refused.
pub const EVENTS_MAX: usize = 10_000;

/// Charts at once. One more is refused.
pub const CHARTS_MAX: usize = 1_000;

/// Seats of all charts together. A chart that does not fit is refused.
pub const CHART_SEATS_TOTAL_MAX: u64 = 20_000_000;

/// Ended holds that can still be asked about. The oldest are forgotten first.
pub const ENDED_HOLDS_MAX: usize = 100_000;

/// Characters of a user's name in `/v1`, so that each is kept as it is ([`USER_BYTES_MAX`]). A longer one is refused.
pub const USER_CHARS_MAX: usize = USER_BYTES_MAX / 4;

/// Characters of an order reference. A longer one is refused.
pub const ORDER_CHARS_MAX: usize = 128;

/// Characters of an event's title. A longer one is refused.
pub const TITLE_CHARS_MAX: usize = 256;

/// Characters of the reason why seats are withheld. A longer one is refused.
pub const REASON_CHARS_MAX: usize = 256;

/// The time in which half of the seat-seconds that a user has wasted are forgotten.
pub const WASTE_HALF_LIFE: Duration = Duration::from_secs(10 * 60);

// The ledger.

/// How long a start waits for another process to leave the ledger's folder; then it is refused.
pub const LEDGER_LOCK_PATIENCE: Duration = Duration::from_secs(5);

/// Pause before a batch is brought again to a ledger that has no room; twice as long each time it still has none.
pub const LEDGER_PAUSE_MIN: Duration = Duration::from_millis(5);

/// The longest of these pauses, so that little time is lost once there is room.
pub const LEDGER_PAUSE_MAX: Duration = Duration::from_millis(200);

/// Bytes that a ledger's folder may have beside what it needs for what is live (see [`crate::ledger::file`]).
pub const LEDGER_BUDGET_BYTES: u64 = 256 << 20;

/// Bytes of the first segment that a start makes: each one is twice as long as the one before it.
pub const LEDGER_SEGMENT_BYTES_MIN: u64 = 256 << 10;

/// Bytes of the longest segment, unless a single batch needs a longer one.
pub const LEDGER_SEGMENT_BYTES_MAX: u64 = 16 << 20;

/// Bytes of the longest frame: room for four of the longest charts. A longer batch can't be appended.
pub const LEDGER_FRAME_BYTES_MAX: u64 = 1 << 30;

/// Bytes of the longest file that a ledger's reader takes into memory. A longer one is no segment.
pub const LEDGER_FILE_BYTES_MAX: u64 = LEDGER_FRAME_BYTES_MAX + 4_096;

/// Bytes that each append carries along from the oldest segment while the folder is too large, beside twice as many as
/// it has itself.
pub const LEDGER_CARRY_BYTES: usize = 4_096;

/// Entries of the oldest segment that each append looks at while the folder is too large, beside eight for each of its
/// own changes.
pub const LEDGER_SCAN_ENTRIES: usize = 8_192;

/// Segments beyond which those of a ledger that is often started are carried together, though there is room for more.
pub const LEDGER_SMALL_SEGMENTS_MAX: usize = 64;

/// Bytes of notes that a start hands to the thread which takes them down, at once.
pub const LEDGER_REPLAY_PART_BYTES: usize = 64 << 10;

/// Parts of the log that a start reads ahead of the thread which takes notes down.
pub const LEDGER_REPLAY_AHEAD_PARTS: usize = 64;

/// Holds for which a start has a thread of its own at least, as long as the machine has processors.
pub const RECOVERY_PART_MIN: usize = 4_096;

// Metrics.

/// Copies of the tallies of requests. With more cores than these, some cores share one.
pub const METRIC_SHARDS_MAX: usize = 16;

// HTTP: what one client, and all of them together, can make the server hold or wait for. Each of these is the
// default of a field of `http::ServerConfig`, where tests shorten the times.

/// Threads that serve connections. More are refused on the command line.
pub const WORKERS_MAX: u16 = 512;

/// Connections at once. One more is answered 503 with `Retry-After` and closed.
pub const CONNECTIONS_MAX: u32 = 16_384;

/// Connections at once from one IPv4 address or one IPv6 /64, where a provider gives out no less. One more is answered
/// 503 with `Retry-After` and closed. Proxies that are trusted, and this machine, have no such limit.
pub const CONNECTIONS_PER_PEER_MAX: u32 = 1_024;

/// Refused connections that are given time to read their 503; beyond that they are closed without one.
pub const REFUSALS_MAX: usize = 256;

/// Connections that the kernel keeps for us until they are accepted.
pub const BACKLOG: u32 = 4_096;

/// Bytes of answers that the kernel takes for a client that doesn't read. Left to itself it takes 4 MB.
pub const SEND_BUFFER_BYTES: u32 = 256 * 1024;

/// Bytes of a request's head: its first line and its headers together, of which hyper takes 100. A longer head is
/// answered 431, its connection closed. A user's text of 10 kB in the query passes, as it did with Node.
pub const HEAD_BYTES_MAX: usize = 16 * 1024;

/// Bytes that one read from a connection asks for at most, and answer bytes that hyper queues before it waits for
/// the client. A client that goes on sending without reading is no longer read from.
pub const CONNECTION_BUFFER_BYTES: usize = 64 * 1024;

/// Answer bytes that are gathered before they are sent, so that pipelined requests are answered with one write.
/// Once full it is sent first; while the client takes nothing, no further request is worked on.
pub const OUTBOX_BYTES_MAX: usize = 16 * 1024;

/// Bytes of a request's body, which no call of the small API uses. A longer one is answered 413, its connection
/// closed.
pub const BODY_BYTES_MAX: usize = 64 * 1024;

/// Arrays and objects of a request's body inside one another. A deeper one is answered 400.
pub const JSON_DEPTH_MAX: u32 = 16;

/// Charts that are taken in at once, each with up to [`CHART_BYTES_MAX`]. One more is answered 503.
pub const CHART_IMPORTS_MAX: usize = 2;

/// From the end of the head of a request that brings a chart to the end of its body. Then it is answered 408.
pub const CHART_BODY_TIMEOUT: Duration = Duration::from_secs(120);

/// Encrypted bytes that wait for a client to take them. More of an answer is not encrypted until then.
pub const TLS_BUFFER_BYTES: usize = 16 * 1024;

/// Requests that are worked on at once, once they have come in whole. Those that only look may take half of the
/// places, new holds three quarters, and those that end a hold all of them; one more is answered 503.
pub const REQUESTS_MAX: usize = 8_192;

/// From the moment a request is worked on to its answer's beginning. Then it is answered 503, and whether it was done
/// is for the client to find out.
pub const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// Bytes of a request id that a client chooses. A longer one is replaced by one of ours.
pub const REQUEST_ID_BYTES_MAX: usize = 128;

/// From the start of a connection to the end of its TLS handshake. Then it is closed.
pub const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(5);

/// From a request's first byte, or from the connection's start, to the end of its head. Then it is closed.
pub const HEAD_TIMEOUT: Duration = Duration::from_secs(5);

/// From the end of a request's head to the end of its body. Then it is answered 408 and the connection closed.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(5);

/// Between an answer and the first byte of the next request. Then the connection is closed.
pub const IDLE_TIMEOUT: Duration = Duration::from_secs(75);

/// A client that leaves answers unread must take [`WRITE_BYTES_MIN`] in each of these. If not, it is closed.
pub const WRITE_TIMEOUT: Duration = Duration::from_secs(10);

/// See [`WRITE_TIMEOUT`]: about 6.5 kB a second, so that nobody lives on one byte every nine seconds.
pub const WRITE_BYTES_MIN: usize = 64 * 1024;

/// How long a connection that we close may go on sending, so that its client reads the last answer before a
/// reset discards it.
pub const LINGER_TIMEOUT: Duration = Duration::from_secs(1);

/// How long a stop waits for the requests in progress. What is left then is cut off.
pub const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);

/// Pause after a failed `accept`, such as for want of file descriptors.
pub const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Seats in one cached page of `GET /seats`: about 34 kB of JSON, rebuilt when one of its seats differs.
pub const PAGE_SEATS: u32 = 1_024;

// Access: who may ask and how often. All of it is made at start, or is a table of a fixed size.

/// API keys in one key file or variable. One more is an error at start.
pub const API_KEYS_MAX: usize = 1_024;

/// Bytes of a key's name. A longer one is an error at start.
pub const API_KEY_NAME_BYTES_MAX: usize = 64;

/// Bytes of a key as a client presents it. A longer one is unknown, and is not even hashed.
pub const API_KEY_BYTES_MAX: usize = 256;

/// The highest rate, in requests a second. A higher one is refused where it is configured.
pub const RATE_PER_SECOND_MAX: u32 = 1_000_000;

/// The longest time in which an empty bucket fills. A slower one is refused where it is configured.
pub const RATE_FILL_MAX: Duration = Duration::from_secs(60 * 60);

/// Buckets of a rate limiter's table: 1 MiB. When those of a set are all in use, newcomers share one.
pub const RATE_BUCKETS: usize = 1 << 17;

/// Wrong keys and wrong tokens of a client that are told to be wrong at once; further ones are answered 429.
pub const GUESSES_AT_ONCE: u32 = 20;

/// Wrong keys and wrong tokens of a client that are told to be wrong in each minute after those.
pub const GUESSES_A_MINUTE: u32 = 30;

/// How long a browser may remember which origins, methods and headers are allowed. Chromium remembers no longer.
pub const PREFLIGHT_KEPT_MAX: Duration = Duration::from_secs(2 * 60 * 60);

/// Networks in the list of trusted proxies. A longer list is an error at start.
pub const PROXIES_MAX: usize = 256;

/// Trusted proxies that a request can have come through. With more of them it is the peer's.
pub const PROXY_HOPS_MAX: usize = 16;

/// Origins in the allow-list for browsers. A longer list is an error at start.
pub const ORIGINS_MAX: usize = 256;

/// Users that a budget remembers. Beyond it users with nothing in their hands are forgotten, then new ones refused.
pub const BUDGET_USERS_MAX: usize = 1 << 20;

/// Seats that cool down for one user. Beyond it those that are free again the soonest are forgotten.
pub const COOLING_SEATS_MAX: usize = 128;

/// The longest time for which a budget remembers waste, however much there was of it.
pub const WASTE_KEPT_MAX: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Pause between two searches of a full part of a budget for users who can be forgotten.
pub const SWEEP_PAUSE: Duration = Duration::from_secs(1);

// Repeats: answers that are kept for requests that come again.

/// Requests that are remembered at once. Beyond it the oldest answers are forgotten.
pub const REPEATS_MAX: usize = 1_000_000;

/// Bytes of all answers that are kept, with what it takes to keep them: room for 340,000 holds' answers of 400 bytes.
/// Beyond it the oldest are forgotten.
pub const REPEATS_BYTES_MAX: usize = 256 << 20;

/// The same of each shard that a node of a cluster serves.
pub const SHARD_REPEATS_MAX: usize = REPEATS_MAX / 8;

/// Bytes of the answers that are kept of each such shard.
pub const SHARD_REPEATS_BYTES_MAX: usize = REPEATS_BYTES_MAX / 8;

/// Bytes of an idempotency key, without its quotes. A longer one is invalid.
pub const REPEAT_KEY_BYTES_MAX: usize = 255;

/// Bytes of one answer that is kept. A longer one cannot be made.
pub const REPEAT_ANSWER_BYTES_MAX: usize = 256 << 10;

/// How long an answer is kept at least, while there is room.
pub const REPEAT_KEPT_MIN: Duration = Duration::from_secs(24 * 60 * 60);

/// Parts of a table with a mutex each, so that requests seldom wait for one another.
pub const TABLE_SHARDS: usize = 64;

// Feed: what the live availability of an event holds for all its readers, and what one reader can make it do.

/// Seats of a feed's map that are copied at once when one of them changes under a snapshot: 4 KiB.
pub const FEED_CHUNK_SEATS: u32 = 16 * 1_024;

/// Changes that a feed keeps room for between two batches of the scribe; a larger batch finds the room it needs, and
/// gives it back.
pub const FEED_FRESH_KEPT: usize = 16;

/// Seats in one delta. When more have changed, all who follow the event are told to take a new snapshot.
pub const DELTA_SEATS_MAX: u32 = 16 * 1_024;

/// Deltas that are kept for an event: at the shortest interval those of the last 51 s. Who lags further behind, or
/// resumes later, is told to take a new snapshot.
pub const RING_DELTAS_MAX: usize = 1 << 10;

/// Bytes of deltas that are kept for an event, per seat of it: to have more of them is worth less than a new snapshot.
/// It is enough for a delta of all seats.
pub const RING_BYTES_A_SEAT: usize = 16;

/// Bytes of deltas that are kept for the smallest event.
pub const RING_BYTES_MIN: usize = 2 * 1_024;

/// Bytes of deltas that are kept for the largest event.
pub const RING_BYTES_MAX: usize = 1 << 20;

/// Between two deltas while few follow. A change is on its way within this time, or twice that behind a long delta.
pub const FLUSH_INTERVAL_MIN: Duration = Duration::from_millis(50);

/// Between two deltas however many follow, so that each change is seen within a second.
pub const FLUSH_INTERVAL_MAX: Duration = Duration::from_millis(500);

/// By how much each stream lengthens the interval: about the time that a core needs to write a delta to it.
pub const FLUSH_INTERVAL_A_STREAM: Duration = Duration::from_micros(50);

/// A stream on which nothing was said for so long says a comment, so that nobody in between takes it for dead.
pub const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(15);

/// What clients are told to wait before they connect again.
pub const STREAM_RETRY: Duration = Duration::from_secs(2);

/// Streams at once, three quarters of all connections, so that buyers get in. One more is answered 503.
pub const STREAMS_MAX: u32 = CONNECTIONS_MAX / 4 * 3;

/// Streams of one client address at once. One more is answered 429.
pub const STREAMS_PER_CLIENT_MAX: u32 = 64;

/// Bytes of a stream that the kernel is asked to take for a client that doesn't read; it takes twice that. What a
/// stream says is small, and a client that lags is better told to start again than fed from a buffer.
pub const STREAM_SEND_BUFFER_BYTES: usize = 16 * 1_024;

/// How long what was sent on a stream may stay unacknowledged, as when a client has vanished from the network without
/// a word. Then the kernel gives the connection up.
pub const STREAM_SILENCE_TIMEOUT: Duration = Duration::from_secs(60);

// Charts: what an import can make the server read or keep. An import that reaches one of these is refused whole.

/// Bytes of an imported chart.
pub const CHART_BYTES_MAX: usize = 256 * 1024 * 1024;

/// Seats of a chart that is imported or made by a plan, the places of its areas included. A chart of plain numbers
/// keeps nothing for each seat and may have [`SEATS_MAX`].
pub const CHART_SEATS_MAX: u32 = 1_000_000;

/// Sections of a chart, which are searched one by one.
pub const SECTIONS_MAX: u32 = 1_000;

/// Rows of a chart. A row that is cut by aisles counts once for each part.
pub const ROWS_MAX: u32 = 100_000;

/// Areas of a chart, which are searched one by one.
pub const AREAS_MAX: u32 = 1_000;

/// Categories of a chart, so that a set of them is a machine word.
pub const CATEGORIES_MAX: u32 = 64;

/// Bytes of the name of a section, area or category.
pub const NAME_BYTES_MAX: usize = 128;

/// Bytes of the label of a row, or of a seat within its row.
pub const LABEL_BYTES_MAX: usize = 32;

/// Bytes of a seat's full label. No seat has a longer one.
pub const FULL_LABEL_BYTES_MAX: usize = NAME_BYTES_MAX + 2 * LABEL_BYTES_MAX + 2;

/// Coordinates lie between minus this and this.
pub const COORDINATE_MAX: f32 = 1e6;

/// Fields of a line of CSV. A longer line is a fault; its fields aren't looked at.
pub const CSV_FIELDS_MAX: usize = 64;

/// Faults of an import that are told one by one; the rest are counted.
pub const IMPORT_ERRORS_MAX: usize = 1_000;

// The cluster: what one etcd is asked to keep, and at once.

/// Shards that events are spread over, unless the operator says otherwise when the cluster is founded.
pub const SHARDS_DEFAULT: u16 = 64;

/// Shards of a cluster, with those of pinned events. One more event can't be pinned.
pub const SHARDS_MAX: u16 = 4_096;

/// How long a request waits for a shard that nobody serves at the moment. Then it is answered 503 with `Retry-After`.
pub const OWNER_PATIENCE: Duration = Duration::from_secs(2);

/// What has changed in a shard and waits for another node that reads slowly. Beyond it each event waits in its feed, and the node is
/// told `reset` of those whose changes have gone from there.
pub const TOLD_WAITING_MAX: usize = 64;

/// How long a node follows an event at another node when none of its own clients does any more; it may be twice as long.
pub const RELAY_LINGER: Duration = Duration::from_secs(10);

/// A stream of another node on which nothing was said for so long is given up: it says something more often.
pub const RELAY_SILENCE_MAX: Duration = Duration::from_secs(40);

/// Bytes of one event of a stream that a node passes on. Longer ones there are none: seats of a delta are bounded.
pub const RELAY_EVENT_BYTES_MAX: usize = 1 << 20;

/// Keys of a roster that are read: owners, nodes, and two more. A cluster with more nodes than there is room for is not joined.
pub const ROSTER_KEYS_MAX: u32 = 2 * SHARDS_MAX as u32;

/// Bytes of what a node is called.
pub const NODE_NAME_BYTES_MAX: usize = 64;

/// Shortest lease of a node. A shorter one would end while etcd chooses a leader.
pub const LEASE_TTL_MIN: Duration = Duration::from_secs(2);

/// Longest lease of a node: so long nobody serves the shards of one that has died.
pub const LEASE_TTL_MAX: Duration = Duration::from_secs(300);

/// Bytes of a slot of a shard's log, and of a piece of its snapshot. A longer batch takes several slots.
pub const SLOT_BYTES_MAX: usize = 128 * 1024;

/// Addresses of etcd's members. More are refused at the start.
pub const ETCD_ENDPOINTS_MAX: usize = 32;

/// Bytes of a transaction: what etcd takes unless told otherwise (its `--max-request-bytes`). A longer one is impossible.
pub const ETCD_REQUEST_BYTES_MAX: usize = 3 << 19;

/// Bytes of an answer of etcd. A longer one is not read, and what was asked counts as not answered.
pub const ETCD_ANSWER_BYTES_MAX: usize = 64 << 20;

const _: () = {
    assert!(
        RELAY_SILENCE_MAX.as_secs() > 2 * HEARTBEAT_INTERVAL.as_secs(),
        "a stream on which nothing happens is not given up"
    );
    assert!(
        SEATS_MAX < TAKINGS_MAX,
        "each held or booked seat needs a taking of its own"
    );
    assert!(
        SEATS_MAX + TAPE_CELLS < TAKINGS_MAX,
        "ended takings wait on the tape for the scribe"
    );
    assert!(
        GROUP_SEATS_MAX <= 64,
        "the descriptor's entry field has 6 bits"
    );
    assert!(
        DESCRIPTORS_MAX >= THREADS_MAX,
        "with fewer descriptors than threads a group could wait for ever"
    );
    assert!(
        TTL_TICKS_MAX < 1 << 31,
        "wrapping comparison of ticks needs half the circle"
    );
    assert!(
        (WORKERS_MAX as u32) < THREADS_MAX,
        "every worker may change seats"
    );
    assert!(FIELD_SEATS.is_multiple_of(BLOCK_SEATS * FIELD_EVENTS_MIN) && FIELD_SEATS < SEATS_MAX);
    assert!(WHEEL_SLOTS.is_power_of_two() && TAPE_CELLS.is_power_of_two());
    assert!(SHARD_TAPE_CELLS.is_power_of_two());
    assert!(
        SHARD_TAPE_CELLS > SHARD_TAPE_MARGIN + 4 * BATCH_CHANGES_MAX,
        "while a batch is on its way to the store, the next ones gather"
    );
    assert!(
        TAPE_CELLS >= 2 * TAPE_MARGIN,
        "the margin must leave room for work"
    );
    assert!(
        BATCH_CHANGES_MAX >= GROUP_SEATS_MAX,
        "a group is never split over two batches"
    );
    assert!(
        SEATS_MAX as u64 / 8 * WHEEL_SLOTS as u64 / BLOCK_SEATS as u64 <= 1 << 30,
        "marks take at most 1 GiB"
    );
    assert!(
        CHART_SEATS_MAX <= SEATS_MAX && ROWS_MAX <= CHART_SEATS_MAX,
        "each row has a seat, and each seat of a chart can be put on sale"
    );
    assert!(
        CHART_SEATS_MAX as u64 * (LABEL_BYTES_MAX as u64) < 1 << 32,
        "the end of a label is kept in 32 bits"
    );
    assert!(
        SHARD_REPEATS_BYTES_MAX / TABLE_SHARDS >= 2 * REPEAT_ANSWER_BYTES_MAX,
        "the longest answer must fit into its part of the table"
    );
    assert!(
        GUESSES_A_MINUTE > 0 && 60 % GUESSES_A_MINUTE == 0,
        "a guess costs whole tokens of one a second"
    );
    assert!(LEDGER_SEGMENT_BYTES_MAX <= LEDGER_FILE_BYTES_MAX && LEDGER_FRAME_BYTES_MAX < 1 << 32);
    assert!(
        2 * SLOT_BYTES_MAX < ETCD_REQUEST_BYTES_MAX,
        "a slot fits into a transaction, with whatever is done beside it"
    );
    assert!(TABLE_SHARDS.is_power_of_two() && RATE_BUCKETS.is_power_of_two());
};
