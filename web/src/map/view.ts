// The map: it draws what it is given and says what the reader does to it.

import * as maplibregl from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import type { Facility, Gap, Hazard, Isochrone, Plan, Site } from "../api.ts";
import {
  EMPTY,
  ofCircle,
  ofFacilities,
  ofGaps,
  ofHazards,
  ofLines,
  ofSites,
  ofZones,
  type FacilityLooks,
} from "./features.ts";
import { PointerInput, type MapActions } from "./pointerInput.ts";
import { Holding } from "./holding.ts";
import { image, styleOf } from "./style.ts";

export interface CellPaint {
  color: string;
  edge: boolean;
}

// The worker is built with the page, so that nothing comes from elsewhere.
maplibregl.setWorkerUrl(workerUrl);

export class MapView {
  readonly map: maplibregl.Map;
  private facilities: Facility[] = [];
  private hazards: Hazard[] = [];
  private readonly drawn = {
    nCells: 0,
    colors: new Map<number, CellPaint>(),
    gaps: [] as Gap[],
    facilities: [] as GeoJSON.Feature[],
  };
  private readonly holding: Holding;

  constructor(
    container: HTMLElement,
    private readonly plan: Plan,
    camera: { zoom: number; lat: number; lng: number } | null,
    actions: MapActions,
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
      const drawn = image(id);
      if (drawn) this.map.addImage(id, drawn.image, { pixelRatio: drawn.pixelRatio });
    });
    this.drawn.nCells = plan.cells.id.length;
    this.holding = new Holding(this.map, this.drawn, (cells) => {
      for (const cell of cells) {
        const paint = this.drawn.colors.get(cell);
        if (paint) this.setCell(cell, paint);
      }
      this.source("gaps").setData(ofGaps(this.drawn.gaps));
    });
    this.map.on("moveend", () => {
      const { lng, lat } = this.map.getCenter();
      actions.moved({ zoom: this.map.getZoom(), lat, lng });
    });
    new PointerInput(this.map, this, actions);
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
    this.drawn.colors.set(cell, paint);
    if (!this.holding.paintCell(cell, paint.color)) this.setCell(cell, paint);
  }

  private setCell(cell: number, paint: CellPaint): void {
    this.map.setFeatureState({ source: "cells", sourceLayer: "cells", id: cell }, { ...paint });
  }

  /** A layer that shows nothing still costs every frame. */
  private showLayer(layer: string, shown: boolean): void {
    const visibility = shown ? "visible" : "none";
    if (this.map.getLayoutProperty(layer, "visibility") !== visibility) {
      this.map.setLayoutProperty(layer, "visibility", visibility);
    }
  }

  showEdges(shown: boolean): void {
    this.showLayer("cells-edge", shown);
  }

  showArea(): void {
    this.source("area").setData({ type: "Feature", properties: {}, geometry: this.plan.study_area });
  }

  showGaps(gaps: Gap[]): void {
    this.drawn.gaps = gaps;
    if (!this.holding.paintGaps(gaps)) this.source("gaps").setData(ofGaps(gaps));
  }

  showFacilities(facilities: Facility[], looks: FacilityLooks): void {
    this.facilities = facilities;
    this.drawn.facilities = ofFacilities(this.plan, facilities, looks);
    this.showLayer(
      "facility-room",
      this.drawn.facilities.some((one) => one.properties?.["room"]),
    );
    this.placeFacilities();
  }

  private placeFacilities(): void {
    this.source("facilities").setData({ type: "FeatureCollection", features: this.drawn.facilities });
  }

  showHazards(hazards: Hazard[], selected: string): void {
    this.hazards = hazards;
    this.showLayer("hazards", hazards.length > 0);
    this.source("hazards").setData(ofHazards(hazards, selected));
  }

  /** The borders of districts; none are shown without a list. */
  showZones(zones: GeoJSON.FeatureCollection | null, selected: string): void {
    this.showLayer("zones", zones !== null);
    this.source("zones").setData(zones ? ofZones(zones, selected) : EMPTY);
  }

  showSites(sites: (Site & { chosen: boolean })[]): void {
    this.source("sites").setData(ofSites(sites));
  }

  showCircle(circle: Isochrone | null): void {
    const data = circle ? ofCircle(circle) : { circle: EMPTY, reached: EMPTY, clicked: EMPTY };
    for (const [name, features] of Object.entries(data)) this.source(name).setData(features);
  }

  /** The ways that are explained. */
  showWays(lines: GeoJSON.LineString[]): void {
    this.source("way").setData(ofLines(lines));
  }

  hold(id: string): void {
    this.holding.hold(id);
  }

  carry(at: maplibregl.LngLat): void {
    this.holding.carry(at);
  }

  /** Shows what was painted on the held map at once; says how many cells changed. */
  paintHeld(): number {
    return this.holding.paint();
  }

  /** Lets go of the held facility: its mark is on the map again, where the map has it. */
  release(): void {
    this.holding.release(() => this.placeFacilities());
  }

  flyTo(lng: number, lat: number): void {
    this.map.flyTo({ center: [lng, lat], zoom: Math.max(14, this.map.getZoom()), animate: !isCalm() });
  }

  /** Shows a box of west, south, east, north. */
  fit(bounds: [number, number, number, number]): void {
    this.map.fitBounds(bounds, { padding: 40, maxZoom: 15, animate: !isCalm() });
  }

  facilityAt(point: maplibregl.Point, slack: number): Facility | undefined {
    return this.markAt(point, slack, "facilities", this.facilities);
  }

  hazardAt(point: maplibregl.Point, slack: number): Hazard | undefined {
    return this.markAt(point, slack, "hazards", this.hazards);
  }

  /** The nearest of the marks drawn within some pixels of a point. */
  private markAt<T extends { id: string; lng: number; lat: number }>(
    point: maplibregl.Point,
    slack: number,
    layer: string,
    all: T[],
  ): T | undefined {
    if (all.length === 0) return undefined;
    const box: [maplibregl.PointLike, maplibregl.PointLike] = [
      [point.x - slack, point.y - slack],
      [point.x + slack, point.y + slack],
    ];
    const near = this.map
      .queryRenderedFeatures(box, { layers: [layer] })
      .map((feature) => all.find((one) => one.id === feature.properties["id"]))
      .filter((one) => one !== undefined);
    const far = (one: T) => {
      const at = this.map.project([one.lng, one.lat]);
      return (at.x - point.x) ** 2 + (at.y - point.y) ** 2;
    };
    return near.sort((a, b) => far(a) - far(b))[0];
  }
}

function isCalm(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
