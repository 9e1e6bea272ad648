import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { execa } from "execa";
import { ensureBaseImages } from "../../local/images";
import { REPOSITORY } from "../../local/paths";
import { ensureDocker, stopDockerIfOurs } from "../../local/toolchain";

const quiet = () => undefined;

/** The first lets brokers on one network form a cluster. */
const COMMAND = ["sh", "-c", "umask 077; echo cookie > ~/.erlang.cookie; exec rabbitmq-server"];

/** What a broker has besides the defaults. */
export interface BrokerSetup {
  /** Docker network on which other brokers reach it by its name. Default: none. */
  readonly network?: string;
  /** Lines of rabbitmq.conf. */
  readonly configuration?: readonly string[];
  /** Files in /etc/rabbitmq/test, by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** Published ports besides 5672. */
  readonly ports?: readonly number[];
  /** Image of another RabbitMQ. Default: the product's. */
  readonly image?: () => Promise<string>;
}

/** A single broker in a container, by default with the product's image. Its ports are published on 127.0.0.1 only. */
export class BrokerContainer {
  private readonly folder = mkdtempSync(join(tmpdir(), "ha-celery-"));
  /** Id of its image, once it has started. */
  image = "";
  private address = "";

  constructor(
    readonly name: string,
    private readonly setup: BrokerSetup = {},
  ) {}

  async start(): Promise<void> {
    await ensureDocker(quiet);
    this.image = await (this.setup.image ?? productImage)();
    const { network, configuration = [], files = {}, ports = [] } = this.setup;
    // Allows the default user to log in over the network.
    const lines = ["loopback_users = none", ...configuration].join("\n");
    for (const [name, text] of Object.entries({ ...files, "open.conf": `${lines}\n` }))
      writeFileSync(join(this.folder, name), text);
    chmodSync(this.folder, 0o755);
    await this.remove();
    const options = ["--detach", "--name", this.name, "--volume", `${this.folder}:/etc/rabbitmq/test:ro`];
    options.push("--volume", `${join(this.folder, "open.conf")}:/etc/rabbitmq/conf.d/90-open.conf:ro`);
    for (const port of [5672, ...ports]) options.push("--publish", `127.0.0.1::${port}`);
    if (network) options.push("--network", network, "--hostname", this.name);
    await docker("run", ...options, this.image, ...COMMAND);
    await this.started();
    this.address = await docker("port", this.name, "5672");
  }

  /** Port of 127.0.0.1 at which a port is published. */
  async port(port: number): Promise<number> {
    return Number((await docker("port", this.name, String(port))).split(":").at(-1));
  }

  /** URL of a virtual host, `/` by default. */
  url(virtualHost = "/"): string {
    return `amqp://guest:guest@${this.address}/${encodeURIComponent(virtualHost)}`;
  }

  /** Creates a virtual host and returns its URL. */
  async addVirtualHost(name: string): Promise<string> {
    await this.control("add_vhost", name);
    await this.control("set_permissions", "-p", name, "guest", ".*", ".*", ".*");
    return this.url(name);
  }

  /** Runs rabbitmqctl and returns its output. */
  async control(...argv: string[]): Promise<string> {
    return docker("exec", this.name, "rabbitmqctl", "--quiet", ...argv);
  }

  /** Whether the broker accepts connections on a port. */
  async accepts(port: number): Promise<boolean> {
    const connect = ["bash", "-c", `: < /dev/tcp/127.0.0.1/${port}`];
    return (await execa("docker", ["exec", this.name, ...connect], { reject: false })).exitCode === 0;
  }

  async stop(): Promise<void> {
    await this.remove();
    await stopDockerIfOurs(quiet);
    rmSync(this.folder, { recursive: true });
  }

  private async remove(): Promise<void> {
    await docker("rm", "--force", "--volumes", this.name).catch(quiet);
  }

  /** Waits until the broker has started. The command itself fails until the node has registered its name. */
  private async started(attempts = 30): Promise<void> {
    try {
      await this.control("await_startup");
    } catch (error) {
      if (attempts === 0) throw error;
      await setTimeout(1_000);
      await this.started(attempts - 1);
    }
  }
}

async function productImage(): Promise<string> {
  const base = (await ensureBaseImages(quiet)).rabbitmq;
  const source = join(REPOSITORY, "docker", "rabbitmq");
  return docker("build", "--quiet", "--build-arg", `BASE_IMAGE=${base}`, source);
}

async function docker(...args: string[]): Promise<string> {
  return (await execa("docker", args)).stdout.trim();
}
