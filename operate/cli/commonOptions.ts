import { MEASURED_SECONDS } from "../status/measured";
import { VIEW_SECONDS } from "../tasks/rates";
import { durationOption } from "./durationOption";

/** Arguments of `Command.option` for commands that print a result. */
export const JSON_OPTION = ["--json", "print one JSON object instead of text"] as const;

/** Arguments of `Command.option` for commands that show rates of queues. */
export const OVER_OPTION = [
  "--over <duration>",
  `measure the rates of queues for this long, such as 30s; arrivals need 10s (default: ${MEASURED_SECONDS} s, or with --watch the last ${VIEW_SECONDS} s)`,
  durationOption,
] as const;

/** Parser of an option that can be repeated. */
export const repeated = (value: string, before: readonly string[] = []): string[] => [...before, value];
