// What the server says about a scenario in detail, as the panels and the map need it.

import type {
  CapacityReport,
  Detail,
  DistrictReport,
  DrawnDetail,
  FacilityLoad,
  Gap,
  GapDetail,
  Hazard,
  Headline,
  JointGapDetail,
  Plan,
  Reason,
  StandardDetail,
} from "./api.ts";
import { demandOf, isJoint } from "./values.ts";

/** A standard in detail, and what the map draws of it. */
export type StandardInDetail = StandardDetail & DrawnDetail;

export function standardIn(detail: Detail | null, key: string): StandardInDetail | undefined {
  const index = detail?.standards.findIndex((one) => one.key === key) ?? -1;
  const [standard, drawn] = [detail?.standards[index], detail?.drawn[index]];
  return standard && drawn ? { ...standard, ...drawn } : undefined;
}

/** Patches of cells that lose more than half of what they have by day, with their outlines. */
export function nightGaps({ night, night_outlines }: StandardInDetail): Gap[] {
  return night.gaps.flatMap((gap, i) => (night_outlines[i] ? [{ ...gap, outline: night_outlines[i] }] : []));
}

/** Why a gap is one; of a joint standard by the part that is missing first. */
export interface GapWhy {
  lacks: string | null;
  reason: Reason | null;
  missing_s: number | null;
}

export function whyOf(gap: GapDetail | JointGapDetail): GapWhy {
  if (!("lacks" in gap)) return { lacks: null, reason: gap.reason, missing_s: gap.missing_s };
  const first = gap.lacks[0];
  return { lacks: first?.part ?? null, reason: first?.reason ?? null, missing_s: first?.missing_s ?? null };
}

/** The gaps that a hazard lies in, which are written as `swap 3`. */
export function gapsOf(hazard: Hazard): { standard: string; rank: number }[] {
  return hazard.in_gaps.map((text) => {
    const space = text.lastIndexOf(" ");
    return { standard: text.slice(0, space), rank: Number(text.slice(space + 1)) };
  });
}

/** Supply that a standard asks for: capacity for one unit of demand; null when it asks for no room. */
export function supplyWanted(headline: Headline): number | null {
  const perSlot = isJoint(headline) ? undefined : headline.demand_per_slot_thousandths;
  return perSlot === undefined ? null : 1000 / perSlot;
}

/** How full one facility is; without load where the standard asks for no room, or nobody knows. */
export interface Fullness {
  supply: number | null;
  load: (FacilityLoad & { serves_thousandths: number }) | null;
}

/** How full a facility is under a standard; undefined where it does not serve it. */
export function fullnessOf(detail: Detail, capacity: CapacityReport, id: string): Fullness | undefined {
  const index = detail.facilities.indexOf(id);
  const [supply, load] = [capacity.supply_of_facilities[index] ?? null, capacity.load?.facilities[index] ?? null];
  if (supply === null && load === null) return undefined;
  const serves_thousandths = load?.serves_thousandths ?? null;
  return { supply, load: load && serves_thousandths !== null ? { ...load, serves_thousandths } : null };
}

/** Facilities that are asked for more than they can serve, or take less than half of it, by id. */
export function crowding(detail: Detail, capacity: CapacityReport): Map<string, "overloaded" | "idle"> {
  const marks = new Map<string, "overloaded" | "idle">();
  capacity.load?.facilities.forEach((one, i) => {
    const id = detail.facilities[i];
    if (id === undefined || !one || one.serves_thousandths === null) return;
    if (one.is_overloaded) marks.set(id, "overloaded");
    else if (one.is_idle) marks.set(id, "idle");
  });
  return marks;
}

/** Indicators of the study area (`zone` is null) or of a zone, with all demand in it. */
export type District = DistrictReport & { demand_thousandths: number };

export function districtsOf(standard: StandardDetail): District[] {
  return standard.districts.map((one) => ({ ...one, demand_thousandths: demandOf(one) }));
}

/** A unit of demand to read. */
export function unitText(plan: Pick<Plan, "demand_unit" | "demand_unit_text" | "measures">, unit: string): string {
  if (unit === plan.demand_unit) return plan.demand_unit_text;
  return plan.measures.find((one) => one.unit === unit)?.unit_text ?? unit;
}
