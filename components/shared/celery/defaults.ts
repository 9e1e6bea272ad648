import { type Labels, labelsOf, selectorOf } from "../labels";

/** The user of docker/worker. */
export const USER = 10001;
export const DEFAULT_QUEUES = ["tasks"];
export const DEFAULT_LONGEST_TASK_SECONDS = 3600;
/** docs/decisions/throughput.md has the figures. */
export const DEFAULT_PREFETCH = 4;
export interface Identity {
  name: string;
  labels: Labels;
  selector: Record<string, string>;
}

export function identity(application: string, name: string, role: string): Identity {
  const labels = labelsOf(application, name, role);
  return { name, labels, selector: selectorOf(labels) };
}
