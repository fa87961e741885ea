use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// A content hash on its way: SHA-256 over named parts.
#[derive(Clone, Default)]
pub(crate) struct Fingerprint(Sha256);

impl Fingerprint {
    /// Adds a part; name and length come first, so that parts cannot run into each other.
    pub(crate) fn add(&mut self, name: &str, bytes: &[u8]) {
        self.0.update(name.as_bytes());
        self.0.update([0]);
        let length = u64::try_from(bytes.len()).expect("usize fits u64");
        self.0.update(length.to_le_bytes());
        self.0.update(bytes);
    }

    /// The hash in hexadecimal.
    pub(crate) fn finish(self) -> String {
        let mut text = String::with_capacity(64);
        for byte in self.0.finalize() {
            write!(text, "{byte:02x}").expect("writing to a string cannot fail");
        }
        text
    }
}
