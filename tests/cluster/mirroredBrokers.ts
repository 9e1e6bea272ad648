import { readFileSync } from "node:fs";
import { join } from "node:path";
import { connect, type ChannelModel, type ConfirmChannel } from "amqplib";
import { ensureSeedBrokerBase } from "../../local/images";
import { REPOSITORY } from "../../local/paths";
import { ensureDocker } from "../../local/toolchain";
import { BrokerContainer } from "./brokerContainer";
import { createNetwork, removeNetwork } from "./containerNetwork";

const quiet = () => undefined;
/** User, virtual host, and the policy that mirrors every queue, of the design of 2018. */
const DEFINITIONS = readFileSync(join(REPOSITORY, "bench/compare/seed/rabbitmq/definitions.json"), "utf8");
const LOGIN = "my_user:my_pass";
const VHOST = "my_vhost";

/** Two nodes of RabbitMQ 3.10 with mirrored classic queues. */
export class MirroredBrokers {
  private readonly nodes: readonly BrokerContainer[];
  private readonly connections: ChannelModel[] = [];
  private port = 0;

  constructor(private readonly name: string) {
    const names = ["1", "2"].map((number) => `${name}-${number}`);
    const configuration = [
      "cluster_formation.peer_discovery_backend = classic_config",
      ...names.map((node, at) => `cluster_formation.classic_config.nodes.${at + 1} = rabbit@${node}`),
      "load_definitions = /etc/rabbitmq/test/definitions.json",
    ];
    const setup = { network: name, configuration, files: { "definitions.json": DEFINITIONS } };
    this.nodes = names.map(
      (node) => new BrokerContainer(node, { ...setup, image: () => ensureSeedBrokerBase(quiet) }),
    );
  }

  async start(): Promise<void> {
    await ensureDocker(quiet);
    await createNetwork(this.name);
    // The second one joins the first.
    for (const node of this.nodes) await node.start();
    this.port = (await this.nodes[0]?.port(5672)) ?? 0;
  }

  async stop(): Promise<void> {
    await Promise.all(this.connections.map((connection) => connection.close().catch(quiet)));
    await removeNetwork(this.name);
    for (const node of this.nodes) await node.stop();
  }

  get url(): string {
    return `amqp://${LOGIN}@127.0.0.1:${this.port}/${VHOST}`;
  }

  async control(...argv: string[]): Promise<string> {
    return (await this.nodes[0]?.control(...argv)) ?? "";
  }

  async channel(): Promise<ConfirmChannel> {
    const connection = await connect(this.url);
    this.connections.push(connection);
    return connection.createConfirmChannel();
  }
}
