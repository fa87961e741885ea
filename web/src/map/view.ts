// The map: it draws what it is given and says what the reader does to it.

import * as maplibregl from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import type { Facility, Gap, Isochrone, Plan, Site } from "../api.ts";
import { KIND_COLORS } from "./palette.ts";
import { pattern, styleOf } from "./style.ts";

export interface CellPaint {
  color: string;
  edge: boolean;
}

export interface Doings {
  click(at: maplibregl.LngLat): void;
  pick(id: string): void;
  /** While a facility is dragged. */
  drag(id: string, at: maplibregl.LngLat): void;
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
    this.drawn = facilities.map((facility) => ({
      type: "Feature",
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

  /** Moves one facility's mark at once, without asking anyone. */
  carry(id: string, at: maplibregl.LngLat): void {
    const feature = this.drawn.find((one) => one.properties?.id === id);
    if (!feature) return;
    feature.geometry = { type: "Point", coordinates: [at.lng, at.lat] };
    this.source("facilities").setData({ type: "FeatureCollection", features: this.drawn });
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
    let dragged = false;
    map.on("mousemove", (event) => {
      if (held) {
        dragged = true;
        this.carry(held.id, event.lngLat);
        doings.drag(held.id, event.lngLat);
        return;
      }
      const over = !doings.placing() && this.facilityAt(event.point);
      map.getCanvas().style.cursor = doings.placing() ? "crosshair" : over ? "grab" : "";
    });
    map.on("mousedown", (event) => {
      dragged = false;
      if (doings.placing() || event.originalEvent.button !== 0) return;
      const facility = this.facilityAt(event.point);
      if (!facility?.editable || facility.closed) return;
      event.preventDefault();
      held = facility;
      map.getCanvas().style.cursor = "grabbing";
    });
    map.on("mouseup", (event) => {
      if (held && dragged) doings.drop(held.id, event.lngLat);
      held = null;
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
