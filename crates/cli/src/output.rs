//! Everything that is printed: data on stdout, messages on stderr.
#![expect(
    clippy::print_stderr,
    reason = "messages for the person at the terminal"
)]

use std::io::{self, BufWriter, ErrorKind, Write};

use crate::failure::Failure;

/// Hands a buffered stdout to `write`; a reader that went away (`| head`) is no error.
pub(crate) fn data(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(anyhow::Error::from(error)
            .context("could not write to stdout")
            .into()),
        Ok(()) => Ok(()),
    }
}

/// Prints a text.
pub(crate) fn text(text: &str) -> Result<(), Failure> {
    data(|out| out.write_all(text.as_bytes()))
}

/// Prints JSON with a final line break.
pub(crate) fn json(value: &serde_json::Value) -> Result<(), Failure> {
    data(|out| {
        serde_json::to_writer_pretty(&mut *out, value)?;
        out.write_all(b"\n")
    })
}

/// Something worth knowing.
pub(crate) fn note(text: &str) {
    eprintln!("note: {text}");
}

/// Something doubtful.
pub(crate) fn warning(text: &str) {
    eprintln!("warning: {text}");
}

/// Why the command ends.
pub(crate) fn error(failure: &Failure) {
    eprintln!("error: {failure}");
}
