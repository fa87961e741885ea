//! Everything that is printed: data on stdout, messages on stderr.
use std::io::{self, BufWriter, ErrorKind, Write};

use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

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

/// Prints JSON with a line per row of its tables: what lies deeper than two levels stays on one line.
pub(crate) fn json_rows(value: &serde_json::Value) -> Result<(), Failure> {
    data(|out| {
        let mut writer = serde_json::Serializer::with_formatter(&mut *out, Rows::default());
        serde::Serialize::serialize(value, &mut writer)?;
        out.write_all(b"\n")
    })
}

/// Lines and indentation for the outer two levels only.
#[derive(Default)]
struct Rows {
    pretty: PrettyFormatter<'static>,
    depth: u32,
}

impl Rows {
    const DEPTH: u32 = 2;

    fn outer(&self) -> bool {
        self.depth <= Self::DEPTH
    }

    fn leave(&mut self) -> bool {
        self.depth -= 1;
        self.depth < Self::DEPTH
    }
}

impl Formatter for Rows {
    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.depth += 1;
        if self.outer() {
            self.pretty.begin_array(out)
        } else {
            CompactFormatter.begin_array(out)
        }
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        if self.leave() {
            self.pretty.end_array(out)
        } else {
            CompactFormatter.end_array(out)
        }
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        if self.outer() {
            self.pretty.begin_array_value(out, first)
        } else {
            CompactFormatter.begin_array_value(out, first)
        }
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.pretty.end_array_value(out)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.depth += 1;
        if self.outer() {
            self.pretty.begin_object(out)
        } else {
            CompactFormatter.begin_object(out)
        }
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        if self.leave() {
            self.pretty.end_object(out)
        } else {
            CompactFormatter.end_object(out)
        }
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        if self.outer() {
            self.pretty.begin_object_key(out, first)
        } else {
            CompactFormatter.begin_object_key(out, first)
        }
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        if self.outer() {
            self.pretty.begin_object_value(out)
        } else {
            CompactFormatter.begin_object_value(out)
        }
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.pretty.end_object_value(out)
    }
}

/// Something worth knowing.
pub(crate) fn note(text: &str) {
    message("note", text);
}

/// Something doubtful.
pub(crate) fn warning(text: &str) {
    message("warning", text);
}

/// Why the command ends.
pub(crate) fn error(failure: &Failure) {
    message("error", &failure.to_string());
}

/// Why the program ends before its command.
pub(crate) fn interrupted() {
    message("error", "interrupted");
}

/// A message that cannot be written, to a full disk say, changes nothing about the results.
fn message(kind: &str, text: &str) {
    let mut out = io::stderr().lock();
    let _ = writeln!(out, "{kind}: {text}");
}
