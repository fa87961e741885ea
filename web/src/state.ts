// The whole view as an address, so that a link reproduces it.

import type { Language } from "./strings/index.ts";

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
}

export const START: View = {
  scenario: "baseline",
  compare: "",
  standard: "",
  language: "zh-CN",
  camera: null,
  at: "",
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
  // Commas and slashes may stand in a fragment and read better.
  return `#${words.toString().replaceAll("%2F", "/").replaceAll("%2C", ",")}`;
}

function cameraOf(text: string | null): View["camera"] {
  const parts = (text ?? "").split("/").map(Number);
  const [zoom, lat, lng] = parts;
  if (parts.length !== 3 || parts.some((part) => !Number.isFinite(part))) return null;
  return { zoom: zoom ?? 0, lat: lat ?? 0, lng: lng ?? 0 };
}
