import {
  type Check,
  type Validation,
  PLACEMENT,
  all,
  check,
  compute,
  each,
  fields,
  namespace,
  oneOf,
  quote,
  resourceName,
  unchecked,
  wholeNumber,
} from "../shared/checks";
import type { SecretKey } from "../types";
import type { DrillLimits, ScheduledDrillsArgs, ScheduledDrillsOptions } from "./args";
import { BLACKOUT_FORMAT, isTimeZone, parseBlackout } from "./blackout";
import { RESERVED_OPTIONS } from "./command";
import { DrillScene } from "./scenes";

/** Kubernetes appends 11 characters to a CronJob's name for its Jobs, and Pulumi 9 to ours. */
export const LONGEST_NAME = 38;

const scenes: Check<DrillScene[]> = all(
  check(
    (names) => names.length > 0,
    (what) => `${what} is empty, so there would be no drill. Name scenes, for example "pod-delete".`,
  ),
  each(oneOf(DrillScene)),
);

const schedule: Check<string> = check(
  (text) => /^[\d*,/-]+( [\dA-Za-z*,/-]+){4}$/.test(text),
  (what, text) =>
    `${what} is ${quote(text)}, which is not a schedule of cron. Use minute, hour, day, month and weekday, for example "0 3 * * 1".`,
);

const timeZone: Check<string> = check(
  isTimeZone,
  (what, name) =>
    `${what} is ${quote(name)}, which is not in the tz database. Use for example "Europe/Berlin".`,
);

const blackout: Check<string> = check(
  (text) => parseBlackout(text) !== undefined,
  (what, text) => `${what} is ${quote(text)}. Use ${BLACKOUT_FORMAT}.`,
);

const option: Check<string> = (what, text) => {
  const name = text.split("=")[0] ?? "";
  const instead = RESERVED_OPTIONS[name];
  return instead === undefined ? [] : [`${what} is ${quote(text)}. ${instead}, and remove the option.`];
};

const seconds: Check<number> = check(
  (value) => value >= 0 && Number.isFinite(value),
  (what, value) => `${what} is ${value}, but it is a duration. Use a number of seconds of at least 0.`,
);

export const DRILLS: Validation<ScheduledDrillsOptions> = {
  checks: {
    image: unchecked,
    scenes,
    schedule,
    timeZone,
    blackouts: each(blackout),
    limits: fields<DrillLimits>({
      publishGapSeconds: seconds,
      consumeGapSeconds: seconds,
      workerBackSeconds: seconds,
      redeliverySeconds: seconds,
      fullStrengthSeconds: seconds,
      duplicated: wholeNumber({ why: "it is a number of tasks", least: 0 }),
    }),
    allowProtected: unchecked,
    options: each(option),
    webhook: fields<SecretKey>({ secretName: unchecked, key: unchecked }),
    suspend: unchecked,
    deadlineMinutes: wholeNumber({ why: "one drill takes minutes", least: 5, most: 1440 }),
    compute,
    ...PLACEMENT,
  },
  rules: [],
};

export const SCHEDULED_DRILLS: Validation<ScheduledDrillsArgs> = {
  checks: { ...DRILLS.checks, namespace, broker: resourceName() },
  rules: DRILLS.rules,
};
