//! Ctrl-C and its kin: what is half-written goes before the program does.

use std::process;
#[cfg(unix)]
use std::task::Poll;
use std::thread;

/// What shells show for a program that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// From now on an interrupted program removes what it has not finished writing and ends. An output
/// that is just being put in its place is finished first, so a folder or file changes only whole.
///
/// Where signals cannot be watched they end the program at once, and the next run clears what is
/// left.
pub(crate) fn watch() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build();
    let Ok(runtime) = runtime else { return };
    // Signals are caught from here on, not from when the thread first runs.
    let signals = {
        let _inside = runtime.enter();
        Signals::watch()
    };
    let Ok(mut signals) = signals else { return };
    thread::spawn(move || {
        runtime.block_on(signals.next());
        let _stopped = formats::output::stop();
        crate::output::interrupted();
        #[expect(
            clippy::exit,
            reason = "the main thread computes and cannot be asked to end"
        )]
        process::exit(INTERRUPTED);
    });
}

#[cfg(unix)]
struct Signals([tokio::signal::unix::Signal; 3]);

#[cfg(unix)]
impl Signals {
    fn watch() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self([
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
            signal(SignalKind::hangup())?,
        ]))
    }

    async fn next(&mut self) {
        std::future::poll_fn(|context| {
            let mut signals = self.0.iter_mut();
            if signals.any(|signal| signal.poll_recv(context).is_ready()) {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn watch() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
