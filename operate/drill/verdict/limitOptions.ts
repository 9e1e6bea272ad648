import { InvalidArgumentError, Option } from "commander";
import { LIMITS, type LimitOption } from "./limits";

/** One command-line option for every limit: `--publish-gap <seconds>` and so on. */
export const limitOptions = (): Option[] =>
  LIMITS.map((limit) =>
    new Option(
      `--${limit.option} <${limit.unit}>`,
      `limit: ${limit.meaning}${limit.hint ?? ""}; "none" for no limit (default: the scene's)`,
    ).argParser((text: string) => parseLimit(limit, text)),
  );

function parseLimit({ key, unit }: LimitOption, text: string): number | "running" | "none" {
  if (text === "none" || (text === "running" && key === "duplicated")) return text;
  const value = Number(text);
  if (
    text.trim() === "" ||
    !Number.isFinite(value) ||
    value < 0 ||
    (unit === "tasks" && !Number.isInteger(value))
  )
    throw new InvalidArgumentError(
      `Give a ${unit === "tasks" ? "whole number" : "number"} of ${unit} of at least 0, or "none".`,
    );
  return value;
}
