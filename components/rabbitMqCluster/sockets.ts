import type { ResolvedBroker } from "./resolve";

export const ADVANCED_FILE = "advanced.config";

/** Milliseconds until the kernel gives up a connection whose peer acknowledges nothing that was sent. It needs no sign of life
 * from the processes behind it, so a busy machine raises no false alarm. Clients wait 5 s: until new leaders are elected. */
const PEER_SILENCE_MS = 2_500;
const CLIENT_SILENCE_MS = 5_000;

/** Seconds for a new connection to a peer, 7 by default. A new leader asks lost nodes for their consumers, and waits so long. */
const PEER_CONNECT_SECONDS = 3;

/** TCP_USER_TIMEOUT of Linux, which has no name in Erlang. */
const userTimeout = (milliseconds: number) => `{raw, 6, 18, <<${milliseconds}:32/native>>}`;

/** What rabbitmq.conf cannot say. */
export function advancedConfig({ config }: ResolvedBroker): string {
  const peers = `[{nodelay, true}, ${userTimeout(PEER_SILENCE_MS)}]`;
  const kernel = [
    `{net_setuptime, ${PEER_CONNECT_SECONDS}}`,
    `{inet_dist_connect_options, ${peers}}`,
    `{inet_dist_listen_options, ${peers}}`,
  ];
  // The list replaces RabbitMQ's own as a whole, and would replace that of the user, too.
  const own = Object.keys(config).some((key) => key.startsWith("tcp_listen_options."));
  const listeners = "{backlog, 128}, {nodelay, true}, {linger, {true, 0}}, {exit_on_close, false}";
  const rabbit = own ? [] : [`{tcp_listen_options, [${listeners}, ${userTimeout(CLIENT_SILENCE_MS)}]}`];
  return `[{kernel, [${kernel.join(", ")}]},\n {rabbit, [${rabbit.join(", ")}]}].\n`;
}
