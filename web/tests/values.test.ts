import { describe, expect, it } from "vitest";
import type { Changed, Facility, Gap, Hazard, ScenarioValues, Site } from "../src/api.ts";
import { gapsOf, type District } from "../src/detail.ts";
import { tables } from "../src/strings/index.ts";
import { clock, effectOf, hourName, metres, oneOf, ratio } from "../src/format.ts";
import { hazardMark } from "../src/map/features.ts";
import { bestSite, boxOf, demandClasses, demandOf, facilitiesAfter, facilityClasses, freshId, isIn, Latest, sortedDistricts, take } from "../src/values.ts";

const headline = (covered: number) => ({
  key: "swap",
  name: "swap",
  profile: "rider",
  limit_s: 300,
  required: 1,
  at: null,
  covered_share: covered / 100,
  covered_thousandths: covered,
  uncovered_thousandths: 100 - covered,
  on_scrap_thousandths: 0,
  unlinked_thousandths: 0,
  fragile_thousandths: 0,
  balance: {
    demand: {
      given_thousandths: 107,
      covered_thousandths: covered,
      uncovered_thousandths: 100 - covered,
      too_far_thousandths: 0,
      on_scraps_thousandths: 0,
      outside_thousandths: 7,
      in_area_thousandths: 100,
      scrap_street_thousandths: 0,
    },
    facilities: {
      given: 28,
      serving: 1,
      other_kind: 2,
      closed_at_hour: 3,
      closed_by_scenario: 4,
      unjoined: 5,
      outside: 6,
      bad_rows: 7,
    },
  },
  median_s: null,
  quantile_90_s: null,
  worst_tenth_mean_s: null,
  worst_tenth_is_lower_bound: false,
  n_facilities: 1,
  n_unlinked_facilities: 0,
  n_facilities_in_doubt: 0,
  demand_in_doubt_thousandths: 0,
  n_edge_affected_cells: 0,
  illustrative: false,
  rests_on_illustrative: false,
  zone_covered_share: [],
});

const facility = (id: string, lng = 114): Facility => ({
  id,
  name: id,
  kind: "warm-station",
  lng,
  lat: 22.5,
  opening_hours: null,
  capacity: null,
  amenities: "",
  start_delay_s: 0,
  source: "",
  illustrative: false,
  closed: false,
  chosen: false,
});

const values: ScenarioValues = {
  scenario: "baseline",
  name: "",
  n_closed_edges: 0,
  facilities: [facility("a"), facility("b")],
  standards: [
    {
      headline: headline(40),
      cells: {
        class: [1, 2, 2],
        covered_thousandths: [40, 0, 0],
        time_s: [100, 400, null],
        edge_affected: [false, false, true],
      },
      gaps: [],
    },
  ],
};

const change: Changed = {
  over: "baseline",
  scenario: "baseline-edited",
  revision: 1,
  n_edits: 1,
  preview: false,
  computed_ms: 1,
  facilities: [facility("b", 114.1), facility("c")],
  removed: [],
  standards: [
    {
      headline: headline(70),
      cells: {
        index: [1],
        class: [1],
        covered_thousandths: [30],
        time_s: [250],
        edge_affected: [false],
      },
      gaps: null,
    },
  ],
};

it("a change touches the cells it names and leaves the old values alone", () => {
  const after = take(values, change);
  expect(after.standards[0]?.cells.class).toEqual([1, 1, 2]);
  expect(after.standards[0]?.cells.time_s).toEqual([100, 250, null]);
  expect(after.standards[0]?.headline.covered_thousandths).toBe(70);
  expect(values.standards[0]?.cells.class).toEqual([1, 2, 2]);
});

it("facilities move, come and go", () => {
  const after = facilitiesAfter(values.facilities, { ...change, removed: ["a"] });
  expect(after.map((one) => [one.id, one.lng])).toEqual([
    ["b", 114.1],
    ["c", 114],
  ]);
});

it("a fresh id is one that nobody has", () => {
  expect(freshId([facility("new-1"), facility("new-3")])).toBe("new-2");
});

it("only the newest of the waiting requests is made", async () => {
  const asked: number[] = [];
  const answered: number[] = [];
  let release: () => void = () => undefined;
  const latest = new Latest<number, number>(
    (input) => {
      asked.push(input);
      return new Promise((done) => {
        release = () => done(input);
      });
    },
    (output) => answered.push(output),
    () => undefined,
  );
  for (const input of [1, 2, 3, 4]) latest.ask(input);
  release();
  await new Promise((done) => setTimeout(done));
  release();
  await new Promise((done) => setTimeout(done));
  expect(asked).toEqual([1, 4]);
  expect(answered).toEqual([1, 4]);
});

describe("the best site for a gap", () => {
  const square = (west: number, south: number, size: number) => [
    [west, south],
    [west + size, south],
    [west + size, south + size],
    [west, south + size],
    [west, south],
  ];
  const outline: GeoJSON.MultiPolygon = {
    type: "MultiPolygon",
    coordinates: [[square(0, 0, 4), square(1, 1, 1)], [square(10, 10, 2)]],
  };
  const gap = { outline } as Gap;
  const site = (id: string, lng: number, lat: number, adds_thousandths: number): Site => ({
    id,
    name: "",
    lng,
    lat,
    adds_thousandths,
    start_delay_s: 0,
    illustrative: false,
  });

  it("knows holes and pieces", () => {
    expect([isIn(outline, 0.5, 0.5), isIn(outline, 1.5, 1.5), isIn(outline, 11, 11), isIn(outline, 6, 6)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  it("is the one in it that adds the most, even when one elsewhere adds more", () => {
    const sites = [site("far", 8, 8, 900), site("in", 3, 3, 500), site("less", 11, 11, 400)];
    expect(bestSite(gap, sites)?.id).toBe("in");
    expect(bestSite(gap, [site("hole", 1.5, 1.5, 800), site("far", 8, 8, 900)])?.id).toBe("far");
    expect(bestSite(gap, [site("nothing", 3, 3, 0)])).toBeUndefined();
  });
});

describe("names in two languages", () => {
  it("are halved, in brackets too", () => {
    expect(oneOf("换电 · swap", true)).toBe("换电");
    expect(oneOf("白石路 (交通小区 225 · traffic zone 225)", false)).toBe("白石路 (traffic zone 225)");
    expect(oneOf("白石路 (交通小区 225 · traffic zone 225)", true)).toBe("白石路 (交通小区 225)");
    expect(oneOf("W01 市民中心 (Civic)", true)).toBe("W01 市民中心 (Civic)");
  });
});

const district = (name: string, share: number | null, gini: number | null): District => ({
  unit: "street_m",
  zone: name,
  name,
  demand_thousandths: 1,
  covered_thousandths: 0,
  uncovered_thousandths: 1,
  on_scrap_thousandths: 0,
  unlinked_thousandths: 0,
  fragile_thousandths: 0,
  covered_share: share,
  quantile_75_s: null,
  mean_s: null,
  median_s: null,
  quantile_90_s: null,
  worst_tenth_mean_s: null,
  detour: null,
  gini,
  palma: null,
  theil: null,
  concentration: null,
  beyond_thousandths: 0,
  levelled_down: false,
  lorenz: [],
});

it("the classes of a balance add up to what was given, and each has a word in both languages", () => {
  const now = headline(40);
  const { demand, facilities } = now.balance;
  const classes = demandClasses(demand);
  expect(classes.reduce((sum, one) => sum + one.thousandths, 0)).toBe(demand.given_thousandths);
  // The whole of the share is all but what lies outside.
  expect(demandOf(now)).toBe(demand.given_thousandths - demand.outside_thousandths);
  const counted = facilityClasses(facilities);
  expect(counted.map((one) => one.n)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(counted.reduce((sum, one) => sum + one.n, 0)).toBe(facilities.given);
  for (const t of Object.values(tables)) {
    const words = [...classes.map((one) => t[`demand.${one.key}`]), ...counted.map((one) => t[`facility.${one.key}`])];
    expect(words.every((word) => word.length > 0)).toBe(true);
  }
});

it("districts are sorted by any column, those without a figure last either way", () => {
  const all = [district("交通小区 10", 0.9, null), district("交通小区 9", 0.2, 0.4), district("c", 0.9, 0.1)];
  const names = (by: "covered_share" | "gini" | "name", falling: boolean) =>
    sortedDistricts(all, by, falling).map((one) => one.name);
  expect(names("covered_share", false)).toEqual(["交通小区 9", "交通小区 10", "c"]);
  expect(names("covered_share", true)).toEqual(["交通小区 10", "c", "交通小区 9"]);
  expect(names("gini", false)).toEqual(["c", "交通小区 9", "交通小区 10"]);
  expect(names("gini", true)).toEqual(["交通小区 9", "c", "交通小区 10"]);
  expect(names("name", false).indexOf("交通小区 9")).toBeLessThan(names("name", false).indexOf("交通小区 10"));
});

it("a zone is found by the box around all its parts", () => {
  const square = (x: number, y: number) => [[[x, y], [x + 1, y], [x + 1, y + 2], [x, y + 2], [x, y]]];
  const zones: GeoJSON.FeatureCollection = {
    type: "FeatureCollection",
    features: [
      {
        type: "Feature",
        properties: { id: "a" },
        geometry: { type: "MultiPolygon", coordinates: [square(3, 4), square(7, 1)] },
      },
    ],
  };
  expect(boxOf(zones, "a")).toEqual([3, 1, 8, 6]);
  expect(boxOf(zones, "b")).toBeNull();
});

it("a number that rounds to nothing has no sign", () => {
  expect([ratio(-0.0001, 3), ratio(-0.058, 3), ratio(0.3674, 3), ratio(null, 3)]).toEqual(["0.000", "−0.058", "0.367", "–"]);
});

it("what a hazard does is said, and why nothing", () => {
  const hazard: Hazard = {
    id: "H1", kind: "dark-street", kind_zh: "路灯不亮", state: "confirmed", since: "", note: "", lng: 114, lat: 22.5,
    street: "", effect: "80%", in_gaps: ["swap room 12"], illustrative: false,
  };
  expect(gapsOf(hazard)).toEqual([{ standard: "swap room", rank: 12 }]);
  const told = (change: Partial<Hazard>) => effectOf({ ...hazard, ...change }, false, tables.en);
  expect(told({})).toBe("slows the street to a speed of 80 %");
  expect(told({ effect: "close" })).toBe("closes the street");
  expect(told({ effect: null, state: "fixed" })).toBe("fixed, no longer has an effect");
  expect(told({ effect: null, state: "reported" })).toBe("only listed, no effect on the street");
  expect(told({ effect: null, street: null })).toBe("no street near");
  expect(["close", "80%", null].map((effect) => hazardMark({ ...hazard, effect }))).toEqual(["close", "slow", "listed"]);
  expect(hazardMark({ ...hazard, effect: null, state: "fixed" })).toBe("fixed");
});

it("times, lengths and hours carry their unit", () => {
  expect(clock(245.4, tables.en)).toBe("4:05 min");
  expect(clock(59.7, tables.en)).toBe("1:00 min");
  expect([metres(83.4), metres(1234)]).toEqual(["83 m", "1.23 km"]);
  expect([hourName(0, tables.en), hourName(167, tables["zh-CN"])]).toEqual(["Mon 00:00", "周日 23:00"]);
});
