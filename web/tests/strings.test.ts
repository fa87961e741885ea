import { expect, it } from "vitest";
import { oneOf, points } from "../src/format.ts";
import { tables } from "../src/strings/index.ts";

it("no string is empty in either language", () => {
  for (const table of Object.values(tables)) {
    for (const text of Object.values(table)) expect(text.trim()).not.toBe("");
  }
});

it("English speaks no Chinese but for the way back", () => {
  const chinese = Object.entries(tables.en).filter(([, text]) => /\p{Script=Han}/u.test(text));
  expect(chinese.map(([key]) => key)).toEqual(["language"]);
});

it("names written in both languages are shown in one", () => {
  expect(oneOf("换电 5 分钟 · battery swap", true)).toBe("换电 5 分钟");
  expect(oneOf("换电 5 分钟 · battery swap", false)).toBe("battery swap");
  expect(oneOf("plain", false)).toBe("plain");
});

it("differences carry their sign", () => {
  expect(points(0.0123, 2)).toBe("+1.23");
  expect(points(-0.5)).toBe("−50.0");
  expect(points(0)).toBe("±0.0");
});
