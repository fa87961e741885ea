// What a planner changes: facilities placed, carried and closed, edits kept and taken back.

import { flushSync } from "svelte";
import * as api from "./api.ts";
import type { Changed, Modification, Site } from "./api.ts";
import { writeBackup } from "./editBackup.ts";
import { afterFrame } from "./map/frame.ts";
import { written, type Position, type Session } from "./session.svelte.ts";
import { Latest, freshId, take } from "./values.ts";

/**
 * When the pointer moved; milliseconds from there to the new values drawn, to the end of the frame
 * that shows them, and of those on the server; and how many cells changed their look.
 */
export interface Repaint {
  since_ms: number;
  drawn_ms: number;
  total_ms: number;
  server_ms: number;
  n_cells: number;
}

export class Editing {
  carrying = $state(false);
  placing = $state(false);
  placeKind = $state("");
  readonly repaints: Repaint[] = [];
  /** Told of each repaint. */
  repainted: (number: number) => void = () => {};

  constructor(private readonly session: Session) {}

  private readonly dragging = new Latest(
    (ask: { id: string; at: string; since: number }) =>
      api.edit(this.session.view.scenario, { do: "move-facility", facility: ask.id, to: ask.at }, true),
    (change, { since }) => this.preview(change, since),
    (error) => this.session.say(error),
  );

  private preview(change: Changed, since: number): void {
    const { session } = this;
    if (!session.kept) return;
    const before = session.shown;
    const now = take(session.kept, change);
    // The mark stays under the pointer; only the values are new.
    session.shown = { ...now, facilities: before?.facilities ?? now.facilities };
    flushSync();
    const n_cells = session.map?.paintHeld() ?? 0;
    const drawn_ms = performance.now() - since;
    const repaint = { since_ms: since, drawn_ms, total_ms: NaN, server_ms: change.computed_ms, n_cells };
    this.repainted(this.repaints.push(repaint) - 1);
    afterFrame(() => (repaint.total_ms = performance.now() - since));
  }

  private accept(change: Changed): void {
    const { session } = this;
    if (!session.kept) return;
    session.kept = take(session.kept, change);
    session.shown = session.kept;
    void session.loadAfterEdit();
    void api.edits(session.view.scenario).then(
      (answer) => {
        session.edits = answer.edits;
        session.remembered = null;
        const kept = { edits: answer.edits, at: new Date().toISOString() };
        if (session.plan) writeBackup(localStorage, session.plan.plan_fingerprint, answer.over, kept);
      },
      (error) => session.say(error),
    );
  }

  async make(modification: Modification): Promise<void> {
    const { session } = this;
    const change = await session.trying(api.edit(session.view.scenario, modification, false));
    if (change) this.accept(change);
    else if (session.kept) session.shown = { ...session.kept };
  }

  async undo(): Promise<void> {
    const change = await this.session.trying(api.undo(this.session.view.scenario));
    if (change) this.accept(change);
  }

  /** Makes the edits of an earlier session again. */
  async restore(): Promise<void> {
    const { session } = this;
    const again = session.remembered?.edits ?? [];
    session.remembered = null;
    for (const edit of again) {
      const change = await session.trying(api.edit(session.view.scenario, edit, false));
      if (!change) return;
      this.accept(change);
    }
  }

  forget(): void {
    const { session } = this;
    session.remembered = null;
    if (!session.plan) return;
    writeBackup(localStorage, session.plan.plan_fingerprint, session.view.scenario, { edits: [], at: "" });
  }

  add(at: Position, kindKey: string, site?: Site): void {
    const { plan, kept } = this.session;
    if (!plan || !kept) return;
    const kind = plan.kinds.find((one) => one.key === kindKey);
    const standard = plan.standards.find((s) => s.kinds.includes(kindKey));
    const capacity = standard?.capacity_at_least ?? (kindKey === "battery-swap-cabinet" ? 12 : null);
    const delay_s = site?.start_delay_s ?? kind?.usual_start_delay_s;
    const modification: Modification = {
      do: "add-facility",
      id: freshId(kept.facilities),
      kind: kindKey,
      at: written(at),
      ...(site?.name ? { name: site.name } : {}),
      ...(site?.illustrative ? { illustrative: true } : {}),
      ...(capacity !== null ? { capacity } : {}),
      ...(standard?.amenities.length ? { amenities: standard.amenities } : {}),
      ...(delay_s ? { start_delay: `${delay_s}s` } : {}),
    };
    void this.make(modification);
  }

  close(id: string): void {
    void this.make({ do: "close-facilities", facilities: [id] });
  }

  /** A facility of the kind that a standard asks for is what would be placed. */
  choosePlaceKind(standard: string): void {
    const { plan } = this.session;
    const parts = this.session.parts(standard);
    const kind = plan?.standards.find((s) => parts.includes(s.key))?.kinds[0];
    this.placeKind = kind ?? (this.placeKind || plan?.kinds[0]?.key || "");
  }

  /** Whether a click puts something down. */
  get isAiming(): boolean {
    return this.placing || this.carrying;
  }

  /** Puts down what is aimed; false when nothing is. */
  putDown(at: Position): boolean {
    const { facility } = this.session.view;
    if (this.placing) {
      this.placing = false;
      this.add(at, this.placeKind);
    } else if (this.carrying && facility) {
      this.carrying = false;
      void this.make({ do: "move-facility", facility, to: written(at) });
    } else {
      return false;
    }
    return true;
  }

  stopAiming(): void {
    this.placing = false;
    this.carrying = false;
  }

  drag(id: string, at: Position, since: number): void {
    this.dragging.ask({ id, at: written(at), since });
  }

  async drop(id: string, at: Position): Promise<void> {
    this.dragging.stop();
    await this.make({ do: "move-facility", facility: id, to: written(at) });
    flushSync();
    this.session.map?.release();
  }
}
