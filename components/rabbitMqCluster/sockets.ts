export const ADVANCED_FILE = "advanced.config";

/** Milliseconds until the kernel closes a connection whose peer acknowledges nothing, or accepts nothing because its
 * process has stopped and its receive window is full. So a broker or a client may stop for 4 s under load. Clients
 * give a broker a second more, until new leaders are elected. */
const PEER_SILENCE_MS = 4_500;

/** Timeout of a new connection to a peer in seconds, 7 by default. A new leader queries lost nodes, and waits this
 * long. */
const PEER_CONNECT_SECONDS = 3;

/** Linux's TCP_USER_TIMEOUT, which has no name in Erlang. Connections inherit it from the socket that accepts them. */
const USER_TIMEOUT = `{raw, 6, 18, <<${PEER_SILENCE_MS}:32/native>>}`;

/** Seconds for which a starting node waits for a majority before it exits, 300 by default. Longer than the 10 min after
 * which Kubernetes starts a container again at once: it would otherwise pause for up to 5 min between two attempts, so
 * that two nodes that come back after a long outage could miss each other. */
export const MAJORITY_WAIT_SECONDS = 900;

/** Settings that rabbitmq.conf does not support. Those of sockets are the kernel application's, because RabbitMQ's
 * management API fails to describe a listener that has a raw option itself. */
export function advancedConfig(): string {
  const kernel = [
    `{net_setuptime, ${PEER_CONNECT_SECONDS}}`,
    `{inet_default_listen_options, [${USER_TIMEOUT}]}`,
    `{inet_dist_connect_options, [{nodelay, true}, ${USER_TIMEOUT}]}`,
    "{inet_dist_listen_options, [{nodelay, true}]}",
  ];
  const rabbit = [`{khepri_leader_wait_retry_timeout, ${1000 * MAJORITY_WAIT_SECONDS}}`];
  return `[{kernel, [${kernel.join(", ")}]}, {rabbit, [${rabbit.join(", ")}]}].\n`;
}
