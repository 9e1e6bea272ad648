import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { stateDir } from "../paths";
import { DEFAULT_NODES } from "./layout";

/**
 * A cluster's layout as stored on disk, for when none of its containers exist. Docker's own state takes precedence.
 */
const StoredLayout = z.object({
  id: z.string().min(1),
  prefix: z.string().regex(/^\d+\.\d+$/),
  apiPort: z.number().int(),
  registryPort: z.number().int(),
  nodes: z.number().int().default(DEFAULT_NODES),
});
export type StoredLayout = z.infer<typeof StoredLayout>;

export const kubeconfigPath = (cluster: string) => join(stateDir(cluster), "kubeconfig");
const layoutPath = (cluster: string) => join(stateDir(cluster), "cluster.json");

/** Returns undefined if there is no file, or if this version cannot read it. A new layout is then chosen. */
export async function readLayout(cluster: string): Promise<StoredLayout | undefined> {
  try {
    return StoredLayout.parse(JSON.parse(await readFile(layoutPath(cluster), "utf8")));
  } catch {
    return undefined;
  }
}

export async function writeLayout(
  cluster: string,
  { id, prefix, apiPort, registryPort, nodes }: StoredLayout,
): Promise<void> {
  const text = JSON.stringify({ id, prefix, apiPort, registryPort, nodes }, undefined, 2);
  await writeAtomically(layoutPath(cluster), `${text}\n`, 0o644);
}

export function readKubeconfig(cluster: string): Promise<string | undefined> {
  return readFile(kubeconfigPath(cluster), "utf8").catch(() => undefined);
}

/** Writes the kubeconfig so that only its owner can read it, because it holds the administrator's key. */
export async function writeKubeconfig(cluster: string, text: string): Promise<void> {
  await writeAtomically(kubeconfigPath(cluster), text, 0o600);
}

export async function removeState(cluster: string): Promise<void> {
  await Promise.all([kubeconfigPath(cluster), layoutPath(cluster)].map((file) => rm(file, { force: true })));
}

async function writeAtomically(file: string, text: string, mode: number): Promise<void> {
  await mkdir(join(file, ".."), { recursive: true });
  await writeFile(`${file}.new`, text, { mode });
  await rename(`${file}.new`, file);
}
