use anyhow::{Context, anyhow};
use siting::{Instance, Question, Share};

use super::tables;
use crate::args::{Model, Site};

/// The question as typed, in the steps of the instance.
pub(crate) fn question(args: &Site, instance: &Instance) -> anyhow::Result<Question> {
    let model = args.model.unwrap_or_default();
    let radius = args
        .radius
        .as_deref()
        .map(|text| {
            let radius = tables::flag("radius", text)?;
            instance
                .limit(radius)
                .with_context(|| format!("--radius `{text}` is out of range"))
        })
        .transpose()?;
    let budget = args
        .budget
        .as_deref()
        .map(|text| {
            let budget = tables::flag("budget", text)?;
            instance
                .budget(budget)
                .with_context(|| format!("--budget `{text}` is out of range"))
        })
        .transpose()?;
    let need_radius = || radius.with_context(|| format!("--model {} needs --radius", name(model)));
    // Phases and closings say themselves how many sites there are.
    let says_number = budget.is_some() || !args.phases.is_empty() || args.close.is_some();
    let n_sites = || match args.sites {
        None if !says_number => Err(anyhow!("--model {} needs --sites", name(model))),
        given => Ok(given),
    };
    let question = match model {
        Model::Mclp => Question {
            n_sites: n_sites()?,
            ..Question::mclp(need_radius()?)
        },
        Model::Lscp => Question {
            n_sites: args.sites,
            ..Question::lscp(need_radius()?)
        },
        Model::PMedian => Question {
            radius,
            n_sites: n_sites()?,
            ..Question::p_median(0)
        },
        Model::PCenter => Question {
            radius,
            n_sites: n_sites()?,
            ..Question::p_center(0)
        },
    };
    Ok(Question {
        require_all: args.require_all,
        budget,
        times: args.times.unwrap_or(1),
        floor: args.floor.as_deref().map(floor).transpose()?,
        by_price: args.by_price,
        ..question
    })
}

/// A share such as `40%`, to the millionth.
pub(crate) fn floor(text: &str) -> anyhow::Result<Share> {
    let wrong = || anyhow!("--floor `{text}` is no share; write a percentage such as 40%");
    let bare = text.trim().strip_suffix('%').ok_or_else(wrong)?;
    let percent: siting::Decimal = bare.trim().parse()?;
    let millionths = percent.scaled(4).ok_or_else(wrong)?;
    u32::try_from(millionths)
        .ok()
        .and_then(Share::from_millionths)
        .ok_or_else(wrong)
}

fn name(model: Model) -> &'static str {
    match model {
        Model::Lscp => "lscp",
        Model::Mclp => "mclp",
        Model::PMedian => "p-median",
        Model::PCenter => "p-center",
    }
}
