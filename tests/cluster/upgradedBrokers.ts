import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { V1Pod } from "@kubernetes/client-node";
import { execa } from "execa";
import { ensureBaseImages, ensureFormerBrokerBase } from "../../local/images";
import { REPOSITORY } from "../../local/paths";
import { ensureDocker, stopDockerIfOurs } from "../../local/toolchain";
import type { Brokers } from "../../operate/cluster/brokers";
import { createNetwork, removeNetwork } from "./containerNetwork";

const ORDINALS = [0, 1, 2] as const;
const quiet = () => undefined;

/** Three brokers in containers whose volumes outlive them, so that another image can continue. */
export class UpgradedBrokers {
  private readonly folder = mkdtempSync(join(tmpdir(), "ha-celery-"));
  /** Port of 127.0.0.1 at which the first broker always serves. */
  private port = 0;

  constructor(private readonly name: string) {}

  /** Returns the images: RabbitMQ of Debian 13, and the product's. */
  async prepare(): Promise<{ former: string; present: string }> {
    await ensureDocker(quiet);
    const former = await ensureFormerBrokerBase(quiet);
    const { rabbitmq } = await ensureBaseImages(quiet);
    const source = join(REPOSITORY, "docker", "rabbitmq");
    const present = await docker("build", "--quiet", "--build-arg", `BASE_IMAGE=${rabbitmq}`, source);
    const nodes = ORDINALS.map(
      (ordinal) =>
        `cluster_formation.classic_config.nodes.${ordinal + 1} = rabbit@${this.container(ordinal)}\n`,
    );
    writeFileSync(
      join(this.folder, "cluster.conf"),
      `loopback_users = none\ncluster_formation.peer_discovery_backend = classic_config\n${nodes.join("")}`,
    );
    this.port = await freePort();
    await this.removeAll();
    await createNetwork(this.name);
    return { former, present };
  }

  get url(): string {
    return `amqp://guest:guest@127.0.0.1:${this.port}/`;
  }

  /** Starts all brokers with an image, and waits until each has joined the others. */
  async startAll(image: string): Promise<void> {
    await Promise.all(ORDINALS.map((ordinal) => this.run(ordinal, image)));
    await Promise.all(ORDINALS.map((ordinal) => this.started(ordinal)));
    for (const ordinal of ORDINALS)
      for (let attempt = 0; (await this.evaluate(ordinal, "length(rabbit_nodes:list_running()).")) !== "3";)
        if (++attempt > 60) throw new Error("the brokers are not one cluster");
        else await sleep(1_000);
  }

  async stopAll(): Promise<void> {
    await docker("stop", "--time=60", ...ORDINALS.map((ordinal) => this.container(ordinal)));
  }

  /** Starts one broker with an image on a copy of its volume, and returns its log once it has ended. */
  async logOfAttempt(ordinal: number, image: string): Promise<string> {
    const [volume, copy] = [this.container(ordinal), `${this.name}-copy`];
    await docker("stop", "--time=60", this.container(ordinal));
    await docker(
      ...["run", "--rm", "--user=root", `--volume=${volume}:/from:ro`, `--volume=${copy}:/to`],
      ...[image, "cp", "--archive", "/from/.", "/to"],
    );
    await this.run(ordinal, image, copy);
    const { stdout: log } = await execa(
      "timeout",
      ["180", "docker", "logs", "--follow", this.container(ordinal)],
      { stderr: "ignore", reject: false },
    );
    return log;
  }

  /** Returns why a queue's tasks may not run, by file name: what brokers, queue, consumers, and channels report. */
  async evidence(queue: string): Promise<Record<string, string>> {
    const member = `'%2F_${queue}'`;
    const state = (read: string) =>
      `[{N, catch ra:local_query({${member}, N}, fun rabbit_fifo:${read}/1)} || N <- [node() | nodes()]].`;
    const counts = ["messages_unacknowledged", "prefetch_count", "consumer_count"];
    const commands: Record<string, string[]> = {
      queues: ["list_queues", "name", "messages_ready", "messages_unacknowledged", "consumers", "leader"],
      consumers: ["list_consumers"],
      channels: ["list_channels", "pid", "name", ...counts],
      connections: ["list_connections", "pid", "name", "state", "recv_cnt", "send_cnt", "send_pend"],
      flags: ["list_feature_flags", "name", "state", "stability"],
      members: [
        "eval",
        `[{N, catch erpc:call(N, ra, key_metrics, [{${member}, N}])} || N <- [node() | nodes()]].`,
      ],
      overview: ["eval", state("overview")],
      "consumers-of-members": ["eval", state("query_consumers")],
    };
    const read = async ([name, argv]: [string, string[]]) =>
      [name, await this.control(0, ...argv).catch((error: unknown) => String(error))] as const;
    const log = async (ordinal: number) =>
      [
        `broker-${ordinal}`,
        (await execa("docker", ["logs", this.container(ordinal)], { all: true, reject: false })).all ?? "",
      ] as const;
    return Object.fromEntries(
      await Promise.all([...Object.entries(commands).map(read), ...ORDINALS.map(log)]),
    );
  }

  async restart(ordinal: number, image: string): Promise<void> {
    await this.run(ordinal, image);
    await this.started(ordinal);
  }

  control(ordinal: number, ...argv: string[]): Promise<string> {
    return docker("exec", this.container(ordinal), "rabbitmqctl", "--quiet", ...argv);
  }

  /** The parts of an installation's brokers with which commands run in them. */
  get brokers(): Pick<Brokers, "pods" | "exec"> {
    const pods = ORDINALS.map((ordinal) => ({
      metadata: { name: this.container(ordinal) },
      status: { conditions: [{ type: "Ready", status: "True" }] },
    })) as V1Pod[];
    return {
      pods: async () => pods,
      exec: ({ pod }, ...command) => docker("exec", pod, ...command),
    };
  }

  async stop(): Promise<void> {
    await this.removeAll();
    await stopDockerIfOurs(quiet);
    rmSync(this.folder, { recursive: true });
  }

  private container(ordinal: number): string {
    return `${this.name}-${ordinal}`;
  }

  private async run(ordinal: number, image: string, volume = this.container(ordinal)): Promise<void> {
    const name = this.container(ordinal);
    await docker("rm", "--force", name).catch(quiet);
    await docker(
      ...["run", "--detach", "--name", name, "--hostname", name, "--network", this.name, "--user=999:999"],
      ...["--volume", `${volume}:/var/lib/rabbitmq`],
      ...["--volume", `${join(this.folder, "cluster.conf")}:/etc/rabbitmq/conf.d/90-cluster.conf:ro`],
      ...(ordinal === 0 ? ["--publish", `127.0.0.1:${this.port}:5672`] : []),
      ...[image, "sh", "-c", "umask 077; echo cookie > ~/.erlang.cookie; exec rabbitmq-server"],
    );
  }

  private async started(ordinal: number): Promise<void> {
    for (let attempt = 0; ; attempt++)
      try {
        await this.control(ordinal, "await_startup");
        return;
      } catch (error) {
        if (attempt === 60) throw error;
        await sleep(1_000);
      }
  }

  private async evaluate(ordinal: number, script: string): Promise<string> {
    return (await this.control(ordinal, "eval", script)).trim();
  }

  private async removeAll(): Promise<void> {
    const containers = ORDINALS.map((ordinal) => this.container(ordinal));
    await docker("rm", "--force", "--volumes", ...containers).catch(quiet);
    await docker("volume", "rm", "--force", `${this.name}-copy`, ...containers).catch(quiet);
    await removeNetwork(this.name).catch(quiet);
  }
}

async function docker(...args: string[]): Promise<string> {
  return (await execa("docker", args)).stdout.trim();
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}
