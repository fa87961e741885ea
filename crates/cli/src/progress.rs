use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget};

/// A line on the terminal that appears once something has taken a second; nothing when stderr is
/// no terminal.
pub(crate) struct Progress {
    bar: ProgressBar,
    start: Instant,
}

impl Progress {
    pub(crate) fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        Self {
            bar,
            start: Instant::now(),
        }
    }

    /// Says what is being done.
    pub(crate) fn show(&self, step: &str) {
        if self.start.elapsed() > Duration::from_secs(1) {
            self.bar.set_message(step.to_owned());
            self.bar.tick();
        }
    }

    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
