import { bound, isWithin, LIMITS, type LimitOption, unitOf } from "./limits";
import type { Verdict } from "./verdict";

/** A verdict without its outcome. */
export type Figures = Omit<Verdict, "passed" | "reasons">;

const SHOWN_IDS = 5;

/**
 * Returns why a drill failed: tasks were lost, the installation did not recover, or a limit was exceeded or could not
 * be measured.
 */
export function reasonsOf(figures: Figures): string[] {
  const { confirmed, lost, lostIds, fullStrengthSeconds } = figures;
  return [
    ...(confirmed === 0 ? ["no task was confirmed, so the drill proves nothing"] : []),
    ...(lost > 0 ? [`${lost} of ${confirmed} confirmed tasks lost, at most 0: ${someOf(lostIds)}`] : []),
    ...(fullStrengthSeconds === null
      ? [`the installation did not return to full strength${boundOfFullStrength(figures)}`]
      : []),
    ...LIMITS.flatMap((option) => exceeded(option, figures)),
  ];
}

function exceeded(limit: LimitOption, figures: Figures): string[] {
  const figure = figures[limit.key];
  if (isWithin(limit, figures.limits, figure) ?? true) return [];
  const most = bound(limit, figures.limits);
  if (figure !== null) return [`${limit.figure} ${figure}${unitOf(limit)}, ${most}${detail(limit, figures)}`];
  // reasonsOf has its own sentence for an installation that did not recover.
  if (limit.key === "fullStrengthSeconds") return [];
  return [`${limit.figure} could not be measured${whyNot(limit, figures)}, ${most}`];
}

function whyNot({ key }: LimitOption, { workers }: Figures): string {
  if (key === "consumeGapSeconds") return ": no unaffected worker finished a task";
  if (key !== "workerBackSeconds") return "";
  const silent = workers.filter(({ survived, backSeconds }) => survived && backSeconds === null);
  if (silent.length === 0) return ": no worker survived";
  return `: ${silent.map(({ worker }) => worker).join(" and ")} began no task after the fault`;
}

function detail({ key }: LimitOption, { starvedSeconds, duplicatedIds }: Figures): string {
  if (key === "duplicated") return `: ${someOf(duplicatedIds)}`;
  if (key === "consumeGapSeconds" && starvedSeconds)
    return `; for ${starvedSeconds} s of it no task was waiting`;
  return "";
}

const boundOfFullStrength = ({ limits }: Figures): string =>
  limits.fullStrengthSeconds === undefined
    ? ""
    : `, within ${limits.fullStrengthSeconds} s (--full-strength)`;

function someOf(ids: readonly string[]): string {
  const more = ids.length - SHOWN_IDS;
  return ids.slice(0, SHOWN_IDS).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
