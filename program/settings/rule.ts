import type { Settings } from "./schema";
import type { Texts } from "./texts";

/** The settings that are of their type. A rule says nothing about the others. */
export type Known = Partial<Settings>;

/** Finds what no single key can tell: what belongs together, and what excludes each other. */
export type Rule = (settings: Known, say: Texts) => string[];
