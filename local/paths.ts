import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** Prefix of the name of every container, network, volume, image and kubeconfig context of the local target. */
export const PREFIX = "ha-celery";

/** The checkout that holds this program. */
export const REPOSITORY = resolve(__dirname, "..");

/** Folder of built binaries and downloads, kept between runs and shared by all checkouts. */
export function cacheDir(): string {
  return process.env.HA_CELERY_CACHE ?? join(homedir(), ".cache", "ha-celery");
}

/** Folder of one local cluster's kubeconfig, Pulumi state and passphrase. */
export function stateDir(cluster: string): string {
  return join(REPOSITORY, ".local", cluster);
}

/** A command for a local cluster, as shown in messages: `make down CLUSTER=lab`. */
export function makeCommand(goal: string, cluster: string): string {
  return `make ${goal}${cluster === "local" ? "" : ` CLUSTER=${cluster}`}`;
}

/** The name of a cluster's container, network or volume. */
export function localName(cluster: string, part?: string): string {
  return [PREFIX, cluster, part].filter(Boolean).join("-");
}
