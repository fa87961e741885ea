//! The covering question of one radius of a p-center question.

use crate::question::{Model, Question};

/// The `lscp` question whether the sites cover all demand within `radius`.
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
