import { ensureNodeImage } from "../images";
import { makeCommand } from "../paths";
import type { Report } from "../report";
import { UserError } from "../../operate/errors";
import { createAssembled, deleteAssembled, findAssembled } from "./assembled";
import { dockerAnswers, listContainers } from "./docker";
import { createKind, deleteKind, findKind, kindUsable, madeByKind } from "./kind";
import { DEFAULT_NODES } from "./layout";
import type { LocalCluster } from "./localCluster";

import { readLayout } from "./state";

export type { LocalCluster } from "./localCluster";
export { kubeconfigPath } from "./state";

/** Makes the cluster, or mends and starts what there is of it, and returns when all its nodes are ready. */
export async function createCluster(name: string, report: Report, nodes?: number): Promise<LocalCluster> {
  const has = (await readLayout(name))?.nodes;
  if (nodes !== undefined && has !== undefined && has !== nodes)
    throw new UserError(
      `The cluster "${name}" has ${has} nodes, not ${nodes}: their number is settled when it is made. Take it down first: ${makeCommand("down", name)}`,
    );
  return (await findCluster(name)) ?? (await makeCluster(name, nodes, report));
}

/** For commands that need a cluster and do not make one. */
export function notRunning(name: string): UserError {
  return new UserError(`No local cluster "${name}" runs here. Bring it up: ${makeCommand("up", name)}`);
}

/** Removes everything of the cluster: containers, volumes, network and its files. */
export async function deleteCluster(name: string, report: Report): Promise<void> {
  await deleteKind(name, report);
  await deleteAssembled(name, report);
}

/** The cluster when it runs and can be used; without Docker nothing of it runs. */
export async function findCluster(name: string): Promise<LocalCluster | undefined> {
  if (!(await dockerAnswers())) return undefined;
  return (await findAssembled(name)) ?? (await findKind(name));
}

async function makeCluster(name: string, nodes: number | undefined, report: Report): Promise<LocalCluster> {
  if (await madeByKind(name)) return createKind(name, nodes ?? DEFAULT_NODES, report);
  // What was begun one way is mended that way.
  if ((await listContainers(name)).length === 0) {
    const { usable, reason } = await kindUsable(report);
    report(`the cluster ${reason}`);
    if (usable) return createKind(name, nodes ?? DEFAULT_NODES, report);
  }
  return createAssembled(name, nodes, () => ensureNodeImage(report), report);
}
