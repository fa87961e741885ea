// Colours that hold for colour-blind eyes: viridis for time, blue for gained and red for lost,
// Okabe and Ito's set for kinds and parts. Gaps carry a pattern besides.

/** Seven steps of viridis, near first: bright is near, dark is far. */
export const TIME_COLORS = [
  "#fde725",
  "#a0da39",
  "#4ac16d",
  "#1fa187",
  "#31688e",
  "#443a83",
  "#440154",
] as const;

/** Upper ends of the time bands as shares of the limit; the last band has none. */
export const BAND_ENDS = [0.4, 0.6, 0.8, 1, 1.5, 2] as const;

export const COVERED = "#4ac16d";
export const UNLINKED = "#9a9a9a";
export const NONE = "rgba(0,0,0,0)";

/** By the number of the change: nothing, kept, gained, lost, never. */
export const CHANGE_COLORS = [NONE, "#cfcfcf", "#0072b2", "#d7301f", "#8a8a8a"] as const;

export const PART_COLORS = ["#e69f00", "#56b4e9", "#cc79a7", "#f0e442", "#009e73"] as const;

/** Supply from none at all over short to ample; the middle of the last four is what is wanted. */
export const SUPPLY_COLORS = ["#4a2503", "#b0692a", "#ecd29b", "#7cc4b8", "#0b5f55"] as const;

/** Not covered by day; keeps all by night, loses up to half, more, everything. */
export const NIGHT_COLORS = ["#c4c4c4", "#f6edb5", "#d690c0", "#8a2f9c", "#3d0a5c"] as const;

/** Facilities that are asked for more than they can serve, and those that serve less than half. */
export const ROOM_COLORS = { overloaded: "#b5230f", idle: "#0072b2" } as const;

/** For facilities, by the order of the kinds. */
export const KIND_COLORS = ["#0b3c5d", "#b5451b", "#6a1b6a", "#155e3b", "#3b3b3b"] as const;

export function bandOf(timeS: number | null, limitS: number): number {
  if (timeS === null) return BAND_ENDS.length;
  const band = BAND_ENDS.findIndex((end) => timeS <= end * limitS + 1e-9);
  return band < 0 ? BAND_ENDS.length : band;
}

export interface CellLook {
  classNumber: number;
  timeS: number | null;
  limitS: number | null;
  weakest: number | null | undefined;
}

/** The colour of a cell by its values. */
export function cellColor(cell: CellLook): string {
  if (cell.classNumber === 0) return NONE;
  if (cell.classNumber === 3) return UNLINKED;
  if (cell.limitS !== null) {
    return TIME_COLORS[bandOf(cell.timeS, cell.limitS)] ?? NONE;
  }
  if (cell.classNumber === 1) return COVERED;
  return PART_COLORS[(cell.weakest ?? 0) % PART_COLORS.length] ?? NONE;
}

/** The paler form of a colour: two fifths of it on white. */
export function tint(color: string): string {
  const channel = (from: number) => {
    const value = Number.parseInt(color.slice(from, from + 2), 16);
    return Math.round(255 - (255 - value) * 0.4).toString(16).padStart(2, "0");
  };
  return color.startsWith("#") ? `#${channel(1)}${channel(3)}${channel(5)}` : color;
}

/** Relative luminance and contrast as WCAG 2 defines them. */
export function contrast(a: string, b: string): number {
  const luminance = (color: string) => {
    const channel = (from: number) => {
      const value = Number.parseInt(color.slice(from, from + 2), 16) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    };
    return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
  };
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}
