/** What a scene is held to; undefined means not limited. Nothing may be lost in any scene, which is no option. */
export interface Limits {
  /** Seconds without a confirm while publishers publish. */
  readonly publishGapSeconds?: number;
  /** Seconds without a finished task on surviving slots while there are tasks. */
  readonly consumeGapSeconds?: number;
  /** Seconds from the fault until each surviving worker takes tasks again. */
  readonly workerBackSeconds?: number;
  /** Seconds from the fault until tasks that it cut off run again. */
  readonly redeliverySeconds?: number;
  /** Seconds from the undoing of the fault to full strength. */
  readonly fullStrengthSeconds?: number;
  /** Tasks that run more than once, at most: `running` is the number of all worker slots of the drill. */
  readonly duplicated?: number | "running";
  /** Tasks that end in the dead-letter queue, exactly. */
  readonly deadLettered?: number;
}

/** How a limit is called on the command line and in sentences. */
export interface LimitOption {
  readonly key: keyof Limits;
  /** On the command line, without the dashes. */
  readonly option: string;
  readonly unit: "seconds" | "tasks";
  /** The figure's name in reasons and reports. */
  readonly figure: string;
  readonly meaning: string;
  /** What else the option's help says. */
  readonly hint?: string;
  /** The figure must be exactly this, not at most. */
  readonly exact?: boolean;
  /** Not measuring anything holds the limit. */
  readonly nothingIsFine?: boolean;
}

/** By default each scene has limits of its own. */
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
    meaning: "longest time without a finished task on unharmed workers",
  },
  {
    key: "workerBackSeconds",
    option: "worker-back",
    unit: "seconds",
    figure: "worker back",
    meaning: "from the fault until every surviving worker takes tasks again",
  },
  {
    key: "redeliverySeconds",
    option: "redelivery",
    unit: "seconds",
    figure: "redelivery",
    meaning: "from the fault until tasks that it cut off run again",
    nothingIsFine: true,
  },
  {
    key: "fullStrengthSeconds",
    option: "full-strength",
    unit: "seconds",
    figure: "full strength",
    meaning: "from the undoing of the fault until everything is whole",
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
    meaning: "tasks that ended in the dead-letter queue",
    hint: ", exactly this many",
    exact: true,
  },
];

/** A scene's limits with what the user has set, by commander's names of the options (`publishGap`). "none" takes a limit away. */
export function mergeLimits(ofScene: Limits, options: object): Limits {
  const given = options as Readonly<Record<string, unknown>>;
  const merged = LIMITS.map(({ key, option }) => [key, given[attributeOf(option)] ?? ofScene[key]]);
  return Object.fromEntries(merged.filter(([, value]) => value !== undefined && value !== "none")) as Limits;
}

/** Each limit that is set, for people: `publish gap at most 10 s (--publish-gap)`. */
export const describeLimits = (limits: Limits): string[] =>
  LIMITS.filter(({ key }) => limits[key] !== undefined).map(
    (limit) => `${limit.figure} ${bound(limit, limits)}`,
  );

/** `at most 10 s (--publish-gap)` */
export function bound(limit: LimitOption, limits: Limits): string {
  const value = limits[limit.key];
  const most = value === "running" ? "as many as run at the same time" : `${value}${unitOf(limit)}`;
  return `${limit.exact ? "exactly" : "at most"} ${most} (--${limit.option})`;
}

/** Limits in figures. */
export const resolveLimits = (limits: Limits, slots: number): ResolvedLimits => ({
  ...limits,
  duplicated: limits.duplicated === "running" ? slots : limits.duplicated,
});

export type ResolvedLimits = { readonly [Key in keyof Limits]?: number };

/** Whether a figure holds its limit; undefined when there is none. What could not be measured does not hold. */
export function holds(
  limit: LimitOption,
  limits: ResolvedLimits,
  figure: number | null,
): boolean | undefined {
  const most = limits[limit.key];
  if (most === undefined) return undefined;
  if (figure === null) return limit.nothingIsFine ?? false;
  return limit.exact ? figure === most : figure <= most;
}

export const unitOf = ({ unit }: LimitOption): string => (unit === "seconds" ? " s" : "");

const attributeOf = (option: string): string =>
  option.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
