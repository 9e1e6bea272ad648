import { hostname, userInfo } from "node:os";
import { V1MicroTime, type V1Lease, type V1OwnerReference } from "@kubernetes/client-node";
import type { Cluster } from "../cluster/cluster";
import { ignoreNotFound } from "../cluster/objects";
import { RefusedError, UserError } from "../errors";

export const LEASE_NAME = "ha-celery-drill";
const SECONDS = 60;
const RENEW_MS = 15_000;

const renewalOf = (lease: V1Lease | undefined): number => new Date(lease?.spec?.renewTime ?? 0).getTime();

const isLive = (lease: V1Lease | undefined): boolean => Date.now() - renewalOf(lease) < SECONDS * 1000;

/** Returns whether a drill runs in a namespace. */
export const isDrillRunning = async ({ coordination }: Cluster, namespace: string): Promise<boolean> =>
  isLive(await coordination.readNamespacedLease({ namespace, name: LEASE_NAME }).catch(ignoreNotFound));

/** Ensures that only one drill runs in a namespace. The lease of a killed drill expires after a minute. */
export class DrillLease {
  readonly holder: string;
  private readonly loss = new AbortController();
  private renewal: NodeJS.Timeout | undefined;

  constructor(
    private readonly cluster: Cluster,
    private readonly namespace: string,
    run: string,
  ) {
    this.holder = `${userInfo().username}@${hostname()}/${run}`;
  }

  /** Aborted when the Lease turns out to be gone or another drill's, because this command was suspended too long. */
  get lost(): AbortSignal {
    return this.loss.signal;
  }

  async take(): Promise<void> {
    const { coordination } = this.cluster;
    const { namespace } = this;
    const existing = await coordination
      .readNamespacedLease({ namespace, name: LEASE_NAME })
      .catch(ignoreNotFound);
    const current = existing?.spec;
    const renewedAt = renewalOf(existing);
    if (current?.holderIdentity && isLive(existing))
      throw new RefusedError(
        `Another drill runs in namespace ${namespace}: ${current.holderIdentity}, last renewed at ${new Date(renewedAt).toISOString()}. ` +
          `Wait for it to finish. If it was killed, its Lease ${LEASE_NAME} expires ${SECONDS} s after that time.`,
      );
    // If two drills start together, the API server rejects the second write because of the resource version.
    const body = {
      metadata: { name: LEASE_NAME, namespace, resourceVersion: existing?.metadata?.resourceVersion },
      spec: this.spec(),
    };
    if (existing) await coordination.replaceNamespacedLease({ namespace, name: LEASE_NAME, body });
    else await coordination.createNamespacedLease({ namespace, body });
    this.renewal = setInterval(() => void this.renew().catch(() => undefined), RENEW_MS).unref();
  }

  /** Makes the drill's guard the owner, so that Kubernetes deletes the Lease with it. */
  async setOwner(owner: V1OwnerReference): Promise<void> {
    await this.cluster.coordination.patchNamespacedLease({
      namespace: this.namespace,
      name: LEASE_NAME,
      body: [{ op: "add", path: "/metadata/ownerReferences", value: [owner] }],
    });
  }

  /** Deletes the Lease, unless another drill has taken it: Kubernetes may have deleted it before, with the guard. */
  async release(): Promise<void> {
    clearInterval(this.renewal);
    const { coordination } = this.cluster;
    const object = { namespace: this.namespace, name: LEASE_NAME };
    const lease = await coordination.readNamespacedLease(object).catch(ignoreNotFound);
    if (lease?.spec?.holderIdentity !== this.holder) return;
    await coordination.deleteNamespacedLease(object).catch(ignoreNotFound);
  }

  private async renew(): Promise<void> {
    const { coordination } = this.cluster;
    const { namespace } = this;
    const lease = await coordination
      .readNamespacedLease({ namespace, name: LEASE_NAME })
      .catch(ignoreNotFound);
    if (lease?.spec?.holderIdentity !== this.holder) {
      clearInterval(this.renewal);
      return this.loss.abort(
        new UserError(
          `The drill lost its Lease ${LEASE_NAME} in namespace ${namespace}, because it was not renewed in time, for example while the computer slept. Its guard has undone the fault. Run the drill again.`,
        ),
      );
    }
    await coordination.replaceNamespacedLease({
      namespace,
      name: LEASE_NAME,
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
