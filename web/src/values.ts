// Changed values laid over known ones.

import type {
  CellValues,
  Changed,
  DemandBalance,
  Facility,
  FacilityBalance,
  Gap,
  Headline,
  ScenarioValues,
  Site,
  Split,
  Values,
} from "./api.ts";
import type { District } from "./detail.ts";

/** Takes a change into the values it speaks of. */
export function take(values: ScenarioValues, change: Changed): ScenarioValues {
  const standards = values.standards.map((old) => {
    const news = change.standards.find((one) => one.headline.key === old.headline.key);
    return news ? taken(old, news) : old;
  });
  return { ...values, standards, facilities: facilitiesAfter(values.facilities, change) };
}

function taken(old: Values, news: Changed["standards"][number]): Values {
  const cells: CellValues = {
    class: [...old.cells.class],
    covered_thousandths: [...old.cells.covered_thousandths],
    time_s: [...old.cells.time_s],
    edge_affected: [...old.cells.edge_affected],
    ...(old.cells.weakest ? { weakest: [...old.cells.weakest] } : {}),
  };
  (news.cells.index ?? []).forEach((cell, i) => {
    cells.class[cell] = news.cells.class[i] ?? 0;
    cells.covered_thousandths[cell] = news.cells.covered_thousandths[i] ?? 0;
    cells.time_s[cell] = news.cells.time_s[i] ?? null;
    cells.edge_affected[cell] = news.cells.edge_affected[i] ?? false;
    if (cells.weakest && news.cells.weakest) cells.weakest[cell] = news.cells.weakest[i] ?? null;
  });
  return { headline: news.headline, cells, gaps: news.gaps ?? old.gaps };
}

export function facilitiesAfter(old: Facility[], change: Changed): Facility[] {
  const news = new Map(change.facilities.map((facility) => [facility.id, facility]));
  const removed = new Set(change.removed);
  const kept = old
    .filter((facility) => !removed.has(facility.id))
    .map((facility) => news.get(facility.id) ?? facility);
  const known = new Set(old.map((facility) => facility.id));
  return [...kept, ...change.facilities.filter((facility) => !known.has(facility.id))];
}

/** An id that no facility has yet, short enough to read out. */
export function freshId(facilities: Facility[]): string {
  const taken = new Set(facilities.map((facility) => facility.id));
  for (let n = 1; ; n += 1) {
    if (!taken.has(`new-${n}`)) return `new-${n}`;
  }
}

/** Columns that districts are sorted by. */
export type DistrictColumn =
  | "name"
  | "demand_thousandths"
  | "covered_share"
  | "worst_tenth_mean_s"
  | "median_s"
  | "detour"
  | "gini"
  | "palma"
  | "theil"
  | "concentration";

/** Districts by a column; those without a figure come last either way, equals in the order given. */
export function sortedDistricts(districts: District[], by: DistrictColumn, falling: boolean): District[] {
  const sign = falling ? -1 : 1;
  return districts.toSorted((one, other) => {
    const [a, b] = [one[by], other[by]];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    if (typeof a === "string" || typeof b === "string") return sign * String(a).localeCompare(String(b), "zh-CN", { numeric: true });
    return sign * (a - b);
  });
}

/** West, south, east, north of a zone. */
export function boxOf(zones: GeoJSON.FeatureCollection, id: string): [number, number, number, number] | null {
  const zone = zones.features.find((one) => one.properties?.["id"] === id);
  if (zone?.geometry.type !== "MultiPolygon") return null;
  const corners = zone.geometry.coordinates.flat(2);
  const all = (axis: number) => corners.map((corner) => corner[axis] ?? 0);
  const [lng, lat] = [all(0), all(1)];
  return [Math.min(...lng), Math.min(...lat), Math.max(...lng), Math.max(...lat)];
}

/** Whether a position lies in a multipolygon, holes aside. */
export function isIn(outline: GeoJSON.MultiPolygon, lng: number, lat: number): boolean {
  const crossed = outline.coordinates.flat().filter((ring) => {
    let odd = false;
    ring.forEach(([x0 = 0, y0 = 0], i) => {
      const [x1 = 0, y1 = 0] = ring[(i + 1) % ring.length] ?? [];
      if (y0 <= lat !== y1 <= lat && x0 + ((lat - y0) / (y1 - y0)) * (x1 - x0) < lng) odd = !odd;
    });
    return odd;
  });
  return crossed.length % 2 === 1;
}

/** Of the sites in a gap the one that adds the most; of all sites when none lies in it. */
export function bestSite(gap: Gap, sites: Site[]): Site | undefined {
  const most = (among: Site[]) =>
    among.reduce<Site | undefined>(
      (best, site) => (site.adds_thousandths > (best?.adds_thousandths ?? 0) ? site : best),
      undefined,
    );
  return most(sites.filter((site) => isIn(gap.outline, site.lng, site.lat))) ?? most(sites);
}

/** Runs one request at a time and skips all but the newest of those that wait. */
export class Latest<In, Out> {
  private waiting: { input: In } | null = null;
  private running = false;

  constructor(
    private readonly run: (input: In) => Promise<Out>,
    private readonly done: (output: Out, input: In) => void,
    private readonly failed: (error: unknown) => void,
  ) {}

  ask(input: In): void {
    this.waiting = { input };
    if (!this.running) void this.next();
  }

  /** Forgets what waits; what runs is answered to nobody. */
  stop(): void {
    this.waiting = null;
    this.generation += 1;
  }

  private generation = 0;

  private async next(): Promise<void> {
    this.running = true;
    while (this.waiting) {
      const { input } = this.waiting;
      this.waiting = null;
      const generation = this.generation;
      try {
        const output = await this.run(input);
        if (generation === this.generation) this.done(output, input);
      } catch (error) {
        if (generation === this.generation) this.failed(error);
      }
    }
    this.running = false;
  }
}

/** Figures of a joint standard. */
export type JointHeadline = Extract<Headline, { parts: string[] }>;

export const isJoint = (headline: Headline): headline is JointHeadline => "parts" in headline;

/** The limit of a standard; a joint standard has none of its own. */
export const limitOf = (headline: Headline): number | null => (isJoint(headline) ? null : headline.limit_s);

/** All demand that was given to a standard, and what became of it. */
export const balanceOf = (headline: Headline): DemandBalance =>
  isJoint(headline) ? headline.balance : headline.balance.demand;

/** The classes of all demand that was given, with their amounts; they add up to it. */
export function demandClasses(balance: DemandBalance): { key: DemandClass; thousandths: number }[] {
  return [
    { key: "covered", thousandths: balance.covered_thousandths },
    { key: "uncovered", thousandths: balance.uncovered_thousandths },
    { key: "tooFar", thousandths: balance.too_far_thousandths },
    { key: "onScraps", thousandths: balance.on_scraps_thousandths },
    { key: "outside", thousandths: balance.outside_thousandths },
  ];
}

export type DemandClass = "covered" | "uncovered" | "tooFar" | "onScraps" | "outside";

/** The classes of all facilities that were given, with their numbers; they add up to them. */
export function facilityClasses(balance: FacilityBalance): { key: FacilityClass; n: number }[] {
  return [
    { key: "serving", n: balance.serving },
    { key: "otherKind", n: balance.other_kind },
    { key: "closedAtHour", n: balance.closed_at_hour },
    { key: "closedByScenario", n: balance.closed_by_scenario },
    { key: "unjoined", n: balance.unjoined },
    { key: "outside", n: balance.outside },
    { key: "badRows", n: balance.bad_rows },
  ];
}

export type FacilityClass =
  | "serving"
  | "otherKind"
  | "closedAtHour"
  | "closedByScenario"
  | "unjoined"
  | "outside"
  | "badRows";

/** All demand that a standard speaks of: at its own hour, where demand changes over the week. */
export function demandOf(split: Split): number {
  return split.covered_thousandths + split.uncovered_thousandths + split.on_scrap_thousandths + split.unlinked_thousandths;
}
