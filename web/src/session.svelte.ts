// What is looked at, and what the server said about it.

import * as api from "./api.ts";
import type {
  Comparison,
  Detail,
  Explained,
  Facility,
  Hazard,
  Hours,
  Isochrone,
  Modification,
  Plan,
  ScenarioValues,
  Sites,
} from "./api.ts";
import { standardIn, whyOf } from "./detail.ts";
import { readBackup, type EditBackup } from "./editBackup.ts";
import { paintsOf } from "./cellColors.ts";
import type { MapView } from "./map/view.ts";
import { START, fromHash, type Paint, type View } from "./state.ts";
import { tables } from "./strings/index.ts";
import { isJoint } from "./values.ts";

export interface Position {
  lng: number;
  lat: number;
}

export const written = (at: Position) => `${at.lng.toFixed(6)},${at.lat.toFixed(6)}`;

export class Session {
  view: View = $state({ ...START });
  plan = $state.raw<Plan | null>(null);
  /** Without edits, with edits, and with what is being dragged. */
  plain = $state.raw<ScenarioValues | null>(null);
  kept = $state.raw<ScenarioValues | null>(null);
  shown = $state.raw<ScenarioValues | null>(null);
  edits: Modification[] = $state.raw([]);
  /** Edits of an earlier session, while none has been made in this one. */
  remembered = $state.raw<EditBackup | null>(null);
  /** Of the kept values, or of those before the last edit while the new ones are asked for. */
  detail = $state.raw<Detail | null>(null);
  isFresh = $state(false);
  sites = $state.raw<Sites | null>(null);
  comparison = $state.raw<Comparison | null>(null);
  circle = $state.raw<Isochrone | null>(null);
  explained = $state.raw<Explained | null>(null);
  week = $state.raw<Hours | null>(null);
  weekOpen = $state(false);
  /** The hazard looked at; empty for none. */
  hazardId = $state("");
  /** Where a facility was clicked, should the cell have been meant. */
  picked = $state.raw<Position | null>(null);
  /** The facility close to a clicked cell or hazard, should it have been meant. */
  nearby = $state.raw<Facility | null>(null);
  /** The district looked at, by the id of its zone; empty for none. */
  zone = $state("");
  problem = $state("");
  map = $state.raw<MapView | null>(null);

  t = $derived(tables[this.view.language]);
  chinese = $derived(this.view.language === "zh-CN");
  values = $derived(this.shown?.standards.find((s) => s.headline.key === this.view.standard));
  plainValues = $derived(this.plain?.standards.find((s) => s.headline.key === this.view.standard));
  compared = $derived(this.comparison?.standards.find((s) => s.key === this.view.standard));
  facility = $derived(this.shown?.facilities.find((f) => f.id === this.view.facility));
  hazard: Hazard | undefined = $derived(this.detail?.hazards.find((one) => one.id === this.hazardId));
  /** The standard itself, or the parts of a joint one. */
  standards = $derived(this.plan?.standards.filter((s) => this.parts(this.view.standard).includes(s.key)) ?? []);
  /** The standard in detail; none for a joint one. */
  standardDetail = $derived(standardIn(this.detail, this.view.standard));
  /** The same of the kept values only. */
  freshDetail = $derived(this.isFresh ? this.detail : null);
  freshStandard = $derived(this.isFresh ? this.standardDetail : undefined);
  gapDetails = $derived(
    (this.freshStandard ?? this.freshDetail?.joints.find((j) => j.key === this.view.standard))?.gaps.map(whyOf) ?? [],
  );
  /** What cells can show, and what they do. */
  paints = $derived(this.plan ? paintsOf(this.plan, this.view.standard, this.standardDetail) : []);
  paint = $derived(this.paints.includes(this.view.paint) ? this.view.paint : "time");

  /** Values that nobody drags just now; what is known in detail is known of them. */
  private isAtRest = $derived(this.shown !== null && this.shown === this.kept && !this.compared);
  /** The cells at the hour that was picked. */
  cellsAtHour = $derived.by(() => {
    const { hour, standard } = this.view;
    if (hour === null || this.week?.standard !== standard || !this.isAtRest) return undefined;
    return this.week.states[this.week.state_of_hour[hour] ?? 0]?.cells;
  });
  /**
   * What cells show just now. What rests on the detail gives way to times while values are compared,
   * dragged, or of another hour.
   */
  painted: Paint | "change" = $derived.by(() => {
    if (this.compared) return "change";
    const needsDetail = this.paint === "supply" || this.paint === "night";
    return this.cellsAtHour || (needsDetail && !(this.isAtRest && this.isFresh)) ? "time" : this.paint;
  });
  areDistrictsOpen = $derived(this.view.districts && this.standardDetail !== undefined);

  /** The standard itself, or the parts of a joint one. */
  parts(key: string): string[] {
    return this.plan?.joints.find((joint) => joint.key === key)?.parts ?? [key];
  }

  /** Key of the scenario with its edits. */
  get edited(): string {
    return `${this.view.scenario}-edited`;
  }

  serves(one: Facility): boolean {
    return this.standards.some(
      (s) =>
        (s.kinds.length === 0 || s.kinds.includes(one.kind)) &&
        (s.capacity_at_least === null || (one.capacity ?? 0) >= s.capacity_at_least),
    );
  }

  kindName(key: string): string {
    const kind = this.plan?.kinds.find((one) => one.key === key);
    return kind ? (this.chinese ? kind.zh : kind.en) : key;
  }

  /** One character for a kind. */
  kindMark(key: string): string {
    const kind = this.plan?.kinds.find((one) => one.key === key);
    if (!kind) return "";
    return this.chinese ? kind.zh.slice(0, 1) : kind.en.slice(0, 1).toUpperCase();
  }

  say(error: unknown): void {
    this.problem = error instanceof Error ? error.message : String(error);
  }

  async trying<T>(work: Promise<T>): Promise<T | undefined> {
    try {
      const done = await work;
      this.problem = "";
      return done;
    } catch (error) {
      this.say(error);
      return undefined;
    }
  }

  /** Reads the address and asks for the plan; false when there is none. */
  async open(): Promise<boolean> {
    const token = new URLSearchParams(location.hash.slice(1)).get("token");
    if (token) api.keepToken(token);
    this.view = fromHash(location.hash, navigator.language.startsWith("zh") ? "zh-CN" : "en");
    const plan = await this.trying(api.plan());
    if (!plan) return false;
    this.plan = plan;
    const keys = [...plan.standards, ...plan.joints].map((s) => s.key);
    if (!keys.includes(this.view.standard)) this.view.standard = keys[0] ?? "";
    if (!plan.scenarios.some((s) => s.key === this.view.scenario)) this.view.scenario = START.scenario;
    if (this.view.hour !== null) this.weekOpen = true;
    return true;
  }

  async loadScenario(): Promise<void> {
    const key = this.view.scenario;
    this.detail = null;
    const loaded = await this.trying(
      Promise.all([api.values(key), api.values(`${key}-edited`), api.edits(key)]),
    );
    if (!loaded || key !== this.view.scenario) return;
    [this.plain, this.kept] = loaded;
    this.shown = this.kept;
    this.edits = loaded[2].edits;
    this.remembered =
      this.plan && this.edits.length === 0
        ? readBackup(localStorage, this.plan.plan_fingerprint, key)
        : null;
    this.view.facility = "";
    await Promise.all([this.loadSites(), this.loadComparison(), this.loadWeek(), this.loadDetail()]);
  }

  async loadSites(): Promise<void> {
    this.sites = null;
    // A joint standard's sites are those of its weakest part.
    const headline = this.values?.headline;
    const weakest = headline && isJoint(headline) ? headline.weakest : null;
    const key = weakest ?? this.standards[0]?.key;
    const standard = this.plan?.standards.find((s) => s.key === key);
    if (!standard || standard.required !== 1 || standard.asks_for_room) return;
    const found = await this.trying(api.sites(this.edited, standard.key));
    if (found) this.sites = found;
  }

  /** The week is asked for when it is looked at, and again when the facilities changed. */
  async loadWeek(): Promise<void> {
    const standard = this.plan?.standards.find((s) => s.key === this.view.standard);
    const scenario = this.edited;
    if (this.week?.standard !== this.view.standard || this.week.scenario !== scenario) this.week = null;
    if (!standard || (!this.weekOpen && this.view.hour === null)) return;
    const found = await this.trying(api.hours(scenario, standard.key));
    if (found?.standard === this.view.standard && scenario === this.edited) this.week = found;
  }

  async loadComparison(): Promise<void> {
    this.comparison = this.view.compare
      ? ((await this.trying(api.compare(this.view.compare, this.edited))) ?? null)
      : null;
  }

  private detailsAsked = 0;

  /** The detail of the values that are kept now; an answer about earlier ones is dropped. */
  async loadDetail(): Promise<void> {
    this.isFresh = false;
    this.detailsAsked += 1;
    const asked = this.detailsAsked;
    const found = await this.trying(api.detail(this.edited));
    if (!found || asked !== this.detailsAsked) return;
    this.detail = found;
    this.isFresh = true;
  }

  /** All that follows from the facilities, after an edit. */
  async loadAfterEdit(): Promise<void> {
    await Promise.all([this.loadSites(), this.loadComparison(), this.loadWeek(), this.loadDetail()]);
  }

  async showCircle(at: string, toward: boolean): Promise<void> {
    const standard = this.standards[0];
    if (!standard) return;
    const found = await this.trying(
      api.isochrone({
        at,
        profile: standard.profile,
        limit: `${standard.limit_s}s`,
        toward,
        scenario: this.edited,
      }),
    );
    this.circle = found ?? null;
    this.view.at = found && !toward ? at : "";
    this.explained = null;
    if (!this.view.at) return;
    // Outside the study area there is nothing to explain, and no more to say about that.
    this.explained = await api.explain(this.edited, this.view.standard, at).catch(() => null);
  }

  /** Looks at a cell. */
  look(at: Position, near?: Facility): void {
    this.forget();
    this.nearby = near ?? null;
    void this.showCircle(written(at), false);
  }

  /** Looks at a facility, clicked at some place. */
  pick(id: string, at: Position | null): void {
    const found = this.shown?.facilities.find((one) => one.id === id);
    if (!found) return;
    this.forget();
    this.view.facility = id;
    this.picked = at;
    void this.showCircle(written(found), true);
  }

  pickHazard(id: string, near?: Facility): void {
    this.forget();
    this.nearby = near ?? null;
    this.hazardId = id;
  }

  /** Nothing is looked at any more. */
  forget(): void {
    this.view.facility = "";
    this.view.at = "";
    this.hazardId = "";
    this.circle = null;
    this.explained = null;
    this.picked = null;
    this.nearby = null;
  }

  chooseStandard(key: string): void {
    this.view.standard = key;
    this.circle = null;
    this.explained = null;
    this.view.at = "";
    void this.loadSites();
    void this.loadWeek();
  }

  /** Times at an hour of the week, or at the standard's own. */
  chooseHour(hour: number | null): void {
    this.view.hour = hour;
    this.view.paint = "time";
  }

  choosePaint(paint: Paint): void {
    this.view.paint = paint;
    if (paint !== "time") this.view.hour = null;
  }

  showWeek(open: boolean): void {
    this.weekOpen = open;
    if (open && !this.week) void this.loadWeek();
  }

  flyTo(lng: number, lat: number): void {
    this.map?.flyTo(lng, lat);
  }
}
