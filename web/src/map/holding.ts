// A facility that is carried by the pointer, over a map that is held still.

import * as maplibregl from "maplibre-gl";
import type { Gap } from "../api.ts";
import { MapSnapshot, type Corners, type GapShape } from "./mapSnapshot.ts";
import { CELL_OPACITY, GAP_LINE, pattern } from "./style.ts";
import { Taps } from "./taps.ts";

/** What the map has drawn, for whoever holds it. */
export interface Drawn {
  nCells: number;
  /** Colour of each cell that has one. */
  colors: ReadonlyMap<number, { color: string }>;
  gaps: Gap[];
  facilities: GeoJSON.Feature[];
}

interface Held {
  /** None where the map draws for itself. */
  snapshot: MapSnapshot | null;
  mark: HTMLElement;
  /** Number of the facility's feature. */
  id: number;
  /** Cells painted since. */
  changed: Set<number>;
}

export class Holding {
  private readonly taps: Taps;
  private held: Held | null = null;
  /** Gaps in pixels; they stay where they are while the map is held. */
  private shapes = new Map<string, GapShape>();

  /** `takeOver` lets the map draw what was painted while it was held. */
  constructor(
    private readonly map: maplibregl.Map,
    private readonly drawn: Drawn,
    private readonly takeOver: (cells: Iterable<number>) => void,
  ) {
    this.taps = new Taps(map);
    // A picture cannot be moved: from then on the map draws for itself.
    map.on("movestart", () => this.thaw());
    map.on("resize", () => this.thaw());
  }

  /** Paints a cell of the held map; false when the map draws for itself. */
  paintCell(cell: number, color: string): boolean {
    if (!this.held?.snapshot) return false;
    this.held.snapshot.color(cell, color);
    this.held.changed.add(cell);
    return true;
  }

  /** As `paintCell`, for all gaps. */
  paintGaps(gaps: Gap[]): boolean {
    this.held?.snapshot?.gaps(this.shapesOf(gaps));
    return Boolean(this.held?.snapshot);
  }

  /**
   * Takes one facility's mark off the map, to be carried by the pointer, and holds the rest still,
   * so that the cells that change can be painted without drawing the whole map.
   */
  hold(id: string): void {
    const feature = this.drawn.facilities.find((one) => one.properties?.["id"] === id);
    if (this.held || !feature) return;
    const number = feature.id as number;
    this.map.setFeatureState({ source: "facilities", id: number }, { carried: true });
    const mark = markOf(feature, this.map.getZoom());
    this.map.getCanvas().after(mark);
    let snapshot: MapSnapshot | null = null;
    try {
      snapshot = this.snapshot();
      this.map.getCanvas().after(snapshot.canvas);
    } catch (error) {
      // The map then draws every repaint itself: slower, and as right.
      console.warn("the map cannot be held still", error);
      this.map.triggerRepaint();
    }
    this.held = { snapshot, mark, id: number, changed: new Set() };
  }

  /** Puts the mark of the held facility under the pointer. */
  carry(at: maplibregl.LngLat): void {
    const { x, y } = this.map.project(at);
    if (this.held) this.held.mark.style.translate = `${x}px ${y}px`;
  }

  /** Shows what was painted on the held map at once; says how many cells changed. */
  paint(): number {
    return this.held?.snapshot?.paint() ?? 0;
  }

  /** Lets go of the held facility; `place` puts its mark on the map again. */
  release(place: () => void): void {
    const { held } = this;
    if (!held) return;
    this.thaw();
    this.held = null;
    this.map.removeFeatureState({ source: "facilities", id: held.id }, "carried");
    place();
    this.map.once("idle", () => held.mark.remove());
  }

  /** The map takes over what was painted while it was held, and shows when it is done. */
  private thaw(): void {
    const { held } = this;
    if (!held?.snapshot) return;
    const { canvas } = held.snapshot;
    held.snapshot = null;
    this.takeOver(held.changed);
    const away = () => canvas.remove();
    if (this.map.isMoving()) away();
    else this.map.once("idle", away).once("movestart", away);
  }

  private snapshot(): MapSnapshot {
    const ratio = this.map.getPixelRatio();
    this.shapes.clear();
    const snapshot = new MapSnapshot({
      taken: this.taps.take(),
      nCells: this.drawn.nCells,
      opacity: CELL_OPACITY,
      pieces: this.piecesOfCells(),
      hatch: this.hatch(),
      lineWidth: GAP_LINE.width * ratio,
      dash: GAP_LINE.dash.map((part) => part * GAP_LINE.width * ratio),
    });
    for (const [cell, { color }] of this.drawn.colors) snapshot.color(cell, color);
    snapshot.gaps(this.shapesOf(this.drawn.gaps));
    snapshot.paintAll();
    snapshot.canvas.className = "still";
    return snapshot;
  }

  /** Cells as the tiles have them, in pixels of the picture. */
  private piecesOfCells(): { cell: number; rings: Corners[] }[] {
    const features = this.map.querySourceFeatures("cells", { sourceLayer: "cells" });
    return features.flatMap(({ id, geometry }) => {
      if (typeof id !== "number") return [];
      if (geometry.type === "Polygon") return [{ cell: id, rings: this.ringsOf(geometry.coordinates) }];
      if (geometry.type !== "MultiPolygon") return [];
      return geometry.coordinates.map((polygon) => ({ cell: id, rings: this.ringsOf(polygon) }));
    });
  }

  private shapesOf(gaps: Gap[]): GapShape[] {
    const shapes = gaps.map((gap): GapShape => {
      const key = JSON.stringify(gap.outline.coordinates);
      const rings = () => gap.outline.coordinates.flatMap((polygon) => this.ringsOf(polygon));
      return this.shapes.get(key) ?? { key, rings: rings() };
    });
    this.shapes = new Map(shapes.map((shape) => [shape.key, shape]));
    return shapes;
  }

  private ringsOf(rings: GeoJSON.Position[][]): Corners[] {
    const ratio = this.map.getPixelRatio();
    return rings.map((ring) =>
      ring.slice(0, -1).map(([lng, lat]) => {
        const { x, y } = this.map.project([lng ?? 0, lat ?? 0]);
        return [x * ratio, y * ratio] as const;
      }),
    );
  }

  /** The hatch where the map has it: it is fixed to the world at whole zooms, and scaled between. */
  private hatch(): CanvasPattern | null {
    const { width, height, data } = pattern("hatch");
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [width, height];
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context?.putImageData(new ImageData(new Uint8ClampedArray(data), width, height), 0, 0);
    const drawn = context?.createPattern(canvas, "repeat") ?? null;
    const zoom = this.map.getZoom();
    const ratio = this.map.getPixelRatio();
    const scale = 2 ** (zoom - Math.floor(zoom)) * ratio;
    const corner = maplibregl.MercatorCoordinate.fromLngLat(this.map.unproject([0, 0]));
    const world = 512 * 2 ** Math.floor(zoom);
    const offset = (share: number, size: number) => -((share * world) % size) * scale;
    drawn?.setTransform(
      new DOMMatrix([scale, 0, 0, scale, offset(corner.x, width), offset(corner.y, height)]),
    );
    return drawn;
  }
}

/** A facility's mark as the style draws it, to lie over the map. */
function markOf(feature: GeoJSON.Feature, zoom: number): HTMLElement {
  const { color, serves, illustrative, selected, mark } = feature.properties as Record<string, unknown>;
  const between = (from: number, to: number) => from + (to - from) * Math.min(1, Math.max(0, (zoom - 11) / 4));
  const radius = serves ? between(4.5, 10) : between(2.5, 6);
  const stroke = selected ? 4 : 2;
  const element = document.createElement("div");
  element.className = "carried";
  if (zoom >= 13) element.textContent = String(mark);
  const size = 2 * (radius + stroke);
  Object.assign(element.style, {
    width: `${size}px`,
    height: `${size}px`,
    margin: `${-size / 2}px`,
    background: String(color),
    border: `${stroke}px solid ${selected ? "#d55e00" : illustrative ? "#f0c040" : "#ffffff"}`,
    fontSize: `${9 + 2 * Math.min(2, Math.max(0, zoom - 13))}px`,
    opacity: serves ? "1" : "0.4",
  });
  return element;
}
