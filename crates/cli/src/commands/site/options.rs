//! Which options of `site` go together: one that could not change the answer is refused by name.

use anyhow::{anyhow, bail};
use siting::Instance;

use crate::args::{Model, Site};

/// An option with whether it is given.
type Given = (&'static str, bool);

/// Refuses the first of these that is given.
fn refuse(options: &[Given], because: &str) -> anyhow::Result<()> {
    match options.iter().find(|option| option.1) {
        None => Ok(()),
        Some((flag, _)) => Err(anyhow!("{flag} {because}")),
    }
}

/// Options that a plan answers otherwise, or cannot answer.
///
/// # Errors
/// Names the first that does not fit.
pub(crate) fn fit_plan(args: &Site) -> anyhow::Result<()> {
    let asks_other_model = args.model.is_some_and(|model| model != Model::Mclp);
    refuse(
        &[
            ("--model", asks_other_model),
            ("--radius", args.radius.is_some()),
            ("--fixed", !args.fixed.is_empty()),
        ],
        "belongs to --costs: with a plan the model is mclp, the limit is the standard's and \
         existing facilities are fixed",
    )?;
    refuse(
        &[
            ("--budget", args.budget.is_some()),
            ("--by-price", args.by_price),
        ],
        "needs prices, and the candidates of a plan have none; ask with --costs, --demand and \
         --site-table",
    )?;
    refuse(
        &[
            ("--site-table", args.tables.site_table.is_some()),
            ("--types", args.tables.types.is_some()),
        ],
        "belongs to --costs: the sites of a plan are its [[candidates]] and [[layer]]s",
    )?;
    refuse(
        &[("--require-all", args.require_all)],
        "is no question of a plan: sites are chosen that cover the most, and the rest stays uncovered",
    )?;
    if args.open_gates.is_none() {
        return fit_each_other(args);
    }
    refuse(
        &[
            ("--sites", args.sites.is_some()),
            ("--times", args.times.is_some()),
            ("--floor", args.floor.is_some()),
            ("--phases", !args.phases.is_empty()),
            ("--close", args.close.is_some()),
            ("--too-near", args.tables.too_near.is_some()),
        ],
        "is about sites, and --open-gates about gates; ask one of the two",
    )?;
    refuse(
        &[
            ("--exact", args.exact),
            ("--time-limit", args.time_limit.is_some()),
        ],
        "does not go with --open-gates: every step of it is searched to its end, and its bound holds",
    )
}

/// Options that need a plan.
///
/// # Errors
/// Names the first that does not fit.
pub(crate) fn fit_no_plan(args: &Site) -> anyhow::Result<()> {
    refuse(
        &[
            ("--standard", args.standard.is_some()),
            ("--open-gates", args.open_gates.is_some()),
        ],
        "belongs to a plan, and --costs and --demand are tables without one",
    )
}

/// Options that leave each other nothing to say.
///
/// # Errors
/// Names the first that does not fit.
pub(crate) fn fit_each_other(args: &Site) -> anyhow::Result<()> {
    if args.times == Some(0) {
        bail!("--times 0 asks for nothing; give 1 or more");
    }
    let number = [
        ("--sites", args.sites.is_some()),
        ("--budget", args.budget.is_some()),
    ];
    let model = args.model.unwrap_or_default();
    if !args.phases.is_empty() {
        refuse(
            &[("--close", args.close.is_some())],
            "and --phases are two questions; ask one",
        )?;
        refuse(
            &number,
            "does not go with --phases, which say how many sites there are",
        )?;
        refuse(
            &[("--by-price", args.by_price)],
            "does not go with --phases, which are numbers of sites",
        )?;
    }
    if args.close.is_some() {
        refuse(
            &number,
            "does not go with --close, which says how many sites stay",
        )?;
        refuse(
            &[("--too-near", args.tables.too_near.is_some())],
            "does not go with --close: what stands too near each other already may stay",
        )?;
        if model == Model::Lscp {
            bail!(
                "--close needs --model mclp, p-median or p-center: with lscp fewer sites are never worth less"
            );
        }
    }
    let covers = matches!(model, Model::Lscp | Model::Mclp);
    refuse(
        &[("--times", args.times.is_some() && !covers)],
        "belongs to --model mclp or lscp: in p-median and p-center one site serves",
    )?;
    refuse(
        &[("--floor", args.floor.is_some() && model != Model::Mclp)],
        "belongs to --model mclp",
    )?;
    refuse(
        &[("--by-price", args.by_price && model != Model::Lscp)],
        "belongs to --model lscp",
    )?;
    refuse(
        &[("--require-all", args.require_all && model == Model::Mclp)],
        "belongs to --model lscp, p-median or p-center: mclp may leave demand uncovered",
    )
}

/// Options that need a column of the tables.
///
/// # Errors
/// Names the first that does not fit.
pub(crate) fn fit_tables(args: &Site, instance: &Instance) -> anyhow::Result<()> {
    let any = |has: &dyn Fn(siting::SiteIx) -> bool| instance.sites().next().is_some_and(has);
    let has_prices = any(&|site| instance.price(site).is_some());
    let has_capacities = any(&|site| instance.capacity(site).is_some());
    if !has_prices {
        refuse(
            &[
                ("--budget", args.budget.is_some()),
                ("--by-price", args.by_price),
            ],
            "needs prices: give --site-table with the columns `site_id,price`, or --types with prices",
        )?;
    }
    if instance.zone_ids().is_empty() {
        refuse(
            &[("--floor", args.floor.is_some())],
            "is a share of every zone: give the demand table a column `zone`",
        )?;
    }
    if has_capacities {
        let more = args.times.is_some_and(|times| times > 1);
        refuse(
            &[("--times", more), ("--floor", args.floor.is_some())],
            "does not go with capacities; leave the column `capacity` of --site-table out",
        )?;
    }
    let n_fixed = instance
        .sites()
        .filter(|&s| instance.site_status(s) == siting::SiteStatus::Fixed)
        .count();
    if let Some(n_close) = args.close
        && usize::try_from(n_close).is_ok_and(|n| n > n_fixed)
    {
        bail!(
            "--close {n_close}: only {n_fixed} sites are fixed; name more with --fixed or --site-table"
        );
    }
    Ok(())
}
