// What the map looks like, from tiles of this server only: no glyphs, no sprites, no other host.

import type { ExpressionSpecification, StyleSpecification } from "maplibre-gl";
import { hazardPicture } from "./hazards.ts";
import { ROOM_COLORS } from "./palette.ts";

/** Fonts of the reader's own machine; Chinese names need one that has them. */
export const FONTS = [
  "Noto Sans CJK SC, Source Han Sans SC, PingFang SC, Microsoft YaHei, sans-serif",
];

/** Streets and water show through the cells. */
export const CELL_OPACITY = 0.62;

export const GAP_LINE = { width: 1.8, dash: [3, 1.5] };

const MAIN = ["motorway", "motorway_link", "trunk", "trunk_link"];
const LARGE = ["primary", "primary_link", "secondary", "secondary_link"];

const isOneOf = (classes: string[]): ExpressionSpecification => [
  "in",
  ["get", "class"],
  ["literal", classes],
];

const width = (main: number, large: number, small: number): ExpressionSpecification => [
  "case",
  isOneOf(MAIN),
  main,
  isOneOf(LARGE),
  large,
  small,
];

const streetWidth: ExpressionSpecification = [
  "interpolate",
  ["exponential", 1.5],
  ["zoom"],
  11,
  width(1.4, 0.9, 0.3),
  14,
  width(3.4, 2.4, 1),
  17,
  width(12, 9, 5),
];

const state = (name: string): ExpressionSpecification => ["feature-state", name];

/** A facility that is being dragged is drawn under the pointer, not where it stood. */
const unlessCarried = (opacity: ExpressionSpecification | number): ExpressionSpecification => [
  "case",
  ["boolean", state("carried"), false],
  0,
  opacity,
];

export function styleOf(origin: string, version: string, empty: GeoJSON.FeatureCollection) {
  const tiles = (layer: string) => ({
    type: "vector" as const,
    tiles: [`${origin}/tiles/${layer}/{z}/{x}/{y}.mvt?v=${version}`],
    maxzoom: 16,
  });
  const data = () => ({ type: "geojson" as const, data: empty });
  const style: StyleSpecification = {
    version: 8,
    sources: {
      backdrop: tiles("backdrop"),
      streets: tiles("streets"),
      cells: tiles("cells"),
      area: data(),
      gaps: data(),
      reached: data(),
      circle: data(),
      clicked: data(),
      way: data(),
      zones: data(),
      hazards: data(),
      sites: data(),
      facilities: data(),
    },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": "#f5f3ee" } },
      {
        id: "backdrop",
        type: "fill",
        source: "backdrop",
        "source-layer": "backdrop",
        paint: {
          "fill-color": [
            "match",
            ["get", "kind"],
            "water",
            "#c9dfea",
            "green",
            "#dfead2",
            "#e4dfd6",
          ],
        },
      },
      {
        id: "cells",
        type: "fill",
        source: "cells",
        "source-layer": "cells",
        paint: {
          "fill-color": ["to-color", ["coalesce", state("color"), "rgba(0,0,0,0)"]],
          "fill-opacity": CELL_OPACITY,
          "fill-antialias": false,
        },
      },
      {
        id: "cells-edge",
        type: "fill",
        source: "cells",
        "source-layer": "cells",
        paint: {
          "fill-pattern": "dots",
          "fill-opacity": ["case", ["boolean", state("edge"), false], 0.85, 0],
        },
      },
      {
        id: "streets-case",
        type: "line",
        source: "streets",
        "source-layer": "streets",
        minzoom: 13,
        layout: { "line-cap": "round", "line-join": "round" },
        paint: {
          "line-color": "#8d877c",
          "line-opacity": 0.55,
          "line-width": streetWidth,
          "line-gap-width": 0.6,
        },
      },
      {
        id: "streets",
        type: "line",
        source: "streets",
        "source-layer": "streets",
        layout: { "line-cap": "round", "line-join": "round" },
        paint: { "line-color": "#ffffff", "line-opacity": 0.85, "line-width": streetWidth },
      },
      {
        id: "gaps-hatch",
        type: "fill",
        source: "gaps",
        paint: { "fill-pattern": "hatch", "fill-opacity": 0.8 },
      },
      {
        id: "gaps",
        type: "line",
        source: "gaps",
        paint: {
          "line-color": "#111111",
          "line-width": GAP_LINE.width,
          "line-dasharray": GAP_LINE.dash,
        },
      },
      {
        id: "zones",
        type: "line",
        source: "zones",
        layout: { visibility: "none" },
        paint: {
          "line-color": ["case", ["get", "selected"], "#b5451b", "#4a4a4a"],
          "line-width": ["case", ["get", "selected"], 4, 0.8],
        },
      },
      {
        id: "area",
        type: "line",
        source: "area",
        paint: { "line-color": "#333333", "line-width": 1.2, "line-opacity": 0.7 },
      },
      {
        id: "circle",
        type: "fill",
        source: "circle",
        paint: { "fill-color": "#d55e00", "fill-opacity": 0.13 },
      },
      {
        id: "circle-line",
        type: "line",
        source: "circle",
        paint: { "line-color": "#d55e00", "line-width": 2 },
      },
      {
        id: "reached",
        type: "line",
        source: "reached",
        layout: { "line-cap": "round" },
        paint: {
          "line-width": ["interpolate", ["linear"], ["zoom"], 11, 1.2, 16, 5],
          "line-color": [
            "interpolate",
            ["linear"],
            ["get", "share"],
            0,
            "#ffd9b3",
            0.5,
            "#e8700a",
            1,
            "#7a2d00",
          ],
        },
      },
      {
        id: "way-case",
        type: "line",
        source: "way",
        layout: { "line-cap": "round", "line-join": "round" },
        paint: { "line-color": "#ffffff", "line-width": 8, "line-opacity": 0.9 },
      },
      {
        id: "way",
        type: "line",
        source: "way",
        layout: { "line-cap": "round", "line-join": "round" },
        paint: { "line-color": "#0072b2", "line-width": 4.5 },
      },
      {
        id: "street-names",
        type: "symbol",
        source: "streets",
        "source-layer": "streets",
        minzoom: 13,
        layout: {
          "symbol-placement": "line",
          "symbol-spacing": 320,
          "text-field": ["coalesce", ["get", "name"], ""],
          "text-font": FONTS,
          "text-size": ["interpolate", ["linear"], ["zoom"], 13, 11, 17, 14],
        },
        paint: { "text-color": "#3c3a36", "text-halo-color": "#ffffff", "text-halo-width": 1.6 },
      },
      {
        id: "sites",
        type: "circle",
        source: "sites",
        paint: {
          "circle-radius": ["interpolate", ["linear"], ["get", "share"], 0, 2.5, 1, 10],
          "circle-color": "#ffffff",
          "circle-opacity": 0.75,
          "circle-stroke-color": ["case", ["get", "chosen"], "#0072b2", "#222222"],
          "circle-stroke-width": ["case", ["get", "chosen"], 3, 1.2],
        },
      },
      {
        id: "facility-room",
        type: "circle",
        source: "facilities",
        layout: { visibility: "none" },
        filter: ["!=", ["get", "room"], ""],
        paint: {
          "circle-radius": ["interpolate", ["linear"], ["zoom"], 11, 9, 15, 17],
          "circle-color": "#ffffff",
          "circle-opacity": 0,
          "circle-stroke-color": [
            "case",
            ["==", ["get", "room"], "overloaded"],
            ROOM_COLORS.overloaded,
            ROOM_COLORS.idle,
          ],
          "circle-stroke-width": ["case", ["==", ["get", "room"], "overloaded"], 4, 2],
          "circle-stroke-opacity": unlessCarried(1),
        },
      },
      {
        id: "facilities",
        type: "circle",
        source: "facilities",
        paint: {
          "circle-radius": [
            "interpolate",
            ["linear"],
            ["zoom"],
            11,
            ["case", ["get", "serves"], 4.5, 2.5],
            15,
            ["case", ["get", "serves"], 10, 6],
          ],
          "circle-color": ["case", ["get", "closed"], "#ffffff", ["get", "color"]],
          "circle-opacity": unlessCarried(["case", ["get", "serves"], 1, 0.35]),
          "circle-stroke-opacity": unlessCarried(["case", ["get", "serves"], 1, 0.4]),
          "circle-stroke-color": [
            "case",
            ["get", "selected"],
            "#d55e00",
            ["get", "illustrative"],
            "#f0c040",
            "#ffffff",
          ],
          "circle-stroke-width": ["case", ["get", "selected"], 4, 2],
        },
      },
      {
        id: "facility-marks",
        type: "symbol",
        source: "facilities",
        minzoom: 13,
        layout: {
          "text-field": ["get", "mark"],
          "text-font": FONTS,
          "text-size": ["interpolate", ["linear"], ["zoom"], 13, 9, 15, 13],
          "text-allow-overlap": true,
          "text-ignore-placement": true,
        },
        paint: {
          "text-color": ["case", ["get", "closed"], "#666666", "#ffffff"],
          "text-opacity": unlessCarried(["case", ["get", "serves"], 1, 0.4]),
        },
      },
      {
        id: "hazards",
        type: "symbol",
        source: "hazards",
        layout: {
          visibility: "none",
          "icon-image": ["get", "icon"],
          "icon-size": ["case", ["get", "selected"], 1.35, 1],
          "icon-allow-overlap": true,
          "icon-ignore-placement": true,
        },
      },
      {
        id: "clicked-line",
        type: "line",
        source: "clicked",
        filter: ["==", ["geometry-type"], "LineString"],
        paint: { "line-color": "#d55e00", "line-width": 2, "line-dasharray": [1, 1] },
      },
      {
        id: "clicked",
        type: "circle",
        source: "clicked",
        filter: ["==", ["geometry-type"], "Point"],
        paint: {
          "circle-radius": ["case", ["get", "snapped"], 5, 7],
          "circle-color": ["case", ["get", "snapped"], "#d55e00", "#ffffff"],
          "circle-stroke-color": "#d55e00",
          "circle-stroke-width": 2.5,
        },
      },
    ],
  };
  return style;
}

/** Slanted lines for gaps, dots for edge-affected cells, drawn so that they need no file. */
export function pattern(kind: "hatch" | "dots"): { width: number; height: number; data: Uint8Array } {
  const size = kind === "hatch" ? 12 : 10;
  const data = new Uint8Array(size * size * 4);
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const drawn =
        kind === "hatch"
          ? (x + y) % size < 2
          : (x - 5) ** 2 + (y - 5) ** 2 <= 2.5;
      if (!drawn) continue;
      const at = (y * size + x) * 4;
      data.set(kind === "hatch" ? [20, 20, 20, 190] : [255, 255, 255, 235], at);
    }
  }
  return { width: size, height: size, data };
}

/** An image of the style by its name; none of them needs a file. */
export function image(id: string): { image: ImageData; pixelRatio: number } | null {
  if (id === "hatch" || id === "dots") {
    const { width, height, data } = pattern(id);
    return { image: new ImageData(new Uint8ClampedArray(data), width, height), pixelRatio: 1 };
  }
  return id.startsWith("hazard-") ? hazardPicture(id.slice("hazard-".length)) : null;
}
