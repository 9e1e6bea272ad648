import type { Durations } from "../../tasks/model";
import { formatSeconds } from "../../tasks/words";

interface PercentilesProps {
  readonly of: Durations | undefined;
  /** End of the scale, in seconds. */
  readonly longest: number;
  /** Class that sets the color. */
  readonly color: string;
}

/** Shorter durations are at the begin of the scale. */
const SHORTEST = 0.001;

/** Three percentiles as text, and as a bar from the first to the last on a logarithmic scale. */
export function Percentiles({ of, longest, color }: PercentilesProps) {
  if (!of) return <span class="hint">unknown</span>;
  const { p50, p95, p99, limit } = of;
  const position = (seconds: number) => 100 * scaled(seconds, longest);
  const [from, middle, to] = [position(p50), position(p95), position(p99)];
  return (
    <span class="percentiles">
      <span>{[p50, p95, p99].map((seconds) => formatSeconds(seconds, limit)).join(" · ")}</span>
      <svg class={`range ${color}`} viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
        <rect class="rail" x="0" y="3.5" width="100" height="1" />
        <rect class="tail" x={from} y="2" width={Math.max(1, to - from)} height="4" />
        <rect class="body" x={from} y="1" width={Math.max(1.5, middle - from)} height="6" />
      </svg>
    </span>
  );
}

/** Position from 0 to 1 between the shortest and the longest duration. */
export const scaled = (seconds: number, longest: number): number => {
  const ratio = Math.log(Math.max(seconds, SHORTEST) / SHORTEST) / Math.log(Math.max(longest / SHORTEST, 2));
  return Math.min(1, Math.max(0, ratio));
};
