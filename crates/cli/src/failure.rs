use std::fmt;
use std::process::ExitCode;

/// Why a command ends without its answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The question is understood and has no answer: exit 1.
    NoAnswer(String),
    /// The input is wrong: exit 2.
    BadInput(anyhow::Error),
}

impl Failure {
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::NoAnswer(_) => ExitCode::from(1),
            Self::BadInput(_) => ExitCode::from(2),
        }
    }
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::BadInput(error.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAnswer(why) => f.write_str(why),
            Self::BadInput(error) => write!(f, "{error:#}"),
        }
    }
}
