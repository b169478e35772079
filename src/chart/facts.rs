//! One fact about each of many things, which is often the same fact.

/// A fact about each seat (or row). A chart whose seats are all alike keeps it once.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Facts<T> {
    /// All of them are alike.
    Same(T),
    /// They differ.
    Each(Box<[T]>),
}

impl<T: Copy> Facts<T> {
    /// The fact about number `at`; `None` beyond the last of facts that differ.
    pub(super) fn get(&self, at: usize) -> Option<T> {
        match self {
            Self::Same(fact) => Some(*fact),
            Self::Each(facts) => facts.get(at).copied(),
        }
    }
}

/// Gathers facts in order, and keeps one until a second, different one comes.
#[derive(Debug)]
pub(super) enum Gathered<T> {
    Same(T, usize),
    Each(Vec<T>),
}

impl<T: Copy + PartialEq> Gathered<T> {
    /// Nothing yet; `initial` is what an empty chart keeps.
    pub(super) fn new(initial: T) -> Self {
        Self::Same(initial, 0)
    }

    pub(super) fn push(&mut self, fact: T) {
        match self {
            Self::Same(same, count) if *count == 0 || *same == fact => {
                *same = fact;
                *count += 1;
            }
            Self::Same(same, count) => {
                let mut facts = vec![*same; *count];
                facts.push(fact);
                *self = Self::Each(facts);
            }
            Self::Each(facts) => facts.push(fact),
        }
    }

    pub(super) fn finish(self) -> Facts<T> {
        match self {
            Self::Same(fact, _) => Facts::Same(fact),
            Self::Each(facts) => Facts::Each(facts.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gathered(facts: &[u8]) -> Facts<u8> {
        let mut gathered = Gathered::new(9);
        facts.iter().for_each(|fact| gathered.push(*fact));
        gathered.finish()
    }

    #[test]
    fn what_is_all_alike_is_kept_once() {
        assert_eq!(gathered(&[]), Facts::Same(9));
        assert_eq!(gathered(&[4, 4, 4]), Facts::Same(4));
        assert_eq!(gathered(&[4, 4, 5, 4]), Facts::Each([4, 4, 5, 4].into()));
        assert_eq!(gathered(&[4, 5]).get(2), None);
    }
}
