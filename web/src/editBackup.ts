// Edits live on the server until it ends. The browser keeps a copy of them, so that they can be
// made again on a server that was started anew with the same plan.

import type { Modification } from "./api.ts";

export interface EditBackup {
  edits: Modification[];
  /** When they were kept, in ISO 8601. */
  at: string;
}

type Store = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** Edits are kept for one plan with all its files, so that they never land on another. */
const keyOf = (fingerprint: string, scenario: string) => `nuanquan-edits/${fingerprint}/${scenario}`;

export function writeBackup(store: Store, fingerprint: string, scenario: string, kept: EditBackup): void {
  const key = keyOf(fingerprint, scenario);
  try {
    if (kept.edits.length === 0) store.removeItem(key);
    else store.setItem(key, JSON.stringify(kept));
  } catch {
    // A full or forbidden store keeps nothing; saving as a plan still does.
  }
}

export function readBackup(store: Store, fingerprint: string, scenario: string): EditBackup | null {
  try {
    const kept = JSON.parse(store.getItem(keyOf(fingerprint, scenario)) ?? "null") as Partial<EditBackup> | null;
    if (!kept || !Array.isArray(kept.edits) || kept.edits.length === 0) return null;
    return { edits: kept.edits, at: String(kept.at ?? "") };
  } catch {
    return null;
  }
}
