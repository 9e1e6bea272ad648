import { type Reachable, withBroker } from "../amqp/access";
import type { AmqpSession } from "../amqp/connection";
import type { Cluster } from "../cluster/cluster";
import type { Installation } from "../cluster/installation";
import { UserError } from "../errors";

/** Connects to a broker as the user that may read dead letters. Its Secret is only readable with a right of its own. */
export async function withDeadLetters<T>(
  cluster: Pick<Cluster, "core" | "forward">,
  installation: Reachable & Pick<Installation, "deadLettersUser">,
  use: (session: AmqpSession) => Promise<T>,
): Promise<T> {
  const { namespace, name, deadLettersUser: user } = installation;
  if (!user)
    throw new UserError(
      `The Secret of the user that may read dead letters of ${namespace}/${name} is missing, or an older version deployed it. Run: pulumi up`,
    );
  return withBroker(cluster, installation, user, use);
}
