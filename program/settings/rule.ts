import type { Settings } from "./schema";
import type { Messages } from "./messages";

/** Settings that are valid on their own. A rule ignores the others. */
export type ValidSettings = Partial<Settings>;

/** Finds problems between settings. */
export type Rule = (settings: ValidSettings, messages: Messages) => string[];
