// The marks of hazards: their shape says what they do, the colour says it again.

/** How each mark is painted, on the map and in the legend. */
export const HAZARD_MARKS = {
  close: { fill: "#c1121f", line: "#ffffff", sign: "bar" },
  slow: { fill: "#f4a300", line: "#3b2a00", sign: "!" },
  listed: { fill: "#ffffff", line: "#6b655c", sign: "!" },
  fixed: { fill: "#ffffff", line: "#2c6e49", sign: "check" },
} as const;

export type HazardMark = keyof typeof HAZARD_MARKS;

/** Corners in a square of 24. */
const SHAPES: Record<HazardMark, string> = {
  close: "M8 2h8l6 6v8l-6 6H8l-6-6V8z",
  slow: "M12 2 23 21H1z",
  listed: "M12 2 23 21H1z",
  fixed: "M12 2a10 10 0 1 1 0 20a10 10 0 1 1 0-20z",
};

const SIGNS: Record<(typeof HAZARD_MARKS)[HazardMark]["sign"], string> = {
  bar: "M6.5 12h11",
  "!": "M12 8.5v6M12 17.2v1.2",
  check: "M7.5 12.5l3 3 6-7",
};

/** A mark as paths, for whoever draws it. */
export function hazardPaths(mark: HazardMark): { shape: string; sign: string } {
  return { shape: SHAPES[mark], sign: SIGNS[HAZARD_MARKS[mark].sign] };
}

/** A mark as an image of the map; null for a mark that there is not. */
export function hazardPicture(name: string): { image: ImageData; pixelRatio: number } | null {
  if (!(name in HAZARD_MARKS)) return null;
  const mark = name as HazardMark;
  const pixelRatio = 2;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 24 * pixelRatio;
  const context = canvas.getContext("2d");
  if (!context) return null;
  const { fill, line } = HAZARD_MARKS[mark];
  const { shape, sign } = hazardPaths(mark);
  context.scale(pixelRatio, pixelRatio);
  context.lineJoin = context.lineCap = "round";
  context.fillStyle = fill;
  context.strokeStyle = line;
  context.lineWidth = 1.6;
  context.fill(new Path2D(shape));
  context.stroke(new Path2D(shape));
  context.lineWidth = 2.6;
  context.stroke(new Path2D(sign));
  return { image: context.getImageData(0, 0, canvas.width, canvas.height), pixelRatio };
}
