// Takes one frame of the map apart into what lies below the cells, the streets, and the rest.
//
// Layers of our own stand between the map's layers. In the frame that is taken, each of them reads
// what was drawn since the one before it, and wipes it, so that each reading holds a part alone.

import type { CustomLayerInterface, Map } from "maplibre-gl";
import type { Pixels, Taken } from "./mapSnapshot.ts";

/** The layer above each tap; none for the top of the map. */
const BELOW_CELLS = "cells";
const ABOVE_CELLS = "cells-edge";
const ABOVE_STREETS = "gaps-hatch";
const ABOVE_GAPS = "area";

export class Taps {
  private isTaking = false;
  private parts: { below?: Pixels; streets?: Pixels; top?: Pixels } = {};
  private size = { width: 0, height: 0 };

  constructor(private readonly map: Map) {
    map.once("style.load", () => {
      const { parts } = this;
      this.tap(BELOW_CELLS, (gl) => (parts.below = read(gl)));
      this.tap(ABOVE_CELLS, wipe);
      this.tap(ABOVE_STREETS, (gl) => (parts.streets = read(gl)));
      this.tap(ABOVE_GAPS, wipe);
      this.tap(undefined, (gl) => {
        parts.top = read(gl);
        this.size = { width: gl.drawingBufferWidth, height: gl.drawingBufferHeight };
      });
    });
  }

  /**
   * Draws the map once, in parts. The map itself is left without what lies below its top, so
   * something must cover it before the browser shows it. Cost: one frame and three readings.
   */
  take(): Taken {
    this.isTaking = true;
    try {
      this.map.redraw();
    } finally {
      this.isTaking = false;
    }
    const { below, streets, top } = this.parts;
    if (!below || !streets || !top) throw new Error("the map was not drawn");
    return { ...this.size, below, streets, top };
  }

  private tap(before: string | undefined, work: (gl: WebGL2RenderingContext) => void): void {
    const layer: CustomLayerInterface = {
      id: `tap-${before ?? "top"}`,
      type: "custom",
      render: (gl) => {
        if (this.isTaking) work(gl as WebGL2RenderingContext);
      },
    };
    this.map.addLayer(layer, before);
  }
}

function wipe(gl: WebGL2RenderingContext): void {
  gl.clearColor(0, 0, 0, 0);
  gl.clear(gl.COLOR_BUFFER_BIT);
}

/** All pixels, rows from the top. */
function read(gl: WebGL2RenderingContext): Pixels {
  const { drawingBufferWidth: width, drawingBufferHeight: height } = gl;
  const upward = new Uint8Array(width * height * 4);
  gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, upward);
  const downward = new Uint8Array(upward.length);
  const row = width * 4;
  for (let y = 0; y < height; y += 1) {
    downward.set(upward.subarray((height - 1 - y) * row, (height - y) * row), y * row);
  }
  return downward;
}
