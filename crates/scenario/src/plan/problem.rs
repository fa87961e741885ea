use std::fmt;

use thiserror::Error;

/// Everything that is wrong with a plan and its files, found in one go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Error)]
pub struct Problems(Vec<String>);

impl Problems {
    /// How many are shown; the rest is counted.
    const MOST_SHOWN: usize = 20;

    /// One problem only.
    pub fn one(problem: impl Into<String>) -> Self {
        Self(vec![problem.into()])
    }

    /// Adds a problem: a sentence that names the place, what stands there and what to do.
    pub fn add(&mut self, problem: impl Into<String>) {
        self.0.push(problem.into());
    }

    /// Adds another list.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Keeps the value of a step, or its problem with the place in front.
    pub fn keep<T, E: fmt::Display>(&mut self, place: &str, step: Result<T, E>) -> Option<T> {
        match step {
            Ok(value) => Some(value),
            Err(error) => {
                self.add(format!("{place}: {error}"));
                None
            }
        }
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value when nothing was wrong, else all problems.
    ///
    /// # Errors
    /// When there are problems.
    pub fn or<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() {
            Ok(value)
        } else {
            Err(self)
        }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [only] = self.0.as_slice() {
            return f.write_str(only);
        }
        write!(f, "{} problems", self.0.len())?;
        for problem in self.0.iter().take(Self::MOST_SHOWN) {
            write!(f, "\n  {problem}")?;
        }
        if self.0.len() > Self::MOST_SHOWN {
            write!(f, "\n  and {} more", self.0.len() - Self::MOST_SHOWN)?;
        }
        Ok(())
    }
}
