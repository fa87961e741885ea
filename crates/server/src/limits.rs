//! What one request may ask for, each with its reason.

use std::time::Duration;

use units::TravelTime;

/// Largest body: a modification that closes a thousand facilities fits many times over.
pub const MOST_BODY_BYTES: usize = 64 * 1024;

/// Longest isochrone: beyond an hour of e-bike the answer is the whole city, and a megabyte of it.
pub const LONGEST_ISOCHRONE: TravelTime = TravelTime::from_mins(60);

/// Edits on one scenario: a session of planning has tens; a plan file takes over before hundreds.
pub const MOST_EDITS: usize = 500;

/// Requests computed at the same time; the others wait. Each spreads over all cores by itself.
pub const MOST_AT_ONCE: usize = 8;

/// How long a request may wait and compute before it is given up: no answer of one city takes
/// seconds, so something is wrong by then.
pub const LONGEST_ANSWER: Duration = Duration::from_secs(30);
