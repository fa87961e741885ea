// The map: it draws what it is given and says what the reader does to it.

import * as maplibregl from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import type { Facility, Gap, Isochrone, Plan, Site } from "../api.ts";
import { KIND_COLORS } from "./palette.ts";
import { Still, type Corners, type GapShape } from "./still.ts";
import { CELL_OPACITY, GAP_LINE, pattern, styleOf } from "./style.ts";
import { Taps } from "./taps.ts";

export interface CellPaint {
  color: string;
  edge: boolean;
}

export interface Doings {
  click(at: maplibregl.LngLat): void;
  pick(id: string): void;
  /** While a facility is dragged; `since` is when the pointer moved, on the page's clock. */
  drag(id: string, at: maplibregl.LngLat, since: number): void;
  drop(id: string, at: maplibregl.LngLat): void;
  cancel(): void;
  moved(camera: { zoom: number; lat: number; lng: number }): void;
  /** Whether a click places something instead of picking a facility. */
  placing(): boolean;
}

// The worker is built with the page, so that nothing comes from elsewhere.
maplibregl.setWorkerUrl(workerUrl);

const EMPTY: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };

/** Pixels around a click in which a facility is meant. */
const NEAR = 9;

export class MapView {
  readonly map: maplibregl.Map;
  private facilities: Facility[] = [];
  private drawn: GeoJSON.Feature[] = [];
  private gapsNow: Gap[] = [];
  private readonly looks = new Map<number, CellPaint>();
  private readonly taps: Taps;
  private held: Held | null = null;

  constructor(
    container: HTMLElement,
    private readonly plan: Plan,
    camera: { zoom: number; lat: number; lng: number } | null,
    private readonly doings: Doings,
    label: string,
  ) {
    const [west, south, east, north] = plan.bounds;
    this.map = new maplibregl.Map({
      container,
      style: styleOf(location.origin, plan.tiles_version, EMPTY),
      ...(camera
        ? { center: [camera.lng, camera.lat] as [number, number], zoom: camera.zoom }
        : {
            bounds: [west, south, east, north] as [number, number, number, number],
            fitBoundsOptions: { padding: 24 },
          }),
      minZoom: 9,
      maxZoom: 18,
      dragRotate: false,
      pitchWithRotate: false,
      attributionControl: { compact: false, customAttribution: plan.attribution },
      locale: { "Map.Title": label },
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-right");
    this.map.addControl(new maplibregl.ScaleControl({ unit: "metric" }), "bottom-right");
    this.map.setMissingStyleImageResolver((id) => {
      if (id === "hatch" || id === "dots") this.map.addImage(id, pattern(id));
    });
    this.taps = new Taps(this.map);
    // A picture cannot be moved: from then on the map draws for itself.
    this.map.on("movestart", () => this.thaw());
    this.map.on("resize", () => this.thaw());
    this.map.on("moveend", () => {
      const { lng, lat } = this.map.getCenter();
      doings.moved({ zoom: this.map.getZoom(), lat, lng });
    });
    this.listen();
  }

  get ready(): Promise<void> {
    return new Promise((done) => {
      if (this.map.isStyleLoaded()) done();
      else this.map.once("load", () => done());
    });
  }

  private source(name: string): maplibregl.GeoJSONSource {
    return this.map.getSource(name) as maplibregl.GeoJSONSource;
  }

  paintCell(cell: number, paint: CellPaint): void {
    this.looks.set(cell, paint);
    if (this.held?.still) {
      this.held.still.color(cell, paint.color);
      this.held.changed.add(cell);
    } else {
      this.setCell(cell, paint);
    }
  }

  private setCell(cell: number, paint: CellPaint): void {
    this.map.setFeatureState({ source: "cells", sourceLayer: "cells", id: cell }, { ...paint });
  }

  /** A layer that shows nothing still costs every frame. */
  showEdges(shown: boolean): void {
    const visibility = shown ? "visible" : "none";
    if (this.map.getLayoutProperty("cells-edge", "visibility") !== visibility) {
      this.map.setLayoutProperty("cells-edge", "visibility", visibility);
    }
  }

  showArea(): void {
    this.source("area").setData({ type: "Feature", properties: {}, geometry: this.plan.study_area });
  }

  showGaps(gaps: Gap[]): void {
    this.gapsNow = gaps;
    if (this.held?.still) {
      this.held.still.gaps(this.shapesOf(gaps));
      return;
    }
    const features = gaps.map((gap): GeoJSON.Feature => ({
      type: "Feature",
      properties: { rank: gap.rank },
      geometry: gap.outline,
    }));
    this.source("gaps").setData({ type: "FeatureCollection", features });
  }

  showFacilities(
    facilities: Facility[],
    serves: (facility: Facility) => boolean,
    selected: string,
    mark: (kind: string) => string,
  ): void {
    this.facilities = facilities;
    const kinds = this.plan.kinds.map((kind) => kind.key);
    this.drawn = facilities.map((facility, index) => ({
      type: "Feature",
      id: index,
      properties: {
        id: facility.id,
        color: KIND_COLORS[Math.max(0, kinds.indexOf(facility.kind)) % KIND_COLORS.length],
        serves: serves(facility),
        closed: facility.closed,
        illustrative: facility.illustrative,
        selected: facility.id === selected,
        mark: mark(facility.kind),
      },
      geometry: { type: "Point", coordinates: [facility.lng, facility.lat] },
    }));
    // Those that serve lie on top.
    this.drawn.sort((a, b) => Number(a.properties?.serves) - Number(b.properties?.serves));
    this.source("facilities").setData({ type: "FeatureCollection", features: this.drawn });
  }

  /**
   * Takes one facility's mark off the map, to be carried by the pointer, and holds the rest still,
   * so that the cells that change can be painted without drawing the whole map.
   */
  hold(id: string): void {
    const feature = this.drawn.find((one) => one.properties?.id === id);
    if (this.held || !feature) return;
    const number = feature.id as number;
    this.map.setFeatureState({ source: "facilities", id: number }, { carried: true });
    const mark = markOf(feature, this.map.getZoom());
    this.map.getCanvas().after(mark);
    let still: Still | null = null;
    try {
      still = this.still();
      this.map.getCanvas().after(still.canvas);
    } catch (error) {
      // The map then draws every repaint itself: slower, and as right.
      console.warn("the map cannot be held still", error);
      this.map.triggerRepaint();
    }
    this.held = { still, mark, id: number, changed: new Set() };
  }

  /** Puts the mark of the held facility under the pointer. */
  carry(at: maplibregl.LngLat): void {
    const { x, y } = this.map.project(at);
    if (this.held) this.held.mark.style.translate = `${x}px ${y}px`;
  }

  /** Shows what was painted on the held map at once; says how many cells changed. */
  paintHeld(): number {
    return this.held?.still?.paint() ?? 0;
  }

  /** Lets go of the held facility: its mark is on the map again, where the map has it. */
  release(): void {
    const { held } = this;
    if (!held) return;
    this.thaw();
    this.held = null;
    this.map.removeFeatureState({ source: "facilities", id: held.id }, "carried");
    this.source("facilities").setData({ type: "FeatureCollection", features: this.drawn });
    this.map.once("idle", () => held.mark.remove());
  }

  /** The map takes over what was painted while it was held, and shows when it is done. */
  private thaw(): void {
    const { held } = this;
    if (!held?.still) return;
    const { canvas } = held.still;
    held.still = null;
    for (const cell of held.changed) {
      const paint = this.looks.get(cell);
      if (paint) this.setCell(cell, paint);
    }
    this.showGaps(this.gapsNow);
    const away = () => canvas.remove();
    if (this.map.isMoving()) away();
    else this.map.once("idle", away).once("movestart", away);
  }

  private still(): Still {
    const ratio = this.map.getPixelRatio();
    const still = new Still({
      taken: this.taps.take(),
      nCells: this.plan.cells.id.length,
      opacity: CELL_OPACITY,
      pieces: this.piecesOfCells(),
      hatch: this.hatch(),
      lineWidth: GAP_LINE.width * ratio,
      dash: GAP_LINE.dash.map((part) => part * GAP_LINE.width * ratio),
    });
    for (const [cell, { color }] of this.looks) still.color(cell, color);
    still.gaps(this.shapesOf(this.gapsNow));
    still.paintAll();
    still.canvas.className = "still";
    return still;
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
    return gaps.map((gap) => ({
      key: JSON.stringify(gap.outline.coordinates),
      rings: gap.outline.coordinates.flatMap((polygon) => this.ringsOf(polygon)),
    }));
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

  showSites(sites: (Site & { chosen: boolean })[]): void {
    const most = Math.max(1, ...sites.map((site) => site.adds_thousandths));
    const features = sites.map((site): GeoJSON.Feature => ({
      type: "Feature",
      properties: { id: site.id, share: site.adds_thousandths / most, chosen: site.chosen },
      geometry: { type: "Point", coordinates: [site.lng, site.lat] },
    }));
    this.source("sites").setData({ type: "FeatureCollection", features });
  }

  showCircle(circle: Isochrone | null): void {
    if (!circle) {
      for (const name of ["circle", "reached", "clicked"]) this.source(name).setData(EMPTY);
      return;
    }
    this.source("circle").setData({ type: "Feature", properties: {}, geometry: circle.outline });
    const features = circle.pieces.features.map((piece) => ({
      ...piece,
      properties: {
        share: (piece.properties.start_s + piece.properties.end_s) / 2 / circle.limit_s,
      },
    }));
    this.source("reached").setData({ type: "FeatureCollection", features });
    const clicked = [circle.lng, circle.lat];
    const snapped = [circle.snapped_lng, circle.snapped_lat];
    const point = (coordinates: number[], isSnapped: boolean): GeoJSON.Feature => ({
      type: "Feature",
      properties: { snapped: isSnapped },
      geometry: { type: "Point", coordinates },
    });
    const line: GeoJSON.Feature = {
      type: "Feature",
      properties: {},
      geometry: { type: "LineString", coordinates: [clicked, snapped] },
    };
    this.source("clicked").setData({
      type: "FeatureCollection",
      features: [line, point(clicked, false), point(snapped, true)],
    });
  }

  /** The ways that are explained. */
  showWays(lines: GeoJSON.LineString[]): void {
    const features = lines.map((geometry): GeoJSON.Feature => ({ type: "Feature", properties: {}, geometry }));
    this.source("way").setData({ type: "FeatureCollection", features });
  }

  flyTo(lng: number, lat: number): void {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.map.flyTo({ center: [lng, lat], zoom: Math.max(14, this.map.getZoom()), animate: !calm });
  }

  private facilityAt(point: maplibregl.Point): Facility | undefined {
    const box: [maplibregl.PointLike, maplibregl.PointLike] = [
      [point.x - NEAR, point.y - NEAR],
      [point.x + NEAR, point.y + NEAR],
    ];
    const near = this.map
      .queryRenderedFeatures(box, { layers: ["facilities"] })
      .map((feature) => this.facilities.find((one) => one.id === feature.properties.id))
      .filter((one) => one !== undefined);
    const far = (facility: Facility) => {
      const at = this.map.project([facility.lng, facility.lat]);
      return (at.x - point.x) ** 2 + (at.y - point.y) ** 2;
    };
    return near.sort((a, b) => far(a) - far(b))[0];
  }

  private listen(): void {
    const { map, doings } = this;
    let held: Facility | null = null;
    let last: maplibregl.LngLat | null = null;
    let dragged = false;
    map.on("mousemove", (event) => {
      if (held) {
        if (!last) this.hold(held.id);
        last = event.lngLat;
        dragged = true;
        this.carry(last);
        doings.drag(held.id, last, event.originalEvent.timeStamp);
        return;
      }
      const over = !doings.placing() && this.facilityAt(event.point);
      map.getCanvas().style.cursor = doings.placing() ? "crosshair" : over ? "grab" : "";
    });
    map.on("mousedown", (event) => {
      dragged = false;
      if (doings.placing() || event.originalEvent.button !== 0) return;
      const facility = this.facilityAt(event.point);
      if (!facility || facility.closed) return;
      event.preventDefault();
      held = facility;
      last = null;
      map.getCanvas().style.cursor = "grabbing";
    });
    // On the window, for a pointer that leaves the map before it lets go.
    window.addEventListener("mouseup", () => {
      if (held && last) doings.drop(held.id, last);
      held = null;
      last = null;
      map.getCanvas().style.cursor = "";
    });
    map.on("click", (event) => {
      if (dragged) {
        dragged = false;
        return;
      }
      const facility = doings.placing() ? undefined : this.facilityAt(event.point);
      if (facility) doings.pick(facility.id);
      else doings.click(event.lngLat);
    });
    map.getCanvas().addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        const center = map.project(map.getCenter());
        const facility = doings.placing() ? undefined : this.facilityAt(center);
        if (facility) doings.pick(facility.id);
        else doings.click(map.getCenter());
      } else if (event.key === "Escape") {
        doings.cancel();
      }
    });
  }
}

interface Held {
  /** None where the map draws for itself. */
  still: Still | null;
  mark: HTMLElement;
  /** Number of the facility's feature. */
  id: number;
  /** Cells painted since. */
  changed: Set<number>;
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
