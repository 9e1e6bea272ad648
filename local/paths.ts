import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** Every container, network, volume, image and kube context of the local target begins with this. */
export const PREFIX = "ha-celery";

/** The checkout that holds this program. */
export const REPOSITORY = resolve(__dirname, "..");

/** Built binaries and downloads, kept across runs and shared by every checkout. */
export function cacheDir(): string {
  return process.env.HA_CELERY_CACHE ?? join(homedir(), ".cache", "ha-celery");
}

/** What belongs to one local cluster: kubeconfig, Pulumi state, passphrase. */
export function stateDir(cluster: string): string {
  return join(REPOSITORY, ".local", cluster);
}

/** The command that does something to a local cluster, as messages suggest it: `make down CLUSTER=lab`. */
export function makeCommand(goal: string, cluster: string): string {
  return `make ${goal}${cluster === "local" ? "" : ` CLUSTER=${cluster}`}`;
}

/** The name of a cluster's container, network or volume. */
export function localName(cluster: string, part?: string): string {
  return [PREFIX, cluster, part].filter(Boolean).join("-");
}
