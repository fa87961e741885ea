import { describe, expect, it } from "vitest";
import {
  BAND_ENDS,
  bandOf,
  CHANGE_COLORS,
  cellColor,
  contrast,
  COVERED,
  NONE,
  PART_COLORS,
  TIME_COLORS,
  UNLINKED,
} from "../src/map/palette.ts";

describe("bands of time", () => {
  it("take their upper end in, so that the limit itself is still covered", () => {
    expect(bandOf(0, 300)).toBe(0);
    expect(bandOf(120, 300)).toBe(0);
    expect(bandOf(120.1, 300)).toBe(1);
    expect(bandOf(300, 300)).toBe(3);
    expect(bandOf(300.1, 300)).toBe(4);
    expect(bandOf(600, 300)).toBe(5);
    expect(bandOf(null, 300)).toBe(BAND_ENDS.length);
  });

  it("have one colour each", () => {
    expect(TIME_COLORS).toHaveLength(BAND_ENDS.length + 1);
  });

  it("grow darker with time, in steps that survive without hue", () => {
    const whites = TIME_COLORS.map((color) => contrast(color, "#ffffff"));
    for (let i = 1; i < whites.length; i += 1) {
      expect(whites[i]! / whites[i - 1]!).toBeGreaterThan(1.15);
    }
  });
});

describe("cells", () => {
  const cell = { classNumber: 1, timeS: 100, limitS: 300, weakest: null };
  it("without demand are left out and unlinked ones are grey", () => {
    expect(cellColor({ ...cell, classNumber: 0 })).toBe(NONE);
    expect(cellColor({ ...cell, classNumber: 3 })).toBe(UNLINKED);
  });
  it("of a joint standard show what they lack", () => {
    expect(cellColor({ ...cell, limitS: null })).toBe(COVERED);
    expect(cellColor({ ...cell, limitS: null, classNumber: 2, weakest: 1 })).toBe(PART_COLORS[1]);
  });
});

it("gained and lost are blue and red, and differ in lightness from kept", () => {
  const [, kept, gained, lost] = CHANGE_COLORS;
  expect(contrast(kept, gained)).toBeGreaterThan(3);
  expect(contrast(kept, lost)).toBeGreaterThan(2.5);
});
