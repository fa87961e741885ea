// The whole view as an address, so that a link reproduces it.

import type { Language } from "./strings/index.ts";

/** What the colour of a cell says. */
export const PAINTS = ["time", "supply", "night", "weakest"] as const;
export type Paint = (typeof PAINTS)[number];

export interface View {
  scenario: string;
  /** The scenario to compare with, as the state before; empty for none. */
  compare: string;
  standard: string;
  language: Language;
  /** Zoom, latitude, longitude; null shows the whole study area. */
  camera: { zoom: number; lat: number; lng: number } | null;
  /** Where an isochrone was asked for, `lng,lat`; empty for none. */
  at: string;
  /** The facility looked at; empty for none. */
  facility: string;
  /** Hour of the week that the cells show, Monday 00:00 being 0; null for the standard's own. */
  hour: number | null;
  paint: Paint;
  /** Whether reported hazards are on the map. */
  hazards: boolean;
  /** Whether the table of districts is open. */
  districts: boolean;
}

export const START: View = {
  scenario: "baseline",
  compare: "",
  standard: "",
  language: "zh-CN",
  camera: null,
  at: "",
  facility: "",
  hour: null,
  paint: "time",
  hazards: true,
  districts: false,
};

const POSITION = /^-?\d+(\.\d+)?,-?\d+(\.\d+)?$/;

export function fromHash(hash: string, language: Language): View {
  const words = new URLSearchParams(hash.replace(/^#/, ""));
  const given = words.get("lang");
  const at = words.get("at") ?? "";
  return {
    scenario: words.get("scenario") || START.scenario,
    compare: words.get("compare") ?? "",
    standard: words.get("standard") ?? "",
    language: given === "en" || given === "zh-CN" ? given : language,
    camera: cameraOf(words.get("map")),
    at: POSITION.test(at) ? at : "",
    facility: words.get("facility") ?? "",
    hour: hourOf(words.get("hour")),
    paint: PAINTS.find((paint) => paint === words.get("cells")) ?? START.paint,
    hazards: words.get("hazards") !== "off",
    districts: words.get("districts") === "open",
  };
}

export function toHash(view: View): string {
  const words = new URLSearchParams();
  words.set("scenario", view.scenario);
  if (view.compare) words.set("compare", view.compare);
  words.set("standard", view.standard);
  words.set("lang", view.language);
  if (view.camera) {
    const { zoom, lat, lng } = view.camera;
    words.set("map", `${zoom.toFixed(4)}/${lat.toFixed(5)}/${lng.toFixed(5)}`);
  }
  if (view.at) words.set("at", view.at);
  if (view.facility) words.set("facility", view.facility);
  if (view.hour !== null) words.set("hour", String(view.hour));
  if (view.paint !== START.paint) words.set("cells", view.paint);
  if (!view.hazards) words.set("hazards", "off");
  if (view.districts) words.set("districts", "open");
  // Commas and slashes may stand in a fragment and read better.
  return `#${words.toString().replaceAll("%2F", "/").replaceAll("%2C", ",")}`;
}

function hourOf(text: string | null): number | null {
  const hour = Number(text || Number.NaN);
  return Number.isInteger(hour) && hour >= 0 && hour < 168 ? hour : null;
}

function cameraOf(text: string | null): View["camera"] {
  const parts = (text ?? "").split("/").map(Number);
  const [zoom, lat, lng] = parts;
  if (parts.length !== 3 || parts.some((part) => !Number.isFinite(part))) return null;
  return { zoom: zoom ?? 0, lat: lat ?? 0, lng: lng ?? 0 };
}
