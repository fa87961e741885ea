// Numbers as people read them, always with their unit.

import type { Hazard, Plan } from "./api.ts";
import type { Strings } from "./strings/index.ts";

export function percent(share: number | null, digits = 1): string {
  return share === null ? "–" : `${(share * 100).toFixed(digits)} %`;
}

/** A difference of shares in percentage points, signed. */
export function points(difference: number, digits = 1): string {
  const sign = difference > 0 ? "+" : difference < 0 ? "−" : "±";
  return `${sign}${Math.abs(difference * 100).toFixed(digits)}`;
}

export function minutes(seconds: number | null, strings: Strings): string {
  if (seconds === null) return "–";
  const value = seconds / 60;
  const text = Number.isInteger(value) ? value.toFixed(0) : value.toFixed(1);
  return `${text} ${strings.minutes}`;
}

/** A time as minutes and seconds: `4:05 min`. */
export function clock(seconds: number, strings: Strings): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")} ${strings.minutes}`;
}

export function metres(length: number): string {
  return length < 1000 ? `${Math.round(length)} m` : `${(length / 1000).toFixed(2)} km`;
}

/** An hour of the week, Monday 00:00 being 0. */
export function hourName(hour: number, strings: Strings): string {
  const day = strings.weekdays.split(" ")[Math.floor(hour / 24)] ?? "";
  return `${day} ${String(hour % 24).padStart(2, "0")}:00`;
}

export function demand(
  thousandths: number,
  plan: Pick<Plan, "demand_unit" | "demand_unit_text">,
  strings: Strings,
): string {
  if (plan.demand_unit === "street_m") {
    const km = thousandths / 1e6;
    return `${km.toFixed(km < 10 ? 2 : 1)} ${strings.streetKm}`;
  }
  return `${Math.round(thousandths / 1000)} ${plan.demand_unit_text}`;
}

/** Half of a name written `中文 · English`, also in brackets, or the whole of any other. */
export function oneOf(name: string, chinese: boolean): string {
  const half = (text: string) => {
    const halves = text.split(" · ");
    return halves.length === 2 ? (halves[chinese ? 0 : 1] ?? text) : text;
  };
  return half(name.replace(/\(([^()]*)\)/g, (_, inner: string) => `(${half(inner)})`));
}

/** A number without unit, or a dash. */
export function ratio(value: number | null, digits: number): string {
  if (value === null) return "–";
  const text = value.toFixed(digits);
  // What rounds to nothing has no sign.
  return Number(text) === 0 ? (0).toFixed(digits) : text.replace("-", "−");
}

/** What a hazard does to its street, and why nothing when it does nothing. */
export function effectOf(hazard: Hazard, chinese: boolean, strings: Strings): string {
  if (hazard.effect === "close") return strings.closesStreet;
  if (hazard.effect !== null) {
    return `${strings.slowsStreet}${chinese ? "" : " "}${strings.toSpeed} ${hazard.effect.replace("%", " %")}`;
  }
  if (hazard.state === "fixed") return strings.noLonger;
  if (hazard.street === null) return strings.noStreetNear;
  return strings.onlyListed;
}
