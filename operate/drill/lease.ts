import { hostname, userInfo } from "node:os";
import { V1MicroTime } from "@kubernetes/client-node";
import { UserError } from "../errors";
import { absent, type Cluster } from "../cluster/cluster";

const NAME = "ha-celery-drill";
const SECONDS = 60;
const RENEW_MS = 15_000;

/** One drill at a time in a namespace. A drill that died gives way a minute later. */
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
    const where = { namespace: this.namespace };
    const existing = await this.cluster.coordination
      .readNamespacedLease({ ...where, name: NAME })
      .catch(absent);
    const held = existing?.spec;
    const renewedAt = new Date(held?.renewTime ?? 0).getTime();
    if (held?.holderIdentity && Date.now() - renewedAt < SECONDS * 1000)
      throw new UserError(
        `Another drill runs in namespace ${this.namespace}: ${held.holderIdentity}, last heard of at ${new Date(renewedAt).toISOString()}. ` +
          `Wait for it. If it was killed, its Lease ${NAME} gives way ${SECONDS} s after that.`,
      );
    const body = {
      metadata: { name: NAME, ...where, resourceVersion: existing?.metadata?.resourceVersion },
      spec: this.spec(),
    };
    // The version makes the API server refuse the slower of two.
    if (existing) await this.cluster.coordination.replaceNamespacedLease({ ...where, name: NAME, body });
    else await this.cluster.coordination.createNamespacedLease({ ...where, body });
    this.renewal = setInterval(() => void this.renew().catch(() => undefined), RENEW_MS).unref();
  }

  async release(): Promise<void> {
    clearInterval(this.renewal);
    await this.cluster.coordination
      .deleteNamespacedLease({ namespace: this.namespace, name: NAME })
      .catch(absent);
  }

  private async renew(): Promise<void> {
    const where = { namespace: this.namespace, name: NAME };
    const lease = await this.cluster.coordination.readNamespacedLease(where);
    if (lease.spec?.holderIdentity !== this.holder) return;
    await this.cluster.coordination.replaceNamespacedLease({
      ...where,
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
