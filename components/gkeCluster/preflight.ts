import { existsSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";

export const PLUGIN = "gke-gcloud-auth-plugin";
/** Set this variable if this machine creates the cluster but never deploys to it. */
export const SKIP = "HA_CELERY_SKIP_PREFLIGHT";
export const INSTALL_HINT =
  "Install: gcloud components install gke-gcloud-auth-plugin, or apt-get install google-cloud-cli-gke-gcloud-auth-plugin if gcloud was installed with apt.";

/** Machine that runs the program. */
export interface Host {
  path: string;
  windows: boolean;
  exists: (path: string) => boolean;
}

/** How a missing plugin is reported. */
export const Severity = { None: "none", Warning: "warning", Error: "error" } as const;
export type Severity = (typeof Severity)[keyof typeof Severity];

/** How the program runs. */
export interface RunMode {
  /** No engine: a unit test or rendering, which changes nothing. */
  mocked: boolean;
  preview: boolean;
  skip: boolean;
}

/** A preview of a new cluster needs no plugin, so it only warns. */
export function severityFor({ mocked, preview, skip }: RunMode): Severity {
  if (mocked || skip) return Severity.None;
  return preview ? Severity.Warning : Severity.Error;
}

export function findsPlugin({ path, windows, exists }: Host): boolean {
  const file = windows ? `${PLUGIN}.exe` : PLUGIN;
  return path.split(windows ? ";" : ":").some((folder) => folder !== "" && exists(join(folder, file)));
}

export function missingPlugin(): string {
  return `${PLUGIN} was not found on PATH; the Kubernetes provider and kubectl need it to sign in to GKE. ${INSTALL_HINT} To create the cluster without it, and deploy from elsewhere: ${SKIP}=1.`;
}

/** Reports a missing plugin as a problem during an update, and as a warning during a preview. */
export function preflightProblems(resource: pulumi.Resource): string[] {
  const severity = severityFor({
    mocked: pulumi.runtime.getEngine() === undefined,
    preview: pulumi.runtime.isDryRun(),
    skip: Boolean(process.env[SKIP]),
  });
  if (severity === Severity.None || findsPlugin(thisHost())) return [];
  if (severity === Severity.Error) return [missingPlugin()];
  void pulumi.log.warn(missingPlugin(), resource);
  return [];
}

function thisHost(): Host {
  return {
    path: process.env.PATH ?? "",
    windows: process.platform === "win32",
    exists: existsSync,
  };
}
