import { CLIENT_SILENCE_MS } from "../shared/celery/contract";
import type { ResolvedBroker } from "./resolve";

export const ADVANCED_FILE = "advanced.config";

/** Milliseconds until the kernel closes a connection whose peer acknowledges nothing, or accepts nothing because its
 * process has stopped and its receive window is full. So a broker may stop for 4 s under load. Clients get a second
 * more (CLIENT_SILENCE_MS), until new leaders are elected. */
const PEER_SILENCE_MS = 4_500;

/** Timeout of a new connection to a peer in seconds, 7 by default. A new leader queries lost nodes, and waits this
 * long. */
const PEER_CONNECT_SECONDS = 3;

/** Linux's TCP_USER_TIMEOUT, which has no name in Erlang. */
const userTimeout = (milliseconds: number) => `{raw, 6, 18, <<${milliseconds}:32/native>>}`;

/** Settings that rabbitmq.conf does not support. */
export function advancedConfig({ config }: ResolvedBroker): string {
  const peers = `[{nodelay, true}, ${userTimeout(PEER_SILENCE_MS)}]`;
  const kernel = [
    `{net_setuptime, ${PEER_CONNECT_SECONDS}}`,
    `{inet_dist_connect_options, ${peers}}`,
    `{inet_dist_listen_options, ${peers}}`,
  ];
  // The list replaces RabbitMQ's own entirely, and would also replace the user's.
  const own = Object.keys(config).some((key) => key.startsWith("tcp_listen_options."));
  const listeners = "{backlog, 128}, {nodelay, true}, {linger, {true, 0}}, {exit_on_close, false}";
  const rabbit = own ? [] : [`{tcp_listen_options, [${listeners}, ${userTimeout(CLIENT_SILENCE_MS)}]}`];
  return `[{kernel, [${kernel.join(", ")}]},\n {rabbit, [${rabbit.join(", ")}]}].\n`;
}
