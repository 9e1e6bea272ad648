import type * as k8s from "@pulumi/kubernetes";
import type { ResolvedBroker } from "./resolve";
import { CERTIFICATE_KEY, TLS_DIR, nodeFiles } from "./tls";

type EnvVar = k8s.types.input.core.v1.EnvVar;

export const INTER_NODE_FILE = "inter-node-tls.config";

/** Origin of the certificates with which the nodes connect to each other. Nodes of different origins cannot connect. */
export type InterNodeTls = "off" | "generated" | "secret";

export function interNodeTlsOf({ tls, isInterNodeTls }: ResolvedBroker): InterNodeTls {
  if (!isInterNodeTls) return "off";
  return tls?.secretName === undefined ? "generated" : "secret";
}

/** Options of Erlang's TLS between nodes. As a client, Erlang also requires the peer's exact host name. */
export function interNodeOptions(): string {
  const files = Object.entries(nodeFiles()).map(([option, file]) => `{${option}, "${file}"}`);
  const common = [...files, "{verify, verify_peer}", "{versions, ['tlsv1.3', 'tlsv1.2']}"].join(", ");
  return `[{server, [${common}, {fail_if_no_peer_cert, true}]},\n {client, [${common}]}].\n`;
}

const erlangArguments = (configDir: string) =>
  `-proto_dist inet_tls -ssl_dist_optfile ${configDir}/${INTER_NODE_FILE}`;

/** Environment of RabbitMQ. */
export function serverEnvironment(broker: ResolvedBroker, configDir: string): EnvVar[] {
  if (!broker.isInterNodeTls) return [];
  return [{ name: "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", value: erlangArguments(configDir) }];
}

/** Environment of the command-line tools, which connect to a node as another one does. */
export function toolsEnvironment(broker: ResolvedBroker, configDir: string): EnvVar[] {
  if (!broker.isInterNodeTls) return [];
  return [{ name: "RABBITMQ_CTL_ERL_ARGS", value: erlangArguments(configDir) }];
}

/** Exit status that Erlang does not use itself. */
const WRONG_NAME = 3;

/** Exits with status 0 if the certificate in `-file` is valid for the host name in `-host`. */
const VERIFY = `{ok, [[File]]} = init:get_argument(file), {ok, [[Host]]} = init:get_argument(host),
  {ok, Pem} = file:read_file(File), [{_, Certificate, _} | _] = public_key:pem_decode(Pem),
  halt(case public_key:pkix_verify_hostname(Certificate, [{dns_id, Host}]) of true -> 0; false -> ${WRONG_NAME} end).`;

/** Part of the init container's script. Without it, nodes with a certificate that lacks their names would wait for each
 * other, and only say so in alerts of TLS. */
export function verifyCertificate(broker: ResolvedBroker, directory = TLS_DIR): string {
  if (interNodeTlsOf(broker) !== "secret") return "";
  return `host=\${RABBITMQ_NODENAME#*@}
ERL_CRASH_DUMP_BYTES=0 erl -noinput -eval '${VERIFY}' -file ${directory}/${CERTIFICATE_KEY} -host "$host" || {
  case $? in
    ${WRONG_NAME}) echo "tls.crt in the Secret of tls.secretName is not valid for $host. With tls.interNode, it must contain the exact host name of every broker node, because Erlang accepts no wildcard: docs/how-to/tls.md#between-broker-nodes" ;;
    *) echo "tls.crt in the Secret of tls.secretName contains no certificate in PEM format: docs/how-to/tls.md#create-your-own-certificate" ;;
  esac
  exit 1
}
`;
}
