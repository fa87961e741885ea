import { describe, expect, it } from "vitest";
import { writeBackup, readBackup } from "../src/editBackup.ts";
import type { Modification } from "../src/api.ts";

function store() {
  const held = new Map<string, string>();
  return {
    held,
    getItem: (key: string) => held.get(key) ?? null,
    setItem: (key: string, value: string) => void held.set(key, value),
    removeItem: (key: string) => void held.delete(key),
  };
}

const edit: Modification = { do: "move-facility", facility: "W03", to: "114.03,22.56" };
const at = "2026-11-22T04:00:00.000Z";

describe("edits kept in the browser", () => {
  it("are there again for the same plan and scenario, and for no other", () => {
    const one = store();
    writeBackup(one, "plan-a", "baseline", { edits: [edit], at });
    expect(readBackup(one, "plan-a", "baseline")).toEqual({ edits: [edit], at });
    expect(readBackup(one, "plan-b", "baseline")).toBeNull();
    expect(readBackup(one, "plan-a", "five-cabinets")).toBeNull();
  });

  it("are forgotten when all were taken back", () => {
    const one = store();
    writeBackup(one, "plan-a", "baseline", { edits: [edit], at });
    writeBackup(one, "plan-a", "baseline", { edits: [], at });
    expect(one.held.size).toBe(0);
  });

  it("that cannot be read are none, and a store that refuses is no error", () => {
    const one = store();
    writeBackup(one, "plan-a", "baseline", { edits: [edit], at });
    for (const key of one.held.keys()) one.held.set(key, "{");
    expect(readBackup(one, "plan-a", "baseline")).toBeNull();
    const full = {
      ...store(),
      setItem: () => {
        throw new Error("full");
      },
    };
    expect(() => writeBackup(full, "plan-a", "baseline", { edits: [edit], at })).not.toThrow();
  });
});
