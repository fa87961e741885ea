use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use scenario::run::ScenarioResult;
use scenario::{Change, Decisions, Project, Session};
use thiserror::Error;
use tiles::TileLayer;
use tokio::sync::Semaphore;

use crate::limits;
use crate::problem::Problem;

/// The scenario that every plan has.
pub(crate) const BASELINE: &str = "baseline";

/// What the key of a scenario with its edits ends in.
pub(crate) const EDITED: &str = "-edited";

/// A plan being served: the baseline and each scenario decided, edits on top of each.
pub struct State {
    pub(crate) project: &'static Project,
    /// The plan file as written, to which a saved plan appends.
    pub(crate) plan_text: String,
    pub(crate) scenarios: BTreeMap<String, ServedScenario>,
    /// Keys in the order of the plan, the baseline first.
    pub(crate) order: Vec<String>,
    pub(crate) layers: [TileLayer; 3],
    pub(crate) access: Access,
    pub(crate) turns: Arc<Semaphore>,
}

/// One scenario: as the plan has it, and with edits.
pub(crate) struct ServedScenario {
    pub(crate) name: String,
    pub(crate) plain: Arc<Decisions>,
    pub(crate) revised: RwLock<Revised>,
    /// The scenario as the plan has it, for questions beside edits; made when first asked for.
    plain_session: OnceLock<Session<'static>>,
    plain_detail: Detailed,
    edited_detail: Detailed,
}

/// The last result in detail and the revision it belongs to. Whoever asks while it is made waits
/// for it.
type Detailed = Mutex<Option<(u64, Arc<ScenarioResult>)>>;

/// A session with a number that grows with every change to it.
pub(crate) struct Revised {
    pub(crate) session: Session<'static>,
    pub(crate) revision: u64,
}

/// Who may edit.
#[derive(Clone, PartialEq, Eq)]
pub enum Access {
    /// Whoever sits at this machine: the server listens on loopback only, and answers only to its
    /// own names, so that no other page of the browser can speak to it.
    ThisMachine,
    /// Whoever knows the token; reading is free.
    Token(String),
}

/// A plan that cannot be served.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StateError {
    /// A scenario has no answer.
    #[error("scenario `{scenario}`: {why}")]
    Infeasible {
        /// Which.
        scenario: String,
        /// Why.
        why: String,
    },
}

impl State {
    /// Decides the baseline and every scenario of a plan. `plan_text` is the plan file as written.
    ///
    /// The project is never dropped: a served plan lives as long as the process.
    ///
    /// # Errors
    /// When sites are to be chosen and no choice exists.
    ///
    /// Cost: one evaluation for each scenario.
    pub fn new(project: Project, plan_text: String, access: Access) -> Result<Self, StateError> {
        let project: &'static Project = Box::leak(Box::new(project));
        let mut plain = vec![(
            BASELINE.to_owned(),
            "现状方案 · Baseline".to_owned(),
            &[][..],
        )];
        plain.extend(
            project
                .scenarios
                .iter()
                .map(|s| (s.key.clone(), s.name.clone(), s.changes.as_slice())),
        );
        let mut scenarios = BTreeMap::new();
        let mut order = Vec::new();
        for (key, name, changes) in plain {
            let session = Session::new(project, changes).map_err(|why| StateError::Infeasible {
                scenario: key.clone(),
                why: why.to_string(),
            })?;
            let served = ServedScenario {
                name,
                plain: Arc::clone(session.decisions()),
                revised: RwLock::new(Revised {
                    session,
                    revision: 0,
                }),
                plain_session: OnceLock::new(),
                plain_detail: Detailed::default(),
                edited_detail: Detailed::default(),
            };
            order.push(key.clone());
            scenarios.insert(key, served);
        }
        let layers = [
            tiles::streets(&project.city.streets),
            tiles::backdrop(&project.city.backdrop),
            tiles::cells(&project.area),
        ];
        Ok(Self {
            project,
            plan_text,
            scenarios,
            order,
            layers,
            access,
            turns: Arc::new(Semaphore::new(limits::MOST_AT_ONCE)),
        })
    }

    /// Name and decisions of a scenario, or with `-edited` behind its key of it with its edits.
    pub(crate) fn decisions(&self, key: &str) -> Result<(String, Arc<Decisions>), Problem> {
        if let Some(served) = self.scenarios.get(key) {
            return Ok((served.name.clone(), Arc::clone(&served.plain)));
        }
        let served = self.scenario_behind(key)?;
        let revised = served.read()?;
        let name = format!("{}（已编辑 edited）", served.name);
        Ok((name, Arc::clone(revised.session.decisions())))
    }

    /// Works on the session of a scenario, with `-edited` behind its key on that with its edits.
    ///
    /// Cost: an evaluation the first time a scenario with edits is asked for without them.
    pub(crate) fn in_session<T>(
        &self,
        key: &str,
        work: impl FnOnce(&Session<'static>) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let revised = self.scenario_behind(key)?.read()?;
        if !self.scenarios.contains_key(key) || revised.session.edits().len() == 0 {
            return work(&revised.session);
        }
        let plain = revised.session.scenario().to_vec();
        drop(revised);
        let kept = &self.scenario(key)?.plain_session;
        if let Some(session) = kept.get() {
            return work(session);
        }
        let made = Session::new(self.project, &plain)
            .map_err(|why| Problem::no_answer(why.to_string()))?;
        work(kept.get_or_init(|| made))
    }

    /// A scenario run in detail, with `-edited` behind its key with its edits. The result stays
    /// until the next edit.
    ///
    /// Cost: an evaluation in detail the first time.
    pub(crate) fn detailed(&self, key: &str) -> Result<Arc<ScenarioResult>, Problem> {
        let served = self.scenario_behind(key)?;
        let (revision, changes, detail) = if self.scenarios.contains_key(key) {
            let plain = served.read()?.session.scenario().to_vec();
            (0, plain, &served.plain_detail)
        } else {
            let revised = served.read()?;
            let changes: Vec<Change> = revised.session.changes().cloned().collect();
            (revised.revision, changes, &served.edited_detail)
        };
        let mut known = detail.lock().map_err(broken)?;
        if let Some((_, result)) = known.as_ref().filter(|(of, _)| *of == revision) {
            return Ok(Arc::clone(result));
        }
        let mut result = ScenarioResult::of(self.project, key, &served.name, &changes)
            .map_err(|why| Problem::no_answer(why.to_string()))?;
        if key != BASELINE {
            // The baseline locks nothing but itself.
            let baseline = self.detailed(BASELINE)?;
            result.detail_report.mark_levelled(&baseline.detail_report);
        }
        let result = Arc::new(result);
        *known = Some((revision, Arc::clone(&result)));
        Ok(result)
    }

    /// A scenario by its key.
    pub(crate) fn scenario(&self, key: &str) -> Result<&ServedScenario, Problem> {
        self.scenarios.get(key).ok_or_else(|| {
            Problem::unknown(format!(
                "there is no scenario `{key}`; the plan has {}",
                self.order.join(", ")
            ))
        })
    }

    /// The scenario that a key speaks of, with or without its edits.
    pub(crate) fn scenario_behind(&self, key: &str) -> Result<&ServedScenario, Problem> {
        match self.scenarios.get(key) {
            Some(served) => Ok(served),
            None => self.scenario(key.strip_suffix(EDITED).unwrap_or(key)),
        }
    }

    /// Index of a standard among the plan's standards.
    pub(crate) fn standard(&self, key: &str) -> Result<usize, Problem> {
        let standards = &self.project.standards;
        let found = standards.iter().position(|s| s.key == key);
        found.ok_or_else(|| {
            let keys: Vec<&str> = standards.iter().map(|s| s.key.as_str()).collect();
            Problem::unknown(format!(
                "there is no standard `{key}`; the plan has {}",
                keys.join(", ")
            ))
        })
    }
}

impl ServedScenario {
    pub(crate) fn read(&self) -> Result<RwLockReadGuard<'_, Revised>, Problem> {
        self.revised.read().map_err(broken)
    }

    pub(crate) fn write(&self) -> Result<RwLockWriteGuard<'_, Revised>, Problem> {
        self.revised.write().map_err(broken)
    }
}

/// An earlier request panicked while it changed the session.
fn broken<T>(_: PoisonError<T>) -> Problem {
    Problem::bug("an earlier edit failed halfway; start the server again")
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("scenarios", &self.order)
            .field("access", &self.access)
            .finish_non_exhaustive()
    }
}

/// Never prints the token.
impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ThisMachine => "ThisMachine",
            Self::Token(_) => "Token",
        })
    }
}
