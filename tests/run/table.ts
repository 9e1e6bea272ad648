import type { Ended } from "./runner";

/** The results of all suites, in the order in which they ended, with their times. */
export function table(ended: readonly Ended[], totalSeconds: number): string {
  const rows = ended.map(({ name, result, seconds, reason }) => [
    name,
    reason ? "" : minutes(seconds),
    result,
    reason,
  ]);
  return [...rows, ["total", minutes(totalSeconds)]]
    .map(([name = "", time = "", result = "", reason]) =>
      [name.padEnd(12), time.padStart(6), ` ${result}`, ...(reason ? [`: ${reason}`] : [])].join(""),
    )
    .join("\n");
}

/** Seconds as minutes:seconds. */
function minutes(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
