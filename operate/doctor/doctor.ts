import type { V1StatefulSet } from "@kubernetes/client-node";
import type { Cluster } from "../cluster/cluster";
import { describeInstallation, type Installation } from "../cluster/installation";
import { nameOf } from "../cluster/objects";
import { readWorkerVersions, type WorkerVersions } from "../cluster/workerVersions";
import { measureStatus } from "../status/measured";
import { addBrokers } from "./brokers";
import { Bundle, type Unread } from "./bundle";
import { addLogs, type LogLimits } from "./logs";
import { addObjects, describeSecret } from "./objects";
import { readme } from "./readme";
import { Redactor } from "./redact";
import { secretValues } from "./secretValues";

/** What to write, and where. */
export interface DoctorOptions extends LogLimits {
  /** Folder to create. */
  readonly output: string;
  /** Version of this package. */
  readonly version: string;
}

/** What was written, as `ha-celery doctor --json` prints it. */
export interface BundleSummary {
  readonly folder: string;
  readonly files: readonly string[];
  readonly unread: readonly Unread[];
  /** The values of the namespace's Secrets were known, and searched for. */
  readonly secretsKnown: boolean;
}

/** The installation in which something is wrong. */
export interface Patient {
  readonly namespace: string;
  /** Undefined if the namespace has no brokers. */
  readonly set?: V1StatefulSet;
}

/** Writes what a bug report needs into a folder. What cannot be read is missing, and its reason is in the folder. */
export async function writeBundle(
  cluster: Cluster,
  { namespace, set }: Patient,
  options: DoctorOptions,
): Promise<BundleSummary> {
  const secrets = await cluster.core.listNamespacedSecret({ namespace }).then(
    ({ items }) => items,
    (error: Error) => error,
  );
  const secretsKnown = !(secrets instanceof Error);
  const bundle = new Bundle(options.output, new Redactor(secretsKnown ? secretValues(secrets) : []));
  await bundle.create();
  if (secretsKnown) await bundle.write("objects/secrets.json", secrets.map(describeSecret));
  else bundle.miss("objects/secrets.json", secrets);
  const installation = await find(cluster, set, bundle);
  await Promise.all([
    addVersions(cluster, namespace, installation, options.version, bundle),
    addObjects(cluster, namespace, bundle),
    addLogs(cluster, namespace, options, bundle),
    ...(installation
      ? [
          bundle.add("status.json", () => measureStatus(cluster, installation)),
          addBrokers(cluster, installation.brokers, bundle),
        ]
      : []),
  ]);
  const name = set ? `${namespace}/${nameOf(set)}` : namespace;
  await bundle.write("README.md", readme({ name, secretsKnown, unread: bundle.unread }));
  return { folder: bundle.folder, files: bundle.files.sort(), unread: bundle.unread, secretsKnown };
}

/** Returns undefined if the objects that name its users are missing. */
async function find(
  cluster: Cluster,
  set: V1StatefulSet | undefined,
  bundle: Bundle,
): Promise<Installation | undefined> {
  try {
    if (!set) throw new Error("the namespace has no brokers");
    return await describeInstallation(cluster, set);
  } catch (error) {
    bundle.miss("status.json", error);
    bundle.miss("rabbitmq", error);
    return undefined;
  }
}

async function addVersions(
  cluster: Cluster,
  namespace: string,
  installation: Installation | undefined,
  version: string,
  bundle: Bundle,
): Promise<void> {
  const kubernetes = await cluster.version().catch((error: unknown) => bundle.miss("versions.json", error));
  const workers: WorkerVersions[] = [];
  for (const pool of installation?.pools ?? [])
    await readWorkerVersions(cluster, namespace, pool).then(
      (found) => workers.push(found),
      (error: unknown) => bundle.miss(`versions.json: workers of ${nameOf(pool)}`, error),
    );
  await bundle.write("versions.json", { haCelery: version, node: process.version, kubernetes, workers });
}
