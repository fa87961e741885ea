//! Branch and bound over Lagrangian bounds, for any of the problems: the tree, its subproblems, and the pieces that their bounds share.

pub(crate) mod best_bound;
pub(crate) mod certificate_tree;
pub(crate) mod dual_bound;
pub(crate) mod knapsack;
pub(crate) mod subgradient;
pub(crate) mod subproblem;
pub(crate) mod tree;
