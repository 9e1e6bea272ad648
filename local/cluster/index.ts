import { ensureNodeImage } from "../images";
import { makeCommand } from "../paths";
import type { Report } from "../report";
import { UsageError, UserError } from "../../operate/errors";
import { createAssembled, deleteAssembled, findAssembled, findControlPlane } from "./assembled";
import { dockerAnswers, listContainers } from "./docker";
import { createKind, deleteKind, findKind, kindUsable, madeByKind } from "./kind";
import { DEFAULT_NODES } from "./layout";
import type { LocalCluster } from "./localCluster";
import { readLayout } from "./state";

export type { LocalCluster } from "./localCluster";
export { rejectForeignCluster } from "./owner";
export { kubeconfigPath } from "./state";

/** Creates the cluster, or repairs and starts an existing one, and waits until all nodes are ready. */
export async function createCluster(name: string, report: Report, nodes?: number): Promise<LocalCluster> {
  const existing = (await readLayout(name))?.nodes;
  if (nodes !== undefined && existing !== undefined && existing !== nodes)
    throw new UserError(
      `The cluster "${name}" has ${existing} nodes, not ${nodes}. The number of nodes cannot change after creation. Take the cluster down first: ${makeCommand("down", name)}`,
    );
  return (await findCluster(name)) ?? (await makeCluster(name, nodes, report));
}

/** The error of commands that need a running cluster and do not create one. */
export function notRunning(name: string): UsageError {
  return new UsageError(
    `The local cluster "${name}" is not running. Bring it up: ${makeCommand("up", name)}`,
  );
}

/** Removes the cluster: containers, volumes, network and files. */
export async function deleteCluster(name: string, report: Report): Promise<void> {
  await deleteKind(name, report);
  await deleteAssembled(name, report);
}

/** Returns the cluster if it is running and ready. */
export async function findCluster(name: string): Promise<LocalCluster | undefined> {
  if (!(await dockerAnswers())) return undefined;
  return (await findAssembled(name)) ?? (await findKind(name));
}

/** Returns the cluster if its control plane runs: with a node down, there is more to see and to mend than before. */
export async function findRunningCluster(name: string): Promise<LocalCluster | undefined> {
  if (!(await dockerAnswers())) return undefined;
  return (await findControlPlane(name)) ?? (await findKind(name));
}

async function makeCluster(name: string, nodes: number | undefined, report: Report): Promise<LocalCluster> {
  if (await madeByKind(name)) return createKind(name, nodes ?? DEFAULT_NODES, report);
  // An existing cluster is repaired the way it was created.
  if ((await listContainers(name)).length === 0) {
    const { usable, reason } = await kindUsable(report);
    report(`the cluster ${reason}`);
    if (usable) return createKind(name, nodes ?? DEFAULT_NODES, report);
  }
  return createAssembled(name, nodes, () => ensureNodeImage(report), report);
}
