import { describe, expect, it } from "vitest";
import { EMPTY_BOX, Layers, channels, runsOf, within, type Corners, type Taken } from "../src/map/mapSnapshot.ts";

const WIDTH = 12;
const HEIGHT = 9;

/** Pixels whose centre lies inside, one by one, by the crossings of a ray. */
function inside(rings: readonly Corners[]): Set<number> {
  const found = new Set<number>();
  for (let pixel = 0; pixel < WIDTH * HEIGHT; pixel += 1) {
    const [x, y] = [(pixel % WIDTH) + 0.5, Math.floor(pixel / WIDTH) + 0.5];
    let crossed = 0;
    for (const ring of rings) {
      ring.forEach(([x0, y0], i) => {
        const [x1, y1] = ring[(i + 1) % ring.length] as readonly [number, number];
        if (y0 <= y !== y1 <= y && x0 + ((y - y0) / (y1 - y0)) * (x1 - x0) <= x) crossed += 1;
      });
    }
    if (crossed % 2 === 1) found.add(pixel);
  }
  return found;
}

const hexagon = (x: number, y: number, r: number): Corners =>
  [0, 1, 2, 3, 4, 5].map((i) => [x + r * Math.cos((i * Math.PI) / 3), y + r * Math.sin((i * Math.PI) / 3)] as const);

describe("runs of pixels", () => {
  const shapes: Record<string, Corners[]> = {
    hexagon: [hexagon(5.2, 4.1, 3.3)],
    "hexagon over the edge": [hexagon(0.4, 8.3, 3.7)],
    "one with a hole": [hexagon(6, 4.5, 4.4), hexagon(6, 4.5, 1.6)],
    beyond: [hexagon(40, 40, 3)],
  };
  it.each(Object.entries(shapes))("%s: the pixels whose centres lie inside", (_, rings) => {
    const covered = new Set<number>();
    for (const [start, end] of runsOf(rings, WIDTH, HEIGHT)) {
      for (let pixel = start; pixel < end; pixel += 1) covered.add(pixel);
    }
    expect([...covered].sort()).toEqual([...inside(rings)].sort());
  });

  it("neighbours share no pixel and leave none between them", () => {
    const left: Corners = [[1, 1], [5.5, 1], [5.5, 8], [1, 8]];
    const right: Corners = [[5.5, 1], [10, 1], [10, 8], [5.5, 8]];
    const count = (ring: Corners) => runsOf([ring], WIDTH, HEIGHT).reduce((sum, [a, b]) => sum + b - a, 0);
    expect(count(left) + count(right)).toBe(9 * 7);
  });
});

describe("mixing", () => {
  const fill = (rgba: [number, number, number, number]) => {
    const pixels = new Uint8Array(WIDTH * HEIGHT * 4);
    for (let i = 0; i < pixels.length; i += 4) pixels.set(rgba, i);
    return pixels;
  };
  const taken = (): Taken => ({
    width: WIDTH,
    height: HEIGHT,
    below: fill([200, 180, 160, 255]),
    streets: fill([0, 0, 0, 0]),
    top: fill([0, 0, 0, 0]),
  });
  const at = (layers: Layers, x: number, y: number) => [...layers.mixed.slice((y * WIDTH + x) * 4, (y * WIDTH + x) * 4 + 4)];
  const square: Corners = [[2, 2], [6, 2], [6, 6], [2, 6]];

  it("a cell's colour lies over what is below it, and nowhere else", () => {
    const layers = new Layers(taken(), 3, 0.5);
    layers.place(1, [square]);
    layers.color(1, channels("#ff0000"));
    layers.mixBox({ left: 0, top: 0, right: WIDTH, bottom: HEIGHT });
    expect(at(layers, 3, 3)).toEqual([228, 90, 80, 255]);
    expect(at(layers, 7, 3)).toEqual([200, 180, 160, 255]);
  });

  it("streets lie over cells, gaps over streets, and the rest on top", () => {
    const parts = taken();
    const pixel = (3 * WIDTH + 3) * 4;
    parts.streets.set([100, 100, 100, 128], pixel);
    parts.top.set([0, 60, 0, 64], pixel);
    const layers = new Layers(parts, 1, 0.5);
    layers.place(0, [square]);
    layers.color(0, channels("#0000ff"));
    layers.gaps[pixel / 4] = 51;
    layers.mixCells([0]);
    const over = (under: number, color: number, alpha: number) => color + under * (1 - alpha / 255);
    const expected = [[200, 0], [180, 0], [160, 255]].map(([below = 0, blue = 0], i) => {
      const cell = below * 0.5 + blue * 0.5;
      const street = over(cell, 100, 128);
      const gap = street * 0.8 + 18 * 0.2;
      return Math.round(over(gap, [0, 60, 0][i] ?? 0, 64));
    });
    expect(at(layers, 3, 3)).toEqual([...expected, 255]);
  });

  it("only the pixels of the cells named are mixed, and their box is told", () => {
    const layers = new Layers(taken(), 2, 1);
    layers.place(0, [square]);
    layers.place(1, [[[8, 0], [12, 0], [12, 3], [8, 3]]]);
    layers.color(0, channels("#00ff00"));
    layers.color(1, channels("#00ff00"));
    expect(layers.mixCells([0])).toEqual({ left: 2, top: 2, right: 6, bottom: 6 });
    expect(at(layers, 5, 5)).toEqual([0, 255, 0, 255]);
    expect(at(layers, 9, 1)).toEqual([0, 0, 0, 0]);
    expect(layers.mixCells([])).toEqual(EMPTY_BOX);
  });

  it("a cell that tiles hand over in pieces has all of them", () => {
    const layers = new Layers(taken(), 1, 1);
    layers.place(0, [[[0, 0], [3, 0], [3, 3], [0, 3]]]);
    layers.place(0, [[[3, 0], [6, 0], [6, 3], [3, 3]]]);
    layers.color(0, channels("#010203"));
    expect(layers.mixCells([0])).toEqual({ left: 0, top: 0, right: 6, bottom: 3 });
  });

  it("no colour leaves what is below", () => {
    const layers = new Layers(taken(), 1, 0.62);
    layers.place(0, [square]);
    layers.color(0, channels("rgba(0,0,0,0)"));
    layers.mixCells([0]);
    expect(at(layers, 4, 4)).toEqual([200, 180, 160, 255]);
  });

  it("boxes end on whole pixels inside the picture", () => {
    expect(within({ left: -3.2, top: 1.2, right: 4.1, bottom: 99 }, WIDTH, HEIGHT)).toEqual({
      left: 0,
      top: 1,
      right: 5,
      bottom: HEIGHT,
    });
  });
});
