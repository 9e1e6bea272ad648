import { execa } from "execa";
import { UserError } from "../../operate/errors";
import { CHECKOUT_LABEL, CLUSTER_LABEL, FINGERPRINT_LABEL } from "./containers";

/** The actual state of a container. */
export interface Container {
  readonly name: string;
  readonly cluster: string;
  /** Checkout that created the cluster; empty if an older version did. */
  readonly checkout: string;
  readonly fingerprint: string;
  readonly status: "created" | "running" | "paused" | "restarting" | "removing" | "exited" | "dead";
  readonly startedAt: Date;
  /** Host ports by container port, for example { "6443/tcp": 6443 }. */
  readonly ports: Readonly<Record<string, number>>;
  /** Network ids by name. The id changes when a network is recreated under the same name. */
  readonly networkIds: Readonly<Record<string, string>>;
}

export async function docker(args: readonly string[], input?: string): Promise<string> {
  const result = await execa("docker", args, {
    reject: false,
    ...(input === undefined ? { stdin: "ignore" } : { input }),
  });
  if (result.failed) {
    throw new UserError(
      `docker ${args.slice(0, 3).join(" ")} failed: ${(result.stderr || `exit code ${result.exitCode}`).trim()}`,
    );
  }
  return result.stdout;
}

export async function dockerAnswers(): Promise<boolean> {
  return !(await execa("docker", ["version"], { reject: false, stdin: "ignore" })).failed;
}

/** Lists the containers of one local cluster, or of all. */
export async function listContainers(cluster?: string): Promise<Container[]> {
  const label = cluster === undefined ? CLUSTER_LABEL : `${CLUSTER_LABEL}=${cluster}`;
  const ids = lines(await docker(["ps", "--all", "--quiet", "--no-trunc", `--filter=label=${label}`]));
  if (ids.length === 0) return [];
  // `docker ps` still lists a container that is being removed, but `docker inspect` fails for it.
  const { stdout } = await execa("docker", ["inspect", ...ids], { reject: false });
  return (JSON.parse(stdout) as Inspected[]).map(toContainer);
}

interface Inspected {
  Name: string;
  Config: { Labels: Record<string, string> };
  State: { Status: Container["status"]; StartedAt: string };
  HostConfig: { PortBindings: Record<string, { HostPort: string }[]> | null };
  NetworkSettings: { Networks: Record<string, { NetworkID: string }> };
}

function toContainer({ Name, Config, State, HostConfig, NetworkSettings }: Inspected): Container {
  return {
    name: Name.replace(/^\//, ""),
    cluster: Config.Labels[CLUSTER_LABEL] ?? "",
    checkout: Config.Labels[CHECKOUT_LABEL] ?? "",
    fingerprint: Config.Labels[FINGERPRINT_LABEL] ?? "",
    status: State.Status,
    startedAt: new Date(State.StartedAt),
    ports: mapValues(HostConfig.PortBindings ?? {}, (bindings) => Number(bindings[0]?.HostPort)),
    networkIds: mapValues(NetworkSettings.Networks, ({ NetworkID }) => NetworkID),
  };
}

function mapValues<From, To>(record: Record<string, From>, map: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}

export function lines(text: string): string[] {
  return text.split("\n").filter(Boolean);
}
