// What the server answers; see /openapi.json. Demand is in whole thousandths of its unit.

export interface Plan {
  name: string;
  program: string;
  notes: string[];
  illustrative: boolean;
  plan_fingerprint: string;
  tiles_version: string;
  attribution: string;
  bounds: [number, number, number, number];
  study_area: GeoJSON.MultiPolygon;
  zones: GeoJSON.FeatureCollection;
  demand_unit: string;
  demand_unit_text: string;
  demand_is_illustrative: boolean;
  demand_thousandths: number;
  profiles: string[];
  standards: Standard[];
  joints: { key: string; name: string; rule: "all-of" | "any-of"; parts: string[] }[];
  kinds: { key: string; zh: string; en: string; usual_start_delay_s: number }[];
  scenarios: { key: string; name: string; n_modifications: number; n_edits: number }[];
  cells: {
    id: string[];
    lng: number[];
    lat: number[];
    demand_thousandths: number[];
    zone: (string | null)[];
  };
  edits_need_token: boolean;
}

export interface Standard {
  key: string;
  name: string;
  kinds: string[];
  profile: string;
  limit_s: number;
  required: number;
  at: string | null;
  capacity_at_least: number | null;
  amenities: string[];
  /** Who finds only full facilities is not covered. */
  asks_for_room: boolean;
}

export interface CellValues {
  index?: number[];
  class: number[];
  covered_thousandths: number[];
  time_s: (number | null)[];
  edge_affected: boolean[];
  weakest?: (number | null)[];
}

export interface DemandBalance {
  given_thousandths: number;
  covered_thousandths: number;
  uncovered_thousandths: number;
  too_far_thousandths: number;
  on_scraps_thousandths: number;
  outside_thousandths: number;
  scrap_street_thousandths: number;
}

export interface FacilityBalance {
  given: number;
  serving: number;
  other_kind: number;
  closed_at_hour: number;
  closed_by_scenario: number;
  unjoined: number;
  outside: number;
  bad_rows: number;
}

export interface Headline {
  key: string;
  name: string;
  is_joint: boolean;
  limit_s: number | null;
  covered_share: number | null;
  covered_thousandths: number;
  uncovered_thousandths: number;
  on_scrap_thousandths: number;
  unlinked_thousandths: number;
  fragile_thousandths: number;
  /** All demand that was given and what became of it; `outside` is no part of the share's whole. */
  demand: DemandBalance;
  /** All facilities that were given and what became of them; null for joint standards. */
  facilities: FacilityBalance | null;
  median_s: number | null;
  quantile_90_s: number | null;
  worst_tenth_mean_s: number | null;
  worst_tenth_is_lower_bound: boolean;
  n_facilities: number | null;
  n_edge_affected_cells: number;
  illustrative: boolean;
  weakest: string | null;
  zone_covered_share: (number | null)[];
}

export interface Gap {
  rank: number;
  name: string;
  uncovered_thousandths: number;
  n_cells: number;
  lng: number;
  lat: number;
  worst_s: number | null;
  edge_affected: boolean;
  outline: GeoJSON.MultiPolygon;
}

export interface Facility {
  id: string;
  name: string;
  kind: string;
  lng: number;
  lat: number;
  opening_hours: string | null;
  capacity: number | null;
  amenities: string;
  start_delay_s: number;
  source: string;
  illustrative: boolean;
  closed: boolean;
  /** Chosen by the scenario. */
  chosen: boolean;
}

export interface Values {
  headline: Headline;
  cells: CellValues;
  gaps: Gap[];
}

export interface ScenarioValues {
  scenario: string;
  name: string;
  n_closed_edges: number;
  facilities: Facility[];
  standards: Values[];
}

export interface Changed {
  over: string;
  scenario: string;
  revision: number;
  n_edits: number;
  preview: boolean;
  computed_ms: number;
  facilities: Facility[];
  removed: string[];
  standards: { headline: Headline; cells: CellValues; gaps: Gap[] | null }[];
}

/** What a plan file lists under `[[scenario.modification]]`. */
export type Modification =
  | {
      do: "add-facility";
      id: string;
      kind: string;
      at: string;
      name?: string;
      opening_hours?: string;
      capacity?: number;
      amenities?: string[];
      start_delay?: string;
      illustrative?: boolean;
    }
  | { do: "move-facility"; facility: string; to: string }
  | { do: "close-facilities"; facilities: string[] }
  | { do: "change-hours"; facility: string; opening_hours: string }
  | { do: "change-limit"; standard: string; limit: string }
  | { do: "close-street"; ways?: number[]; name?: string }
  | { do: "heed-hazards" }
  | { do: "choose-sites"; standard: string; sites: number; kind: string; capacity?: number };

export interface Edits {
  over: string;
  scenario: string;
  revision: number;
  edits: Modification[];
}

export interface Comparison {
  before: string;
  after: string;
  illustrative: boolean;
  standards: {
    key: string;
    name: string;
    covered_before_thousandths: number;
    covered_after_thousandths: number;
    demand_thousandths: number;
    change: number[];
    n_kept: number;
    n_gained: number;
    n_lost: number;
    n_never: number;
  }[];
}

export interface Isochrone {
  profile: string;
  toward: boolean;
  limit_s: number;
  lng: number;
  lat: number;
  snapped_lng: number;
  snapped_lat: number;
  walk_to_street_m: number;
  reached_km: number;
  reached_outside_share: number;
  unreached_inside_share: number;
  outline: GeoJSON.MultiPolygon;
  pieces: GeoJSON.FeatureCollection<GeoJSON.LineString, { start_s: number; end_s: number }>;
}

export interface Site {
  id: string;
  name: string;
  lng: number;
  lat: number;
  adds_thousandths: number;
  start_delay_s: number;
  illustrative: boolean;
}

export interface Sites {
  scenario: string;
  standard: string;
  start_delay_s: number;
  candidates: Site[];
  chosen: Site[];
}

export interface Explained {
  cell: string;
  index: number;
  demand_thousandths: number;
  parts: {
    standard: string;
    limit_s: number;
    searched_s: number;
    required: number;
    state: "covered" | "uncovered" | "on-scrap" | "unlinked";
    covered_thousandths: number;
    edge_affected: boolean;
    lng: number | null;
    lat: number | null;
    facilities: { id: string; name: string; time_s: number; margin_s: number; illustrative: boolean }[];
    way: {
      walk_before_m: number;
      walk_before_s: number;
      steps: { name: string; length_m: number; time_s: number }[];
      walk_after_m: number;
      walk_after_s: number;
      start_delay_s: number;
      line: GeoJSON.LineString;
    } | null;
  }[];
}

/** A standard through the week: `state_of_hour` has 168 entries, Monday 00:00 first. */
export interface Hours {
  scenario: string;
  standard: string;
  /** `demand_thousandths` is all demand of these hours, which may change over the week. */
  states: { n_open: number; covered_thousandths: number; demand_thousandths: number; cells: CellValues }[];
  state_of_hour: number[];
}

/** Why demand is not covered: the first that applies. */
export type Reason =
  | "no-street"
  | "closed"
  | "full"
  | "cut-off-by-gate"
  | "cut-off-by-one-way"
  | "cut-off-by-water"
  | "detour"
  | "no-facility";

export interface GapWhy {
  rank: number;
  /** Joint standards only: the part that leaves the most of it uncovered. */
  lacks: string | null;
  reason: Reason | null;
  missing_s: number | null;
}

export interface Hazard {
  id: string;
  kind:
    | "blocked-road"
    | "missing-manhole-cover"
    | "dark-street"
    | "broken-surface"
    | "standing-water"
    | "other";
  state: "reported" | "confirmed" | "fixed";
  since: string;
  note: string;
  lng: number;
  lat: number;
  street: string | null;
  /** `close`, or a share of the speed as `50%`; null when it is only listed. */
  effect: string | null;
  in_gaps: { standard: string; rank: number }[];
  illustrative: boolean;
}

export interface Fullness {
  id: string;
  supply: number | null;
  serves_thousandths: number | null;
  asked_thousandths: number | null;
  taken_thousandths: number | null;
  is_overloaded: boolean;
  is_idle: boolean;
}

export interface Room {
  n_unknown: number;
  supply_mean: number | null;
  supply_gini: number | null;
  /** What the standard asks for; null when it asks for no room. */
  supply_wanted: number | null;
  supply_of_cells: (number | null)[];
  taken_thousandths: number | null;
  turned_away_thousandths: number | null;
  n_overloaded: number | null;
  n_idle: number | null;
  facilities: Fullness[];
}

export interface Night {
  by_day_thousandths: number;
  lost_thousandths: number;
  by_day_of_cells_thousandths: number[];
  lost_of_cells_thousandths: number[];
  gaps: Gap[];
}

/** Indicators of the study area (`zone` is null) or of a zone. */
export interface District {
  /** What its demand counts: the plan's unit, or that of one of its measures. */
  unit: string;
  unit_text: string;
  zone: string | null;
  name: string;
  demand_thousandths: number;
  covered_thousandths: number;
  covered_share: number | null;
  mean_s: number | null;
  median_s: number | null;
  quantile_90_s: number | null;
  worst_tenth_mean_s: number | null;
  detour: number | null;
  gini: number | null;
  palma: number | null;
  theil: number | null;
  concentration: number | null;
  /** Demand without a time: then mean, worst tenth, Gini, Palma and Theil are at least so much. */
  beyond_thousandths: number;
  /** Times look more even than in the baseline although nobody got nearer on average. */
  levelled_down: boolean;
  lorenz: number[];
}

export interface StandardInDetail {
  key: string;
  reasons: { reason: Reason; demand_thousandths: number }[];
  gaps: GapWhy[];
  reason_of_cells: (Reason | null)[];
  night: Night;
  capacity: Room | null;
  districts: District[];
}

/** A scenario beyond its coverage. */
export interface Detail {
  scenario: string;
  day: string;
  night: string;
  heeds_hazards: boolean;
  hazards: Hazard[];
  standards: StandardInDetail[];
  joints: { key: string; gaps: GapWhy[] }[];
}

/** A refusal, with the sentence of the server. */
export class Refused extends Error {}

const TOKEN = "nuanquan-edit-token";

/** Keeps the token of an address like `#token=…`, and never shows it in a link again. */
export function keepToken(token: string): void {
  sessionStorage.setItem(TOKEN, token);
}

async function ask<T>(
  method: string,
  path: string,
  query: Record<string, string | number | boolean | undefined>,
  body?: unknown,
): Promise<T> {
  const words = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) words.set(name, String(value));
  }
  const headers: Record<string, string> = {};
  if (body !== undefined) headers["content-type"] = "application/json";
  const token = sessionStorage.getItem(TOKEN);
  if (method !== "GET" && token) headers["authorization"] = `Bearer ${token}`;
  const answer = await fetch(`${path}?${words}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) {
    const problem = (await answer.json().catch(() => ({}))) as { detail?: string };
    throw new Refused(problem.detail ?? `${answer.status} ${answer.statusText}`);
  }
  return (await answer.json()) as T;
}

export const plan = () => ask<Plan>("GET", "/api/plan", {});
export const values = (scenario: string) =>
  ask<ScenarioValues>("GET", "/api/values", { scenario });
export const edits = (over: string) => ask<Edits>("GET", "/api/edits", { over });
export const edit = (over: string, modification: Modification, preview: boolean) =>
  ask<Changed>("POST", "/api/edits", { over, preview }, modification);
export const undo = (over: string) => ask<Changed>("DELETE", "/api/edits", { over });
export const compare = (before: string, after: string) =>
  ask<Comparison>("GET", "/api/compare", { before, after });
export const sites = (scenario: string, standard: string) =>
  ask<Sites>("GET", "/api/sites", { scenario, standard });
export const isochrone = (query: {
  at: string;
  profile: string;
  limit: string;
  toward: boolean;
  scenario: string;
}) => ask<Isochrone>("GET", "/api/isochrone", query);
export const explain = (scenario: string, standard: string, at: string) =>
  ask<Explained>("GET", "/api/explain", { scenario, standard, at });
export const hours = (scenario: string, standard: string) =>
  ask<Hours>("GET", "/api/hours", { scenario, standard });
export const detail = (scenario: string) => ask<Detail>("GET", "/api/detail", { scenario });
/** Where a table of results is had, as `nuanquan run` writes it. */
export const table = (name: string, scenario: string) =>
  `/api/tables/${name}.csv?scenario=${encodeURIComponent(scenario)}`;
export const savedPlan = (over: string) => `/api/edits/plan?over=${encodeURIComponent(over)}`;
