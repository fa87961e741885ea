import { describe, expect, it } from "vitest";
import type { CapacityReport, CellValues, Plan, Values } from "../src/api.ts";
import type { StandardInDetail } from "../src/detail.ts";
import {
  byNight,
  bySupply,
  byWeakest,
  nightBand,
  paintsOf,
  supplyBand,
  tightest,
  weakestAt,
} from "../src/cellColors.ts";
import { NIGHT_COLORS, NONE, PART_COLORS, SUPPLY_COLORS, UNLINKED, contrast, tint } from "../src/map/palette.ts";

const cells = (classes: number[], times: (number | null)[], weakest?: (number | null)[]): CellValues => ({
  class: classes,
  covered_thousandths: classes.map(() => 0),
  time_s: times,
  edge_affected: classes.map(() => false),
  ...(weakest ? { weakest } : {}),
});

describe("supply", () => {
  it("that is just what is wanted is not short", () => {
    expect([0, 0.1, 0.5, 0.99, 1, 1.99, 2, 7].map((supply) => supplyBand(supply, 1))).toEqual([0, 1, 2, 2, 3, 3, 4, 4]);
    expect(supplyBand(0.0008, 0.0008)).toBe(3);
  });

  it("colours cells by what the standard asks, or the mean where it asks nothing", () => {
    const room = { supply_of_cells: [0, 0.004, 0.02, null, 0.01], supply_mean: 0.002 } as CapacityReport;
    const colors = (wanted: { demand_per_slot_thousandths?: number }) => {
      const values = { headline: wanted, cells: cells([2, 1, 1, 0, 3], [null, 10, 10, null, null]) } as Values;
      return [0, 1, 2, 3, 4].map(bySupply(values, room));
    };
    expect(colors({ demand_per_slot_thousandths: 100_000 })).toEqual([SUPPLY_COLORS[0], SUPPLY_COLORS[1], SUPPLY_COLORS[4], NONE, UNLINKED]);
    expect(colors({})[1]).toBe(SUPPLY_COLORS[4]);
  });
});

describe("the night", () => {
  it("has bands by the share that is lost", () => {
    const bands = [[0, 0], [10, 0], [10, 5], [10, 6], [10, 10]].map(([day = 0, lost = 0]) => nightBand(day, lost));
    expect(bands).toEqual([0, 1, 2, 3, 4]);
  });

  it("leaves out cells without demand, and greys those without a street", () => {
    const night = {
      by_day_of_cells_thousandths: [0, 0, 9, 9],
      night: { lost_of_cells_thousandths: [0, 0, 0, 9] },
    } as StandardInDetail;
    const colors = [0, 1, 2, 3].map(byNight(cells([0, 3, 1, 1], [null, null, 1, 1]), night));
    expect(colors).toEqual([NONE, UNLINKED, NIGHT_COLORS[1], NIGHT_COLORS[4]]);
  });
});

describe("the weakest service", () => {
  const part = (limit_s: number, times: (number | null)[]) =>
    ({ headline: { limit_s }, cells: cells(times.map(() => 1), times) }) as Values;

  it("of a covered cell is the one with the least to spare, by share of its limit", () => {
    expect(tightest([{ time_s: 100, limit_s: 300 }, { time_s: 400, limit_s: 900 }])).toBe(1);
    expect(tightest([{ time_s: 150, limit_s: 300 }, { time_s: 450, limit_s: 900 }])).toBe(0);
    expect(tightest([{ time_s: 1, limit_s: 300 }, { time_s: null, limit_s: 900 }])).toBe(1);
  });

  it("is strong where it is lacking and pale where it is there", () => {
    const parts = [part(300, [290, 1, 1, 1]), part(900, [1, 1, 1, 1])];
    const joint = cells([1, 2, 0, 3], [null, null, null, null], [1, 1, null, null]);
    expect([0, 1, 2, 3].map((cell) => weakestAt(cell, joint, parts))).toEqual([0, 1, null, null]);
    const colors = [0, 1, 2, 3].map(byWeakest(joint, parts));
    expect(colors).toEqual([tint(PART_COLORS[0]), PART_COLORS[1], NONE, UNLINKED]);
  });
});

it("only what is known can be shown", () => {
  const plan = {
    joints: [
      { key: "all", rule: "all-of", parts: ["a"] },
      { key: "any", rule: "any-of", parts: ["a"] },
    ],
  } as Partial<Plan> as Plan;
  const detail = { capacity: null } as Partial<StandardInDetail> as StandardInDetail;
  expect(paintsOf(plan, "all", undefined)).toEqual(["time", "weakest"]);
  expect(paintsOf(plan, "any", undefined)).toEqual(["time"]);
  expect(paintsOf(plan, "a", undefined)).toEqual(["time"]);
  expect(paintsOf(plan, "a", detail)).toEqual(["time", "night"]);
  expect(paintsOf(plan, "a", { ...detail, capacity: {} as CapacityReport })).toEqual(["time", "supply", "night"]);
});

it("ends of the scales differ in lightness, not in hue alone", () => {
  const [notByDay, kept, , , all] = NIGHT_COLORS;
  expect(contrast(kept, all)).toBeGreaterThan(4.5);
  expect(contrast(notByDay, all)).toBeGreaterThan(4.5);
  expect(contrast(SUPPLY_COLORS[0], SUPPLY_COLORS[2])).toBeGreaterThan(4.5);
  expect(contrast(SUPPLY_COLORS[4], SUPPLY_COLORS[2])).toBeGreaterThan(4.5);
  for (const color of PART_COLORS) expect(contrast(tint(color), color)).toBeGreaterThan(1.1);
});
