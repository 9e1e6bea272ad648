import { AUTHORITY_KEY } from "../../components/rabbitMqCluster/tls";
import type { Cluster } from "../cluster/cluster";
import type { BrokerUser, Installation } from "../cluster/installation";
import { apiMessageOf, isReady, nameOf } from "../cluster/objects";
import { messageOf, UserError } from "../errors";
import { type Account, type AmqpSession, openSession } from "./connection";
import { openTunnel } from "./tunnel";

/** An installation whose brokers can be connected to. */
export type Reachable = Pick<Installation, "namespace" | "name"> & {
  readonly brokers: Pick<Installation["brokers"], "pods">;
};

/** Connects to a broker as a user of it. */
export async function withBroker<T>(
  cluster: Pick<Cluster, "core" | "forward">,
  installation: Reachable,
  user: BrokerUser,
  use: (session: AmqpSession) => Promise<T>,
): Promise<T> {
  const account = await accountOf(cluster, installation, user);
  const port = Number(account.url.port);
  const pods = (await installation.brokers.pods()).filter(isReady).map(nameOf);
  let failure: unknown = new Error("no broker is ready");
  for (const pod of pods) {
    const tunnel = await openTunnel(cluster, { namespace: installation.namespace, pod, port });
    try {
      const session = await openSession(account, tunnel.port).catch((error: unknown) => {
        failure = error;
      });
      if (!session) continue;
      try {
        return await use(session);
      } finally {
        await session.close();
      }
    } finally {
      tunnel.close();
    }
  }
  throw new UserError(
    `No broker of ${installation.namespace}/${installation.name} accepts a connection: ${messageOf(failure)}. See what is wrong: npx ha-celery status`,
  );
}

async function accountOf(
  cluster: Pick<Cluster, "core">,
  { namespace }: Reachable,
  { url, serverName, certificateSecret }: BrokerUser,
): Promise<Account> {
  if (certificateSecret === undefined) return { url, serverName };
  const secret = await cluster.core
    .readNamespacedSecret({ namespace, name: certificateSecret })
    .catch((error: unknown) => {
      throw new UserError(
        `The brokers' certificate, Secret ${namespace}/${certificateSecret}, cannot be read: ${apiMessageOf(error)}`,
      );
    });
  const authority = secret.data?.[AUTHORITY_KEY];
  return {
    url,
    serverName,
    ...(authority !== undefined && { authority: Buffer.from(authority, "base64").toString() }),
  };
}
