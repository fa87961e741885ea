// What mouse, fingers and keys do to the map.

import type * as maplibregl from "maplibre-gl";
import type { Facility, Hazard } from "../api.ts";

export interface MapActions {
  /** Something that is no mark was meant; `near` is a facility close by. */
  click(at: maplibregl.LngLat, near: Facility | undefined): void;
  pick(id: string, at: maplibregl.LngLat): void;
  /** `near` is a facility that the hazard may hide. */
  pickHazard(id: string, near: Facility | undefined): void;
  /** While a facility is dragged; `since` is when the pointer moved, on the page's clock. */
  drag(id: string, at: maplibregl.LngLat, since: number): void;
  drop(id: string, at: maplibregl.LngLat): void;
  cancel(): void;
  moved(camera: { zoom: number; lat: number; lng: number }): void;
  /** Whether a click places something instead of picking a mark. */
  placing(): boolean;
}

/** What lies under a pointer. */
export interface Marks {
  facilityAt(point: maplibregl.Point, slack: number): Facility | undefined;
  hazardAt(point: maplibregl.Point, slack: number): Hazard | undefined;
  hold(id: string): void;
  carry(at: maplibregl.LngLat): void;
}

/**
 * Pixels beyond a mark in which it is still meant. A mouse points exactly; a cell between marks
 * must stay within its reach. A finger and the cross of the keyboard do not point so well.
 */
const SLACK = { mouse: 1, finger: 12, keys: 9 } as const;

/** Pixels around a click on a cell in which a facility is offered too. */
const CLOSE_BY = 18;

/** Pixels a finger trembles without dragging. */
const TREMBLE = 6;

export class PointerInput {
  private held: Facility | null = null;
  private last: maplibregl.LngLat | null = null;
  private dragged = false;
  /** Where a finger went down. */
  private down: maplibregl.Point | null = null;
  private isFinger = false;

  constructor(
    private readonly map: maplibregl.Map,
    private readonly marks: Marks,
    private readonly actions: MapActions,
  ) {
    this.mouse();
    this.fingers();
    this.keys();
    map.on("click", (event) => {
      if (this.dragged) {
        this.dragged = false;
        return;
      }
      this.act(event.point, event.lngLat, this.isFinger ? SLACK.finger : SLACK.mouse);
    });
  }

  private act(point: maplibregl.Point, at: maplibregl.LngLat, slack: number): void {
    const { actions, marks } = this;
    if (actions.placing()) {
      actions.click(at, undefined);
      return;
    }
    const facility = marks.facilityAt(point, slack);
    const hazard = marks.hazardAt(point, facility ? 0 : slack);
    // Hazards are drawn on top.
    if (hazard) actions.pickHazard(hazard.id, marks.facilityAt(point, CLOSE_BY));
    else if (facility) actions.pick(facility.id, at);
    else actions.click(at, marks.facilityAt(point, CLOSE_BY));
  }

  private take(facility: Facility | undefined): boolean {
    this.dragged = false;
    if (!facility || facility.closed) return false;
    this.held = facility;
    this.last = null;
    return true;
  }

  private move(at: maplibregl.LngLat, since: number): void {
    if (!this.held) return;
    if (!this.last) this.marks.hold(this.held.id);
    this.last = at;
    this.dragged = true;
    this.marks.carry(at);
    this.actions.drag(this.held.id, at, since);
  }

  private letGo(): void {
    if (this.held && this.last) this.actions.drop(this.held.id, this.last);
    this.held = null;
    this.last = null;
    this.down = null;
  }

  private mouse(): void {
    const { map, actions, marks } = this;
    map.on("mousemove", (event) => {
      if (this.isFinger) return;
      if (this.held) {
        this.move(event.lngLat, event.originalEvent.timeStamp);
        return;
      }
      const placing = actions.placing();
      const facility = placing ? undefined : marks.facilityAt(event.point, SLACK.mouse);
      const hazard = !placing && marks.hazardAt(event.point, SLACK.mouse);
      map.getCanvas().style.cursor = placing ? "crosshair" : hazard ? "pointer" : facility ? "grab" : "";
    });
    map.on("mousedown", (event) => {
      // Browsers send a mouse after a finger.
      if (this.isFinger) return;
      this.dragged = false;
      if (actions.placing() || event.originalEvent.button !== 0) return;
      if (marks.hazardAt(event.point, 0)) return;
      if (!this.take(marks.facilityAt(event.point, SLACK.mouse))) return;
      event.preventDefault();
      map.getCanvas().style.cursor = "grabbing";
    });
    // On the window, for a pointer that leaves the map before it lets go.
    window.addEventListener("mouseup", () => {
      if (this.isFinger) return;
      this.letGo();
      map.getCanvas().style.cursor = "";
    });
    map.getCanvas().addEventListener("pointerdown", (event) => {
      this.isFinger = event.pointerType === "touch";
    });
    map.getCanvas().addEventListener("pointermove", (event) => {
      if (event.pointerType === "mouse") this.isFinger = false;
    });
  }

  private fingers(): void {
    const { map, actions, marks } = this;
    map.on("touchstart", (event) => {
      // A second finger means the map: what was carried so far stays where it was put down.
      if (event.points.length !== 1) {
        this.letGo();
        return;
      }
      this.dragged = false;
      if (actions.placing() || marks.hazardAt(event.point, 0)) return;
      if (!this.take(marks.facilityAt(event.point, SLACK.finger))) return;
      this.down = event.point;
      // The map stays where it is; a tap still becomes a click.
      event.preventDefault();
    });
    map.on("touchmove", (event) => {
      if (!this.held || !this.down) return;
      event.preventDefault();
      const far = Math.hypot(event.point.x - this.down.x, event.point.y - this.down.y);
      if (!this.last && far < TREMBLE) return;
      // Otherwise the browser scrolls the page and takes the finger away.
      if (event.originalEvent.cancelable) event.originalEvent.preventDefault();
      this.move(event.lngLat, event.originalEvent.timeStamp);
    });
    map.on("touchend", () => this.letGo());
    map.on("touchcancel", () => this.letGo());
  }

  private keys(): void {
    const { map, actions } = this;
    map.getCanvas().addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        this.act(map.project(map.getCenter()), map.getCenter(), SLACK.keys);
      } else if (event.key === "Escape") {
        actions.cancel();
      }
    });
  }
}
