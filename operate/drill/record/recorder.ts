import type { Brokers } from "../../cluster/brokers";
import type { Cluster } from "../../cluster/cluster";
import type { Installation } from "../../cluster/installation";
import { messageOf } from "../../errors";
import { createEvent } from "./event";
import { addToHistory, historyName } from "./history";
import { publishMetrics } from "./metrics";
import type { DrillResult } from "../plan";
import { type Began, type DrillRecord, recordOf, recordOfError } from "./record";
import { postWebhook } from "./webhook";

/** Where a drill's outcome goes. */
export interface RecordOptions {
  /** Keep it in the history, and report it as an event and as a metric. */
  readonly record?: boolean;
  /** Post it to this URL. */
  readonly webhook?: string;
}

/** A drill's installation, and what becomes of its record. */
export interface Recording {
  readonly cluster: Cluster;
  readonly installation: Parameters<typeof record>[1];
  readonly options: RecordOptions;
  /** Is called with the record, and with a sentence for each place in which it is missing. */
  readonly report: (outcome: DrillRecord, failures: readonly string[]) => void;
}

/** Runs a drill, and records how it ended, also without a verdict. */
export async function recorded(
  began: Began,
  { cluster, installation, options, report }: Recording,
  run: () => Promise<DrillResult>,
): Promise<DrillResult> {
  const keep = async (outcome: DrillRecord) =>
    report(outcome, await record(cluster, installation, options, outcome));
  const result = await run().catch(async (error: unknown) => {
    await keep(recordOfError(began, error));
    throw error;
  });
  await keep(recordOf(began, result.verdict));
  return result;
}

/** Records an outcome everywhere that the options name. Returns what failed, one sentence each. */
export async function record(
  cluster: Cluster,
  installation: Pick<Installation, "namespace" | "name"> & { readonly brokers: Brokers },
  { record: isKept, webhook }: RecordOptions,
  outcome: DrillRecord,
): Promise<string[]> {
  const { namespace } = installation;
  const places: readonly (readonly [place: string, write: () => Promise<void>])[] = [
    ...(isKept
      ? ([
          [
            `history, ConfigMap ${namespace}/${historyName(installation)}`,
            () => addToHistory(cluster, installation, outcome),
          ],
          ["events", () => createEvent(cluster, installation, outcome)],
          ["metrics", () => publishMetrics(installation.brokers, outcome)],
        ] as const)
      : []),
    ...(webhook === undefined
      ? []
      : ([["webhook", () => postWebhook(webhook, installation, outcome)]] as const)),
  ];
  const failures = await Promise.all(
    places.map(async ([place, write]) => {
      try {
        await write();
        return [];
      } catch (error) {
        return [`The outcome of ${outcome.run} is missing in the ${place}: ${messageOf(error)}`];
      }
    }),
  );
  return failures.flat();
}
