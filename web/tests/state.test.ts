import { expect, it } from "vitest";
import { fromHash, START, toHash, type View } from "../src/state.ts";

const view: View = {
  scenario: "five-cabinets",
  compare: "baseline",
  standard: "swap",
  language: "en",
  camera: { zoom: 14.25, lat: 22.54321, lng: 114.05432 },
  at: "114.050000,22.540000",
  facility: "W03",
  hour: 51,
  paint: "night",
  hazards: false,
  districts: true,
};

it("a link reproduces the whole view", () => {
  expect(fromHash(toHash(view), "zh-CN")).toEqual(view);
});

it("what a link leaves out is the start", () => {
  expect(fromHash("", "zh-CN")).toEqual({ ...START, language: "zh-CN" });
  expect(fromHash("#lang=en", "zh-CN").language).toBe("en");
});

it("a garbled link does no harm", () => {
  const garbled = fromHash("#map=a/b/c&lang=xx&at=hello&scenario=&hour=168", "en");
  expect(garbled).toEqual({ ...START, language: "en" });
});

it("a token never stays in a link", () => {
  expect(toHash(fromHash("#token=secret&scenario=baseline", "en"))).not.toContain("secret");
});
