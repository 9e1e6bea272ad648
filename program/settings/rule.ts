import type { Settings } from "./schema";
import type { Messages } from "./messages";

/** The settings that are of their type. A rule says nothing about the others. */
export type ValidSettings = Partial<Settings>;

/** Finds what no single key can tell: what belongs together, and what excludes each other. */
export type Rule = (settings: ValidSettings, messages: Messages) => string[];
