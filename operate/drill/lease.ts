import { hostname, userInfo } from "node:os";
import { V1MicroTime } from "@kubernetes/client-node";
import type { Cluster } from "../cluster/cluster";
import { ignoreNotFound } from "../cluster/objects";
import { UserError } from "../errors";

const NAME = "ha-celery-drill";
const SECONDS = 60;
const RENEW_MS = 15_000;

/** Ensures that only one drill runs in a namespace. The lease of a killed drill expires after a minute. */
export class DrillLease {
  private readonly holder: string;
  private renewal: NodeJS.Timeout | undefined;

  constructor(
    private readonly cluster: Cluster,
    private readonly namespace: string,
    run: string,
  ) {
    this.holder = `${userInfo().username}@${hostname()}/${run}`;
  }

  async take(): Promise<void> {
    const { coordination } = this.cluster;
    const { namespace } = this;
    const existing = await coordination.readNamespacedLease({ namespace, name: NAME }).catch(ignoreNotFound);
    const current = existing?.spec;
    const renewedAt = new Date(current?.renewTime ?? 0).getTime();
    if (current?.holderIdentity && Date.now() - renewedAt < SECONDS * 1000)
      throw new UserError(
        `Another drill runs in namespace ${namespace}: ${current.holderIdentity}, last renewed at ${new Date(renewedAt).toISOString()}. ` +
          `Wait for it to finish. If it was killed, its Lease ${NAME} expires ${SECONDS} s after that time.`,
      );
    // If two drills start together, the API server rejects the second write because of the resource version.
    const body = {
      metadata: { name: NAME, namespace, resourceVersion: existing?.metadata?.resourceVersion },
      spec: this.spec(),
    };
    if (existing) await coordination.replaceNamespacedLease({ namespace, name: NAME, body });
    else await coordination.createNamespacedLease({ namespace, body });
    this.renewal = setInterval(() => void this.renew().catch(() => undefined), RENEW_MS).unref();
  }

  async release(): Promise<void> {
    clearInterval(this.renewal);
    await this.cluster.coordination
      .deleteNamespacedLease({ namespace: this.namespace, name: NAME })
      .catch(ignoreNotFound);
  }

  private async renew(): Promise<void> {
    const { coordination } = this.cluster;
    const { namespace } = this;
    const lease = await coordination.readNamespacedLease({ namespace, name: NAME });
    if (lease.spec?.holderIdentity !== this.holder) return;
    await coordination.replaceNamespacedLease({
      namespace,
      name: NAME,
      body: { ...lease, spec: this.spec() },
    });
  }

  private spec() {
    return {
      holderIdentity: this.holder,
      leaseDurationSeconds: SECONDS,
      renewTime: new V1MicroTime(),
    };
  }
}
