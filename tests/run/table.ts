import { type Ended, Result } from "./runner";

/** The results of all suites with their times, in the order in which they ended, what failed in them, and a count. */
export function table(ended: readonly Ended[], totalSeconds: number): string {
  const rows = ended.map(({ name, result, seconds, reason }) => [
    name,
    reason ? "" : minutes(seconds),
    result,
    reason,
  ]);
  const lines = [...rows, ["total", minutes(totalSeconds)]].map(
    ([name = "", time = "", result = "", reason]) =>
      [name.padEnd(12), time.padStart(6), ` ${result}`, ...(reason ? [`: ${reason}`] : [])].join(""),
  );
  const count = (wanted: Result) => ended.filter(({ result }) => result === wanted).length;
  const failures = ended.flatMap(({ name, excerpt = [] }) =>
    excerpt.length > 0 ? ["", `${name}:`, ...excerpt.map((line) => `  ${line}`)] : [],
  );
  return [
    ...lines,
    ...failures,
    "",
    `${count(Result.Passed)} passed, ${count(Result.Failed)} failed, ${count(Result.NotRun)} skipped`,
  ].join("\n");
}

/** Seconds as minutes:seconds. */
function minutes(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
