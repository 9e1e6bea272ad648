import type { V1Deployment, V1Pod } from "@kubernetes/client-node";
import { PACKAGE_DIR } from "../../components/shared/celery/contract";
import type { Cluster } from "./cluster";
import { isReady, labelSelector, nameOf } from "./objects";

/** Versions of the Python packages in the pods of a worker pool, of beat, or of a job. */
export interface WorkerVersions {
  /** Name of the Deployment, or of the job. */
  readonly pool: string;
  /** The pod that was asked. */
  readonly pod: string;
  readonly python: string;
  /** Undefined if it is not installed, like the others. */
  readonly celery?: string;
  readonly kombu?: string;
  readonly amqp?: string;
  /** `injected` if the component mounts the package. */
  readonly haCelery?: string;
}

const TIMEOUT_SECONDS = 20;

/** Reads the metadata of packages only, which takes a tenth of a second and imports none of the app. */
const SCRIPT = `
import json, os, platform
from importlib import metadata
def version(name):
    try: return metadata.version(name)
    except metadata.PackageNotFoundError: return None
found = {name: version(name) for name in ("celery", "kombu", "amqp")}
package = version("ha-celery") or ("injected" if os.path.isdir("${PACKAGE_DIR}/ha_celery") else None)
print(json.dumps({"python": platform.python_version(), **found, "haCelery": package}))`;

/** Asks one ready pod of a Deployment. Fails if there is none, or if it has no Python in its PATH. */
export async function readWorkerVersions(
  cluster: Cluster,
  namespace: string,
  deployment: V1Deployment,
): Promise<WorkerVersions> {
  const pods = await cluster.pods(namespace, labelSelector(deployment.spec?.selector.matchLabels));
  return readVersions(cluster, namespace, nameOf(deployment), pods);
}

/** Asks a ready one of these pods, like `readWorkerVersions`. */
export async function readVersions(
  cluster: Cluster,
  namespace: string,
  pool: string,
  pods: readonly V1Pod[],
): Promise<WorkerVersions> {
  const ready = pods.find(isReady);
  if (!ready) throw new Error("no pod is ready");
  const pod = nameOf(ready);
  const container = ready.spec?.containers[0]?.name ?? "worker";
  const target = { namespace, pod, container, timeoutSeconds: TIMEOUT_SECONDS };
  const found = JSON.parse(await cluster.exec(target, "python", "-c", SCRIPT)) as Record<
    string,
    string | null
  >;
  const known = Object.fromEntries(Object.entries(found).filter(([, version]) => version !== null));
  return { pool, pod, ...(known as Pick<WorkerVersions, "python">) };
}
