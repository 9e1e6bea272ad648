import { type Labels, labelsOf } from "../shared/labels";
import { omitUndefined } from "../shared/omitUndefined";
import { type MonitoredBroker, type MonitoringArgs, Scraper } from "./args";

/** Arguments with all defaults. */
export interface ResolvedMonitoring extends MonitoringArgs {
  name: string;
  labels: Labels;
  by: Scraper;
  intervalSeconds: number;
  perQueue: boolean;
  mostQueues: number;
  alerts: boolean;
  dashboards: boolean;
  longestWaitSeconds: number;
  broker: MonitoredBroker & { replicas: number };
  workers: string[];
}

export function resolveMonitoring(name: string, args: MonitoringArgs): ResolvedMonitoring {
  return {
    by: Scraper.PodMonitor,
    intervalSeconds: 30,
    perQueue: true,
    mostQueues: 1000,
    alerts: true,
    dashboards: true,
    longestWaitSeconds: 300,
    workers: [],
    ...omitUndefined(args),
    broker: { replicas: 3, ...omitUndefined(args.broker) },
    labels: { ...args.labels, ...labelsOf("monitoring", name, "monitoring") },
    name,
  };
}
