import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Names of the metrics of real pods. tests/cluster/workers.test.ts writes it with UPDATE_GOLDENS=1. */
const RECORDED = join(__dirname, "recorded.txt");

export const readRecorded = (): Set<string> => new Set(readFileSync(RECORDED, "utf8").trim().split("\n"));

export const writeRecorded = (names: ReadonlySet<string>): void =>
  writeFileSync(RECORDED, [...names].sort().join("\n") + "\n");

/** Names of all metrics in an expression of PromQL, which are neither in quotes nor labels to group by. */
export const metricsIn = (expr: string): string[] =>
  expr
    .replaceAll(/"[^"]*"|\bby \([^)]*\)/g, "")
    .match(/\b(rabbitmq|ha_celery|erlang|process)_\w+(?=[{[ )]|$)/g) ?? [];
