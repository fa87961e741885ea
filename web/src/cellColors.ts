// What the colour of each cell is, for each thing that cells can show.

import type { CapacityReport, CellValues, ChangeClass, Headline, Plan, ScenarioValues, Values } from "./api.ts";
import { supplyWanted, type StandardInDetail } from "./detail.ts";
import {
  CHANGE_COLORS,
  NIGHT_COLORS,
  NONE,
  PART_COLORS,
  SUPPLY_COLORS,
  UNLINKED,
  cellColor,
  tint,
} from "./map/palette.ts";
import type { Paint } from "./state.ts";
import { limitOf } from "./values.ts";

/** What cells can show under a standard. */
export function paintsOf(plan: Plan, key: string, detail: StandardInDetail | undefined): Paint[] {
  const joint = plan.joints.find((one) => one.key === key);
  if (joint) return joint.rule === "all-of" ? ["time", "weakest"] : ["time"];
  if (!detail) return ["time"];
  return ["time", ...(detail.capacity ? (["supply"] as const) : []), "night"];
}

/** Upper ends of the supply bands, as shares of what is wanted, or usual; the last band has none. */
export const SUPPLY_ENDS = [0, 0.5, 1, 2] as const;

/** Supply that the bands are measured by: what the standard asks for, else the mean. */
export function supplyReference(headline: Headline, capacity: CapacityReport): number {
  return supplyWanted(headline) ?? capacity.supply_mean ?? 0;
}

/** The band of a supply ratio: 0 is none at all. What meets the reference is not short of it. */
export function supplyBand(supply: number, reference: number): number {
  if (supply <= 0) return 0;
  const band = SUPPLY_ENDS.findIndex((end, i) => i > 0 && supply < end * reference - 1e-12);
  return band < 0 ? SUPPLY_ENDS.length : band;
}

/** 0 not covered by day, 1 keeps all of it by night, 2 loses up to half, 3 more, 4 everything. */
export function nightBand(byDay: number, lost: number): number {
  if (byDay === 0) return 0;
  if (lost === 0) return 1;
  if (lost === byDay) return 4;
  return lost * 2 <= byDay ? 2 : 3;
}

/**
 * The part of a covered cell that has the least to spare: the largest share of its limit, the first
 * of equals.
 */
export function tightest(parts: { time_s: number | null; limit_s: number }[]): number {
  const share = parts.map(({ time_s, limit_s }) => (time_s === null ? Infinity : time_s / limit_s));
  return share.indexOf(Math.max(...share));
}

/** Values of the parts of a joint standard, in their order; empty for a standard. */
export function partsOf(plan: Plan, values: ScenarioValues, key: string): Values[] {
  const parts = plan.joints.find((one) => one.key === key)?.parts ?? [];
  return parts.flatMap((part) => values.standards.filter((one) => one.headline.key === part));
}

/** The weakest part of a cell: what it lacks the most, or what it barely has. */
export function weakestAt(cell: number, cells: CellValues, parts: Values[]): number | null {
  if (cells.class[cell] === 2) return cells.weakest?.[cell] ?? null;
  if (cells.class[cell] !== 1) return null;
  return tightest(
    parts.map((part) => ({ time_s: part.cells.time_s[cell] ?? null, limit_s: limitOf(part.headline) ?? 1 })),
  );
}

type ColorOf = (cell: number) => string;

/** The classes of a comparison in the order of their colours. */
const CHANGES: readonly ChangeClass[] = ["none", "kept", "gained", "lost", "never"];

export function byChange(change: ChangeClass[]): ColorOf {
  return (cell) => CHANGE_COLORS[CHANGES.indexOf(change[cell] ?? "none")] ?? NONE;
}

export function byTime(cells: CellValues, limitS: number | null): ColorOf {
  return (cell) =>
    cellColor({
      classNumber: cells.class[cell] ?? 0,
      timeS: cells.time_s[cell] ?? null,
      limitS,
      weakest: cells.weakest?.[cell],
    });
}

export function bySupply({ headline, cells }: Values, capacity: CapacityReport): ColorOf {
  const reference = supplyReference(headline, capacity);
  return (cell) => {
    const supply = capacity.supply_of_cells[cell] ?? null;
    if (cells.class[cell] === 3) return UNLINKED;
    return supply === null ? NONE : (SUPPLY_COLORS[supplyBand(supply, reference)] ?? NONE);
  };
}

export function byNight(
  cells: CellValues,
  { night, by_day_of_cells_thousandths }: Pick<StandardInDetail, "night" | "by_day_of_cells_thousandths">,
): ColorOf {
  return (cell) => {
    if (cells.class[cell] === 0) return NONE;
    if (cells.class[cell] === 3) return UNLINKED;
    const byDay = by_day_of_cells_thousandths[cell] ?? 0;
    return NIGHT_COLORS[nightBand(byDay, night.lost_of_cells_thousandths[cell] ?? 0)] ?? NONE;
  };
}

/** Strong where the weakest part is missing, pale where it is there. */
export function byWeakest(cells: CellValues, parts: Values[]): ColorOf {
  return (cell) => {
    if (cells.class[cell] === 3) return UNLINKED;
    const weakest = weakestAt(cell, cells, parts);
    if (weakest === null) return NONE;
    const color = PART_COLORS[weakest % PART_COLORS.length] ?? NONE;
    return cells.class[cell] === 1 ? tint(color) : color;
  };
}
