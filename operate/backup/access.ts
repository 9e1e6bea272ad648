import { withBroker } from "../amqp/access";
import type { Cluster } from "../cluster/cluster";
import type { BrokerUser, Installation } from "../cluster/installation";
import { withDeadLetters } from "../deadLetters/access";
import { UserError } from "../errors";
import type { Sessions } from "./snapshot";

/** Connects as the application's user and as the one that may read dead letters. No user may read everything. */
export async function withSessions<T>(
  cluster: Pick<Cluster, "core" | "forward">,
  installation: Installation,
  use: (sessions: Sessions) => Promise<T>,
): Promise<T> {
  return withBroker(cluster, installation, requireApplicationUser(installation), (application) =>
    withDeadLetters(cluster, installation, (deadLetters) => use({ application, deadLetters })),
  );
}

/** Fails if its Secret is missing. */
export function requireApplicationUser({ applicationUser, namespace, name }: Installation): BrokerUser {
  if (applicationUser) return applicationUser;
  throw new UserError(
    `The Secret of the application's user of ${namespace}/${name} is missing. Run: pulumi up`,
  );
}
