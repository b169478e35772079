//! Changes of seats, and holds: what a shard has in memory and what its ledger has.

/// Seats of a party, at most.
pub const PARTY_MAX: usize = 6;

/// What happens to a hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It takes its seats.
    Hold,
    /// It is being paid for.
    Pay,
    /// Its seats are sold.
    Confirm,
    /// Its seats are given back.
    Release,
    /// Its deadline has come.
    Expire,
    /// It had expired, and its seats were free still: they are sold.
    Retake,
}

/// How far a hold has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stage {
    /// Nobody knows of it.
    #[default]
    Unknown,
    /// Its seats are held.
    Held,
    /// They are sold.
    Sold,
    /// They are not its own any more.
    Ended,
}

/// A hold, by its number, as the owner of the shard has it in memory and as the ledger has it.
#[derive(Debug, Clone)]
pub struct Hold {
    /// Who has it.
    pub agent: u32,
    /// Of which sale.
    pub sale: u16,
    /// How many seats.
    pub party: u8,
    /// Which.
    pub seats: [u32; PARTY_MAX],
    /// In memory.
    pub now: Side,
    /// In the ledger.
    pub kept: Side,
    /// What its owner was told last.
    pub told: Stage,
}

/// A hold on one of the two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Side {
    /// How far it has come.
    pub stage: Stage,
    /// Its deadline.
    pub until: u64,
}

/// A change on its way into the ledger.
#[derive(Debug, Clone, Copy)]
pub struct Change {
    /// Which hold; [`QUIET`] for one of the events that have no on-sale.
    pub hold: u32,
    /// What happens to it.
    pub kind: Kind,
    /// The deadline that it has then.
    pub until: u64,
    /// When it was asked for.
    pub asked: u64,
    /// Seats that it changes.
    pub seats: u8,
    /// Bytes that it adds to a batch.
    pub bytes: u32,
    /// Bytes that stay of it, without those of its kept answer.
    pub stays: u32,
    /// Its answer is kept.
    pub keeps: bool,
}

/// The number of all holds of events without an on-sale: they are counted, and have no seats.
pub const QUIET: u32 = 0;

impl Kind {
    /// How many kinds there are.
    pub const COUNT: usize = 6;

    /// Whether somebody waits for it.
    pub const fn is_asked_for(self) -> bool {
        !matches!(self, Self::Expire)
    }

    /// What it makes of a hold.
    pub const fn leads_to(self) -> Stage {
        match self {
            Self::Hold | Self::Pay => Stage::Held,
            Self::Confirm | Self::Retake => Stage::Sold,
            Self::Release | Self::Expire => Stage::Ended,
        }
    }

    /// What a hold must be before it.
    pub const fn follows(self) -> Stage {
        match self {
            Self::Hold => Stage::Unknown,
            Self::Pay | Self::Confirm | Self::Release | Self::Expire => Stage::Held,
            Self::Retake => Stage::Ended,
        }
    }
}

impl Hold {
    /// The one that stands for all holds of events without an on-sale.
    pub fn nobodys() -> Self {
        Self {
            agent: 0,
            sale: 0,
            party: 0,
            seats: [0; PARTY_MAX],
            now: Side::default(),
            kept: Side::default(),
            told: Stage::Unknown,
        }
    }

    /// Whether etcd has it as far as this, or further: a hold may have run out since.
    pub fn is_kept(&self, stage: Stage) -> bool {
        match stage {
            Stage::Unknown => true,
            Stage::Held => self.kept.stage != Stage::Unknown,
            Stage::Ended => matches!(self.kept.stage, Stage::Ended | Stage::Sold),
            Stage::Sold => self.kept.stage == Stage::Sold,
        }
    }

    /// Its seats.
    pub fn seats(&self) -> &[u32] {
        &self.seats[..usize::from(self.party)]
    }
}
