// What the server is asked. What it answers with is described in /openapi.json, and the types are
// made from that. Demand is in whole thousandths of its unit.

import type { components } from "./generated/api.ts";

type Schemas = components["schemas"];

export type CapacityReport = Schemas["CapacityReport"];
export type CellValues = Schemas["CellValues"];
export type ChangeClass = Schemas["ChangeClass"];
export type Changed = Schemas["ChangedAnswer"];
export type Comparison = Schemas["Comparison"];
export type DemandBalance = Schemas["DemandBalanceReport"];
export type Detail = Schemas["DetailAnswer"];
export type DistrictReport = Schemas["DistrictReport"];
export type DrawnDetail = Schemas["DrawnDetail"];
export type Edits = Schemas["EditsAnswer"];
export type Explained = Schemas["ExplainAnswer"];
export type Facility = Schemas["FacilityInfo"];
export type FacilityBalance = Schemas["FacilityBalance"];
export type FacilityLoad = Schemas["FacilityLoadReport"];
export type Gap = Schemas["DrawnGap"];
export type GapDetail = Schemas["GapDetail"];
export type Hazard = Schemas["HazardReport"];
export type Headline = Schemas["Headline"];
/** A standard through the week: `state_of_hour` has 168 entries, Monday 00:00 first. */
export type Hours = Schemas["HoursAnswer"];
export type Isochrone = Schemas["IsochroneAnswer"];
export type JointGapDetail = Schemas["JointGapDetail"];
/** What a plan file lists under `[[scenario.modification]]`. */
export type Modification = Schemas["Modification"];
export type Night = Schemas["NightReport"];
export type Plan = Schemas["PlanAnswer"];
/** Why demand is not covered: the first that applies. */
export type Reason = Schemas["ReasonReport"]["reason"];
export type ScenarioValues = Schemas["ValuesAnswer"];
export type Site = Schemas["SiteInfo"];
export type Sites = Schemas["SitesAnswer"];
export type Split = Schemas["SplitReport"];
export type StandardDetail = Schemas["StandardDetail"];
export type Values = Schemas["Values"];

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
}) => ask<Isochrone>("GET", "/api/isochrone", { ...query, what: "outline,streets" });
export const explain = (scenario: string, standard: string, at: string) =>
  ask<Explained>("GET", "/api/explain", { scenario, standard, at });
export const hours = (scenario: string, standard: string) =>
  ask<Hours>("GET", "/api/hours", { scenario, standard });
export const detail = (scenario: string) => ask<Detail>("GET", "/api/detail", { scenario });
/** Where a table of results is had, as `nuanquan run` writes it. */
export const table = (name: string, scenario: string) =>
  `/api/tables/${name}.csv?scenario=${encodeURIComponent(scenario)}`;
export const savedPlan = (over: string) => `/api/edits/plan?over=${encodeURIComponent(over)}`;
