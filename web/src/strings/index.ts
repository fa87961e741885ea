import { en } from "./en.ts";
import { zhCN } from "./zh-CN.ts";

export type Language = "zh-CN" | "en";
/** Both tables have this type, so a missing string does not compile. */
export type Strings = { readonly [Key in keyof typeof zhCN]: string };

export const tables: Record<Language, Strings> = { "zh-CN": zhCN, en };
