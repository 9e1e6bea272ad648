import type { V1Deployment } from "@kubernetes/client-node";
import { VARIABLES } from "../../components/shared/celery/contract";

const OPTION = /^(?:--queues|-Q)(?:=?(.+))?$/;

/**
 * Returns the queues that the workers of a pool consume: those of their command's `--queues`, or all of the app if the
 * command names none.
 */
export function queuesOfPool({ spec }: Pick<V1Deployment, "spec">): string[] {
  const containers = spec?.template.spec?.containers ?? [];
  const words = containers.flatMap(({ command = [], args = [] }) => [...command, ...args]);
  const at = words.findIndex((word) => OPTION.test(word));
  const named = OPTION.exec(words[at] ?? "")?.[1] ?? words[at + 1];
  const all = containers.flatMap(({ env = [] }) => env).find(({ name }) => name === VARIABLES.queues)?.value;
  return ((at < 0 ? all : named) ?? "").split(",").filter((queue) => queue !== "");
}
