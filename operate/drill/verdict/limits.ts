/** Limits of a scene. Undefined means no limit. That no task may be lost always applies and cannot be changed. */
export interface Limits {
  /** Longest time without a confirm while publishers publish. */
  readonly publishGapSeconds?: number;
  /** Longest time without a finished task on surviving workers while there are tasks. */
  readonly consumeGapSeconds?: number;
  /** Time from the fault until every surviving worker runs tasks again. */
  readonly workerBackSeconds?: number;
  /** Time from the fault until the tasks that it interrupted run again. */
  readonly redeliverySeconds?: number;
  /** Time from undoing the fault until the installation is healthy. */
  readonly fullStrengthSeconds?: number;
  /** Largest number of tasks that run more than once. `running` means the number of worker slots in the drill. */
  readonly duplicated?: number | "running";
  /** Exact number of tasks that end up in the dead-letter queue. */
  readonly deadLettered?: number;
}

/** Names of a limit on the command line and in reports. */
export interface LimitOption {
  readonly key: keyof Limits;
  /** Option name without the dashes. */
  readonly option: string;
  readonly unit: "seconds" | "tasks";
  /** Name of the figure in reasons and reports. */
  readonly figure: string;
  readonly meaning: string;
  /** Appended to the help text of the option. */
  readonly hint?: string;
  /** The figure must equal the limit. Otherwise, the limit is a maximum. */
  readonly exact?: boolean;
  /** A missing figure is within the limit. */
  readonly optional?: boolean;
}

/** All limits, in the order of a report. Each scene has its own defaults. */
export const LIMITS: readonly LimitOption[] = [
  {
    key: "publishGapSeconds",
    option: "publish-gap",
    unit: "seconds",
    figure: "publish gap",
    meaning: "longest time without a confirm",
  },
  {
    key: "consumeGapSeconds",
    option: "consume-gap",
    unit: "seconds",
    figure: "consume gap",
    meaning: "longest time without a finished task on unaffected workers",
  },
  {
    key: "workerBackSeconds",
    option: "worker-back",
    unit: "seconds",
    figure: "worker back",
    meaning: "from the fault until every surviving worker runs tasks again",
  },
  {
    key: "redeliverySeconds",
    option: "redelivery",
    unit: "seconds",
    figure: "redelivery",
    meaning: "from the fault until the tasks that it interrupted run again",
    optional: true,
  },
  {
    key: "fullStrengthSeconds",
    option: "full-strength",
    unit: "seconds",
    figure: "full strength",
    meaning: "from undoing the fault until the installation is healthy",
  },
  {
    key: "duplicated",
    option: "duplicated",
    unit: "tasks",
    figure: "duplicated",
    meaning: "tasks that ran more than once",
    hint: '; "running": as many as run at the same time',
  },
  {
    key: "deadLettered",
    option: "dead-lettered",
    unit: "tasks",
    figure: "dead-lettered",
    meaning: "tasks in the dead-letter queue",
    hint: ", exactly this many",
    exact: true,
  },
];

/**
 * Returns a scene's limits with those that the user set. Commander names the options `publishGap`. "none" removes a
 * limit.
 */
export function mergeLimits(sceneLimits: Limits, options: object): Limits {
  const values = options as Readonly<Record<string, unknown>>;
  const merged = LIMITS.map(({ key, option }) => [key, values[attributeOf(option)] ?? sceneLimits[key]]);
  return Object.fromEntries(merged.filter(([, value]) => value !== undefined && value !== "none")) as Limits;
}

/** Describes each limit that is set: `publish gap at most 10 s (--publish-gap)`. */
export const describeLimits = (limits: Limits): string[] =>
  LIMITS.filter(({ key }) => limits[key] !== undefined).map(
    (limit) => `${limit.figure} ${bound(limit, limits)}`,
  );

/** Describes a limit: `at most 10 s (--publish-gap)`. */
export function bound(limit: LimitOption, limits: Limits): string {
  const value = limits[limit.key];
  const most = value === "running" ? "as many as run at the same time" : `${value}${unitOf(limit)}`;
  return `${limit.exact ? "exactly" : "at most"} ${most} (--${limit.option})`;
}

/** Replaces `running` with the number of worker slots. */
export const resolveLimits = (limits: Limits, slots: number): ResolvedLimits => ({
  ...limits,
  duplicated: limits.duplicated === "running" ? slots : limits.duplicated,
});

export type ResolvedLimits = { readonly [Key in keyof Limits]?: number };

/**
 * Returns whether a figure is within its limit. Undefined if there is no limit. A figure that could not be measured
 * is not.
 */
export function isWithin(
  limit: LimitOption,
  limits: ResolvedLimits,
  figure: number | null,
): boolean | undefined {
  const most = limits[limit.key];
  if (most === undefined) return undefined;
  if (figure === null) return limit.optional ?? false;
  return limit.exact ? figure === most : figure <= most;
}

export const unitOf = ({ unit }: LimitOption): string => (unit === "seconds" ? " s" : "");

const attributeOf = (option: string): string =>
  option.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
