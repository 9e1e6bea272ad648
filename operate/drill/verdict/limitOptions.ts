import { InvalidArgumentError, Option } from "commander";
import { parseNumber } from "../../numbers";
import { LIMITS, type LimitOption } from "./limits";

/** Returns one command-line option per limit, such as `--publish-gap <seconds>`. */
export const limitOptions = (): Option[] =>
  LIMITS.map((limit) =>
    new Option(
      `--${limit.option} <${limit.unit}>`,
      `limit: ${limit.meaning}${limit.hint ?? ""}; "none" for no limit (default: the scene's)`,
    ).argParser((text: string) => parseLimit(limit, text)),
  );

function parseLimit({ key, unit }: LimitOption, text: string): number | "running" | "none" {
  if (text === "none" || (text === "running" && key === "duplicated")) return text;
  const integer = unit === "tasks";
  const value = parseNumber(text, { integer });
  if (value !== undefined) return value;
  throw new InvalidArgumentError(
    `Use ${integer ? "an integer" : "a number"} of ${unit} of at least 0, or "none".`,
  );
}
