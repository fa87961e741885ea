//! Branch and bound over Lagrangian bounds: the tree, its subproblems, and the parts that the bounds of all problems share.
//!
//! Knows no problem of its own: covering, p-median and capacities implement [`Branching`](tree::Branching).

pub(crate) mod best_bound;
pub(crate) mod certificate_tree;
pub(crate) mod dual_bound;
pub(crate) mod knapsack;
pub(crate) mod subgradient;
pub(crate) mod subproblem;
pub(crate) mod tree;
