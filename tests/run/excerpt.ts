const LINES = 12;

/**
 * Returns the lines of a suite's output that tell most about its failure: the first failed test in mocha's summary, or
 * the last lines. They are printed again below the table, since of a long log often only the end is kept.
 */
export function excerpt(output: readonly string[]): readonly string[] {
  const summary = output.findLastIndex((line) => /^\s*\d+ failing$/.test(line));
  if (summary < 0) return output.slice(-LINES);
  return output
    .slice(summary)
    .filter((line) => line.trim() !== "")
    .slice(0, LINES);
}
