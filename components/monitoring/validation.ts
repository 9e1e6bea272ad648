import {
  type Validation,
  checkedByRule,
  each,
  namespace,
  oneOf,
  resourceName,
  unchecked,
  wholeNumber,
} from "../shared/checks";
import { labels } from "../podOptions/validation";
import { type MonitoringArgs, type MonitoringOptions, Scraper } from "./args";

export const MONITORING_OPTIONS: Validation<MonitoringOptions> = {
  checks: {
    by: oneOf(Scraper),
    labels,
    intervalSeconds: wholeNumber({ why: "more often costs the brokers CPU", least: 5, most: 300 }),
    perQueue: unchecked,
    mostQueues: wholeNumber({ why: "it is a number of queues", least: 1 }),
    alerts: unchecked,
    dashboards: unchecked,
    longestWaitSeconds: wholeNumber({ why: "it is a duration", least: 1 }),
  },
  rules: [],
};

/** That of the longest `HaCelery`, and `-monitoring`. It names no pods and Services, whose names are limited. */
export const LONGEST_NAME = 41;

export const MONITORING: Validation<MonitoringArgs> = {
  checks: {
    ...MONITORING_OPTIONS.checks,
    namespace,
    broker: checkedByRule,
    workers: each(resourceName()),
    beat: resourceName(),
  },
  rules: [
    ...MONITORING_OPTIONS.rules,
    { needs: [], problems: ({ broker }) => resourceName()("broker.name", broker.name) },
  ],
};
