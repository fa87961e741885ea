//! The covering question behind one radius of a p-center question.

use crate::question::{Model, Question};

/// The covering question behind one radius.
pub(crate) fn covering(question: &Question, radius: u64) -> Question {
    Question {
        model: Model::Lscp,
        radius: Some(radius),
        n_sites: None,
        times: 1,
        floor: None,
        by_price: false,
        ..question.clone()
    }
}
