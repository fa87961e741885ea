// What the server says as GeoJSON for the sources of the map.

import type { Facility, Gap, Hazard, Isochrone, Plan, Site } from "../api.ts";
import { KIND_COLORS } from "./palette.ts";

export const EMPTY: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };

const collection = (features: GeoJSON.Feature[]): GeoJSON.FeatureCollection => ({
  type: "FeatureCollection",
  features,
});

const pointAt = (lng: number, lat: number): GeoJSON.Point => ({ type: "Point", coordinates: [lng, lat] });

export function ofGaps(gaps: Gap[]): GeoJSON.FeatureCollection {
  return collection(
    gaps.map((gap) => ({ type: "Feature", properties: { rank: gap.rank }, geometry: gap.outline })),
  );
}

/** How facilities look beyond what they are. */
export interface FacilityLooks {
  serves: (facility: Facility) => boolean;
  selected: string;
  /** One character for a kind. */
  mark: (kind: string) => string;
  /** Whether more is asked than there is, or less than half is used. */
  room: (id: string) => "overloaded" | "idle" | "";
}

/** In drawing order: those that serve lie on top. Numbered by their place in the list. */
export function ofFacilities(plan: Plan, facilities: Facility[], looks: FacilityLooks): GeoJSON.Feature[] {
  const kinds = plan.kinds.map((kind) => kind.key);
  const drawn = facilities.map((facility, index): GeoJSON.Feature => ({
    type: "Feature",
    id: index,
    properties: {
      id: facility.id,
      color: KIND_COLORS[Math.max(0, kinds.indexOf(facility.kind)) % KIND_COLORS.length],
      serves: looks.serves(facility),
      closed: facility.closed,
      illustrative: facility.illustrative,
      selected: facility.id === looks.selected,
      mark: looks.mark(facility.kind),
      room: looks.room(facility.id),
    },
    geometry: pointAt(facility.lng, facility.lat),
  }));
  return drawn.sort((a, b) => Number(a.properties?.["serves"]) - Number(b.properties?.["serves"]));
}

export function ofSites(sites: (Site & { chosen: boolean })[]): GeoJSON.FeatureCollection {
  const most = Math.max(1, ...sites.map((site) => site.adds_thousandths));
  return collection(
    sites.map((site) => ({
      type: "Feature",
      properties: { id: site.id, share: site.adds_thousandths / most, chosen: site.chosen },
      geometry: pointAt(site.lng, site.lat),
    })),
  );
}

/** What the mark of a hazard says: what it does to its street, or that it is gone. */
export function hazardMark(hazard: Hazard): "close" | "slow" | "listed" | "fixed" {
  if (hazard.state === "fixed") return "fixed";
  if (hazard.effect === null) return "listed";
  return hazard.effect === "close" ? "close" : "slow";
}

export function ofHazards(hazards: Hazard[], selected: string): GeoJSON.FeatureCollection {
  return collection(
    hazards.map((hazard) => ({
      type: "Feature",
      properties: {
        id: hazard.id,
        icon: `hazard-${hazardMark(hazard)}`,
        selected: hazard.id === selected,
      },
      geometry: pointAt(hazard.lng, hazard.lat),
    })),
  );
}

/** The outline, the reached streets, and where the question was joined to them. */
export function ofCircle(circle: Isochrone): Record<"circle" | "reached" | "clicked", GeoJSON.FeatureCollection> {
  const clicked = pointAt(circle.lng, circle.lat);
  const snapped = pointAt(circle.snapped_lng, circle.snapped_lat);
  const line: GeoJSON.LineString = {
    type: "LineString",
    coordinates: [clicked.coordinates, snapped.coordinates],
  };
  return {
    circle: collection(circle.outline ? [{ type: "Feature", properties: {}, geometry: circle.outline }] : []),
    reached: collection(
      (circle.streets?.features ?? []).map((piece) => ({
        ...piece,
        properties: { share: (piece.properties.start_s + piece.properties.end_s) / 2 / circle.limit_s },
      })),
    ),
    clicked: collection([
      { type: "Feature", properties: {}, geometry: line },
      { type: "Feature", properties: { snapped: false }, geometry: clicked },
      { type: "Feature", properties: { snapped: true }, geometry: snapped },
    ]),
  };
}

export function ofLines(lines: GeoJSON.LineString[]): GeoJSON.FeatureCollection {
  return collection(lines.map((geometry) => ({ type: "Feature", properties: {}, geometry })));
}

/** Borders of the zones, one of them marked. */
export function ofZones(zones: GeoJSON.FeatureCollection, selected: string): GeoJSON.FeatureCollection {
  return collection(
    zones.features.map((zone) => ({ ...zone, properties: { selected: zone.properties?.["id"] === selected } })),
  );
}
