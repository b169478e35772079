//! Work that is nearly always done at once, and may not take long if it isn't.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
    time::Duration,
};

use tokio::time::{error::Elapsed, timeout};

/// What comes of `work`, unless that takes longer than `patience`.
///
/// A timer is made only for what isn't done when it is first asked: to make one takes two readings of the clock, and
/// most requests wait for nothing.
pub(super) async fn within<T>(
    patience: Duration,
    work: impl Future<Output = T>,
) -> Result<T, Elapsed> {
    let mut work = pin!(work);
    match poll_fn(|cx| Poll::Ready(work.as_mut().poll(cx))).await {
        Poll::Ready(done) => Ok(done),
        Poll::Pending => timeout(patience, work).await,
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn only_what_takes_longer_is_given_up() {
        let second = Duration::from_secs(1);
        assert_eq!(within(second, ready(7)).await, Ok(7));
        let slow = async { tokio::time::sleep(second / 2).await };
        assert_eq!(within(second, slow).await, Ok(()));
        assert!(within(second, pending::<()>()).await.is_err());
    }
}
