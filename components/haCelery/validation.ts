import { appProblems } from "../shared/celery/validation";
import { ledgerProblems } from "../taskLedger/validation";
import { workersProblems } from "../celeryWorkers/validation";
import { jobProblems } from "../celeryJob/validation";
import { beatProblems } from "../celeryBeat/validation";
import type { HaCeleryArgs, WorkerPoolOptions } from "./args";
import { brokerProblems } from "../rabbitMqCluster/validation";
import { MAX_NAME, nameProblems, namespaceProblems, quote } from "../shared/validation";
import { longestHold, poolsOf } from "./pools";

/** Room for the names of the parts: `-scheduler`. */
const LONGEST_SUFFIX = 10;

/** Everything wrong with the arguments of a HaCelery and of its parts. */
export function haCeleryProblems(name: string, args: HaCeleryArgs): string[] {
  const pools = poolsOf(args);
  return [
    ...nameProblems("name", name, MAX_NAME - LONGEST_SUFFIX),
    ...namespaceChoiceProblems(args),
    ...appProblems(args.app),
    ...within("broker", brokerProblems(args.broker ?? {})),
    ...(pools.length === 0
      ? ["workers is empty, but nobody would run the tasks. Leave it out for one default pool."]
      : []),
    ...pools.flatMap((pool, index) => within(`workers[${index}]`, poolProblems(name, pool, args))),
    ...pools
      .filter((pool, index) => pools.findIndex((other) => other.name === pool.name) !== index)
      .map((pool) => `workers has two pools named ${quote(pool.name)}. Give each its own name.`),
    ...within("job", jobProblems(args.job ?? {})),
    ...within("beat", beatProblems(args.beat ?? {})),
    ...within("ledger", ledgerProblems(args.ledger ?? {})),
  ];
}

function namespaceChoiceProblems(args: HaCeleryArgs): string[] {
  if (args.namespaceName === undefined) return [];
  return [
    ...(args.existingNamespace === undefined
      ? []
      : [
          "namespaceName and existingNamespace are mutually exclusive, and cannot both be set; one is created, the other used as it is. Remove one.",
        ]),
    ...namespaceProblems("namespaceName", args.namespaceName),
  ];
}

function poolProblems(name: string, pool: WorkerPoolOptions, args: HaCeleryArgs): string[] {
  const timeout = args.broker?.consumerTimeoutSeconds;
  return [
    ...nameProblems("name", pool.name, Math.max(MAX_NAME - name.length - 1, LONGEST_SUFFIX)),
    ...(pool.app === undefined ? [] : appProblems(pool.app)),
    ...workersProblems(pool),
    ...(timeout === undefined || timeout > longestHold(pool)
      ? []
      : [
          `longestTaskSeconds times prefetch is ${longestHold(pool)}, but broker.consumerTimeoutSeconds is ${timeout}: the broker would have tasks run again that are still running. Leave broker.consumerTimeoutSeconds out, or raise it.`,
        ]),
  ];
}

const within = (part: string, problems: string[]) => problems.map((problem) => `${part}.${problem}`);
