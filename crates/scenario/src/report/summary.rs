//! Results as text: what a person reads first.

mod chosen;
mod comparison;
mod detail;
mod explanation;
mod measures;
mod scenario;
mod text;

pub use chosen::chosen_sites;
pub use comparison::comparison;
pub use detail::detail;
pub use explanation::explanation;
pub use measures::measures;
pub use scenario::scenario;
