use formats::Layer;

use crate::report::ScenarioReport;

pub(crate) fn marked(mut layer: Layer, report: &ScenarioReport) -> Layer {
    layer.set_attribute("plan", report.plan.clone());
    layer.set_attribute("scenario", report.scenario.clone());
    layer.set_attribute("plan_fingerprint", report.plan_fingerprint.clone());
    if report.illustrative {
        layer.mark_illustrative();
    }
    layer
}
