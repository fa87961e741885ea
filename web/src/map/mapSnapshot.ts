// The map held still while a facility is dragged: a picture of it in layers, in which only the
// pixels of changed cells and gaps are mixed anew.
//
// One frame of the whole map takes a weak machine 100 ms and more, and almost nothing in it
// changes during a drag. So that one frame is taken apart when the drag begins: what lies below
// the cells, the streets above them, and what lies on top. A repaint then mixes
//
//   top  over  gaps  over  streets  over  62 % of the cell's colour  over  below
//
// for the pixels of the cells that changed. Premultiplied, 8 bit, as the map itself mixes.
//
// Ways that were measured and left, on 2 cores without a graphics card, 95th percentile:
// the map draws the changed cells by feature state, 316 ms from the pointer to the map; a bare
// frame of the map alone with half the pixels, 74 ms, with no layer but the cells, 83 ms, and with
// no layer at all, 55 ms; cells as paths on a 2d canvas between pictures of the layers, 38 ms for
// the painting alone; cells as triangles on a WebGL canvas of their own, 20 ms. Mixing the changed
// pixels takes 1 ms and handing them to the canvas 3 ms.

/** Rows of pixels from the top, four bytes each, premultiplied. */
export type Pixels = Uint8Array<ArrayBuffer>;

export interface Taken {
  width: number;
  height: number;
  below: Pixels;
  streets: Pixels;
  top: Pixels;
}

/** A polygon in pixels, as corners in turn. */
export type Corners = readonly (readonly [number, number])[];

/** Pixels from `start` up to but not including `end`. */
export type Run = readonly [start: number, end: number];

/** A rectangle of pixels; right and bottom are not part of it. */
export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export const EMPTY_BOX: Box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };

export function around(a: Box, b: Box): Box {
  return {
    left: Math.min(a.left, b.left),
    top: Math.min(a.top, b.top),
    right: Math.max(a.right, b.right),
    bottom: Math.max(a.bottom, b.bottom),
  };
}

/** The part of a box inside a picture, on whole pixels. */
export function within(box: Box, width: number, height: number): Box {
  return {
    left: Math.max(0, Math.floor(box.left)),
    top: Math.max(0, Math.floor(box.top)),
    right: Math.min(width, Math.ceil(box.right)),
    bottom: Math.min(height, Math.ceil(box.bottom)),
  };
}

/**
 * The pixels whose centres lie inside a polygon, row by row: even-odd, so that holes and pieces
 * may be given one after the other. Cost: corners times rows.
 */
export function runsOf(rings: readonly Corners[], width: number, height: number): Run[] {
  let box = EMPTY_BOX;
  for (const ring of rings) {
    for (const [x, y] of ring) box = around(box, { left: x, top: y, right: x, bottom: y });
  }
  const { top, bottom } = within(box, width, height);
  const runs: Run[] = [];
  for (let y = top; y < bottom; y += 1) {
    const middle = y + 0.5;
    const crossings: number[] = [];
    for (const ring of rings) {
      ring.forEach(([x0, y0], i) => {
        const [x1, y1] = ring[(i + 1) % ring.length] ?? [x0, y0];
        if (y0 <= middle !== y1 <= middle) {
          crossings.push(x0 + ((middle - y0) / (y1 - y0)) * (x1 - x0));
        }
      });
    }
    crossings.sort((a, b) => a - b);
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      const from = Math.max(0, Math.ceil((crossings[i] ?? 0) - 0.5));
      const to = Math.min(width, Math.ceil((crossings[i + 1] ?? 0) - 0.5));
      if (from < to) runs.push([y * width + from, y * width + to]);
    }
  }
  return runs;
}

/** The grey of hatch and outline of gaps; their strength is what differs between pixels. */
const GAP_GREY = 18;

/** A taken map whose cells and gaps can be painted anew. */
export class Layers {
  /** The mixed picture, opaque. */
  readonly mixed: Uint8ClampedArray<ArrayBuffer>;
  /** Strength of the gaps' marks at each pixel, 0 to 255. */
  readonly gaps: Uint8Array;
  /** One more than the cell at each pixel; 0 for none. */
  private readonly cellAt: Uint16Array;
  private readonly runs = new Map<number, Run[]>();
  /** Red, green, blue and opacity (0 to 1) for each cell, from 1. */
  private readonly look: Float32Array;

  constructor(
    readonly taken: Taken,
    nCells: number,
    private readonly opacity: number,
  ) {
    const n = taken.width * taken.height;
    this.mixed = new Uint8ClampedArray(n * 4);
    this.gaps = new Uint8Array(n);
    this.cellAt = new Uint16Array(n);
    this.look = new Float32Array((nCells + 1) * 4);
  }

  /** Says which pixels a cell has; tiles hand a cell over in pieces. */
  place(cell: number, rings: readonly Corners[]): void {
    const runs = runsOf(rings, this.taken.width, this.taken.height);
    if (runs.length === 0) return;
    for (const [start, end] of runs) this.cellAt.fill(cell + 1, start, end);
    this.runs.set(cell, [...(this.runs.get(cell) ?? []), ...runs]);
  }

  /** Gives a cell its colour; `mix` shows it. */
  color(cell: number, [r, g, b, a]: readonly [number, number, number, number]): void {
    this.look.set([r, g, b, a * this.opacity], (cell + 1) * 4);
  }

  /** Mixes the pixels of some cells; says what it touched. */
  mixCells(cells: Iterable<number>): Box {
    const { width } = this.taken;
    let box = EMPTY_BOX;
    for (const cell of cells) {
      for (const [start, end] of this.runs.get(cell) ?? []) {
        this.mix(start, end);
        const y = Math.floor(start / width);
        box = around(box, { left: start % width, top: y, right: ((end - 1) % width) + 1, bottom: y + 1 });
      }
    }
    return box;
  }

  mixBox(box: Box): void {
    const { width } = this.taken;
    for (let y = box.top; y < box.bottom; y += 1) this.mix(y * width + box.left, y * width + box.right);
  }

  private mix(start: number, end: number): void {
    const { below, streets, top } = this.taken;
    const { mixed, look, cellAt, gaps } = this;
    for (let pixel = start, i = start * 4; pixel < end; pixel += 1, i += 4) {
      let r = below[i] as number;
      let g = below[i + 1] as number;
      let b = below[i + 2] as number;
      const cell = (cellAt[pixel] as number) * 4;
      const share = look[cell + 3] as number;
      r += ((look[cell] as number) - r) * share;
      g += ((look[cell + 1] as number) - g) * share;
      b += ((look[cell + 2] as number) - b) * share;
      const street = streets[i + 3] as number;
      if (street > 0) {
        const left = 1 - street / 255;
        r = (streets[i] as number) + r * left;
        g = (streets[i + 1] as number) + g * left;
        b = (streets[i + 2] as number) + b * left;
      }
      const gap = gaps[pixel] as number;
      if (gap > 0) {
        const share = gap / 255;
        r += (GAP_GREY - r) * share;
        g += (GAP_GREY - g) * share;
        b += (GAP_GREY - b) * share;
      }
      const over = top[i + 3] as number;
      if (over > 0) {
        const left = 1 - over / 255;
        r = (top[i] as number) + r * left;
        g = (top[i + 1] as number) + g * left;
        b = (top[i + 2] as number) + b * left;
      }
      mixed[i] = r;
      mixed[i + 1] = g;
      mixed[i + 2] = b;
      mixed[i + 3] = 255;
    }
  }
}

/** Red, green, blue and opacity of the two ways colours are written here. */
export function channels(color: string): [number, number, number, number] {
  if (!color.startsWith("#")) return [0, 0, 0, 0];
  const at = (from: number) => Number.parseInt(color.slice(from, from + 2), 16);
  return [at(1), at(3), at(5), 1];
}

/** What the map hands over so that it can be held still. */
export interface Source {
  taken: Taken;
  nCells: number;
  opacity: number;
  /** Pieces of cells as rings in pixels. */
  pieces: { cell: number; rings: Corners[] }[];
  /** Draws gaps: hatch and outline. */
  hatch: CanvasPattern | null;
  lineWidth: number;
  dash: number[];
}

/** A gap as rings in pixels. */
export interface GapShape {
  key: string;
  rings: Corners[];
}

/** The still map on a canvas of its own, which lies over the map. */
export class MapSnapshot {
  readonly canvas: HTMLCanvasElement;
  private readonly context: CanvasRenderingContext2D;
  private readonly gapContext: CanvasRenderingContext2D;
  private readonly layers: Layers;
  private readonly image: ImageData;
  private shapes: GapShape[] = [];
  private waiting = new Set<number>();
  private gapBox = EMPTY_BOX;

  constructor(private readonly source: Source) {
    const { width, height } = source.taken;
    // Read and written by the processor; a canvas of the graphics card would travel back and forth.
    const onProcessor = { willReadFrequently: true };
    const sized = (alpha: boolean) => {
      const canvas = document.createElement("canvas");
      canvas.width = width;
      canvas.height = height;
      const context = canvas.getContext("2d", { ...onProcessor, alpha });
      if (!context) throw new Error("this browser has no 2d canvas");
      return context;
    };
    this.context = sized(false);
    this.gapContext = sized(true);
    this.canvas = this.context.canvas;
    this.layers = new Layers(source.taken, source.nCells, source.opacity);
    this.image = new ImageData(this.layers.mixed, width, height);
    for (const { cell, rings } of source.pieces) this.layers.place(cell, rings);
  }

  color(cell: number, color: string): void {
    this.layers.color(cell, channels(color));
    this.waiting.add(cell);
  }

  /** Takes the gaps as they now are; those that look as before are left as drawn. */
  gaps(shapes: GapShape[]): void {
    const [before, after] = [new Set(this.shapes.map((s) => s.key)), new Set(shapes.map((s) => s.key))];
    const changed = [
      ...this.shapes.filter((shape) => !after.has(shape.key)),
      ...shapes.filter((shape) => !before.has(shape.key)),
    ];
    this.shapes = shapes;
    for (const { rings } of changed) this.gapBox = around(this.gapBox, this.boxOf(rings));
  }

  /** Shows all that was given since the last time. Says how many cells that were. */
  paint(): number {
    const { width, height } = this.source.taken;
    const n = this.waiting.size;
    let box = this.layers.mixCells(this.waiting);
    this.waiting.clear();
    const gapBox = within(this.gapBox, width, height);
    this.gapBox = EMPTY_BOX;
    if (gapBox.left < gapBox.right && gapBox.top < gapBox.bottom) {
      this.drawGaps(gapBox);
      this.layers.mixBox(gapBox);
      box = around(box, gapBox);
    }
    this.put(box);
    return n;
  }

  /** The whole picture, once. */
  paintAll(): void {
    const { width, height } = this.source.taken;
    const whole = { left: 0, top: 0, right: width, bottom: height };
    this.waiting.clear();
    this.gapBox = EMPTY_BOX;
    this.drawGaps(whole);
    this.layers.mixBox(whole);
    this.put(whole);
  }

  private put({ left, top, right, bottom }: Box): void {
    if (left < right && top < bottom) {
      this.context.putImageData(this.image, 0, 0, left, top, right - left, bottom - top);
    }
  }

  private boxOf(rings: Corners[]): Box {
    let box = EMPTY_BOX;
    for (const ring of rings) {
      for (const [x, y] of ring) box = around(box, { left: x, top: y, right: x, bottom: y });
    }
    const edge = this.source.lineWidth + 1;
    return { left: box.left - edge, top: box.top - edge, right: box.right + edge, bottom: box.bottom + edge };
  }

  private drawGaps(box: Box): void {
    const context = this.gapContext;
    const { hatch, lineWidth, dash, taken } = this.source;
    const [w, h] = [box.right - box.left, box.bottom - box.top];
    context.save();
    context.beginPath();
    context.rect(box.left, box.top, w, h);
    context.clip();
    context.clearRect(box.left, box.top, w, h);
    context.lineWidth = lineWidth;
    context.setLineDash(dash);
    for (const { rings } of this.shapes) {
      const own = this.boxOf(rings);
      if (own.left > box.right || own.right < box.left || own.top > box.bottom || own.bottom < box.top) continue;
      const path = new Path2D();
      for (const ring of rings) {
        ring.forEach(([x, y], i) => (i === 0 ? path.moveTo(x, y) : path.lineTo(x, y)));
        path.closePath();
      }
      if (hatch) {
        context.globalAlpha = 0.8;
        context.fillStyle = hatch;
        context.fill(path, "evenodd");
      }
      context.globalAlpha = 1;
      context.strokeStyle = "#111111";
      context.stroke(path);
    }
    context.restore();
    const drawn = context.getImageData(box.left, box.top, w, h).data;
    for (let y = 0; y < h; y += 1) {
      const row = (box.top + y) * taken.width + box.left;
      for (let x = 0; x < w; x += 1) this.layers.gaps[row + x] = drawn[(y * w + x) * 4 + 3] as number;
    }
  }
}
