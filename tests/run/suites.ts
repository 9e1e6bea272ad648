import { findCluster } from "../../local/cluster";
import { makeCommand } from "../../local/paths";

/** A command that tests something, and the name that its output and its time are listed under. */
export interface Suite {
  readonly name: string;
  readonly command: readonly string[];
  /** Whether it waits most of its time, so that it runs beside those that take the places. Default: it takes one. */
  readonly waits?: boolean;
  /** Whether it needs the shared cluster. Default: it starts without. */
  readonly onCluster?: boolean;
  /** Returns the reason if the suite cannot run here. Default: it always can. */
  readonly blocked?: () => Promise<string | undefined>;
}

const make = (goal: string): Suite => ({ name: goal, command: ["make", "--no-print-directory", goal] });

const mocha = (name: string, ...files: string[]): Suite => ({
  name,
  command: ["mocha", "--timeout", "0", ...files],
});

const cluster = (name: string): Suite => mocha(name, `tests/cluster/${name}.test.ts`);

/** Suites that need no cluster. */
export const CHECKS: readonly Suite[] = [
  make("lint"),
  make("test-unit"),
  make("check"),
  make("test-python"),
  make("test-console"),
];

/**
 * Creates the cluster that suites share. On a new machine, it builds Kubernetes and the Pulumi CLI, so it takes half as
 * much CPU time as the checks beside it: with less, the other suites wait for it; with more, tests exceed their limits.
 */
export const SHARED_CLUSTER: Suite = {
  name: "cluster",
  command: ["nice", "-n", "3", "node", "--import=tsx", "tests/run/cluster.ts"],
  waits: true,
};

/** Celery's own integration suite, which needs Docker, but no cluster. It uses 0.3 of a core. */
export const CELERY: Suite = { ...make("test-celery"), waits: true };

/** Runs alone, because its drills count duplicates, which grow with the time that a task takes on a busy machine. */
export const LOCAL = cluster("local");

/** Suites on clusters and brokers of this machine, the longest first, so that few run alone at the end. */
export const CLUSTER: readonly Suite[] = [
  cluster("python"),
  onCluster(cluster("broker")),
  onCluster(cluster("providers")),
  onCluster(cluster("workers")),
  onCluster(cluster("rebuilt")),
  onCluster(cluster("render")),
  cluster("plugins"),
  cluster("upgrade"),
  cluster("alerts"),
  mocha(
    "commands",
    ...["deadLetters", "queues", "backup", "migrate", "formerMember"].map(
      (name) => `tests/cluster/${name}.test.ts`,
    ),
  ),
  make("test-console-live"),
  // Needs no cluster, but the Pulumi CLI and Go.
  mocha("gke", ...["requests", "gke", "changes"].map((name) => `tests/gke/${name}.test.ts`)),
];

/** Suites of another program that installs the packed library. */
export const CONSUMER: readonly Suite[] = [
  onCluster(mocha("consumer", "tests/consumer/cluster.test.ts")),
  onCluster(mocha("django", "tests/consumer/django.test.ts")),
  onCluster(mocha("roads", "tests/consumer/roads.test.ts")),
  mocha(
    "package",
    ...["package", "wheel", "examples", "plugin", "policyPack", "reference", "workflows"].map(inConsumer),
  ),
];

function onCluster(suite: Suite): Suite {
  return { ...suite, onCluster: true };
}

function inConsumer(name: string): string {
  return `tests/consumer/${name}.test.ts`;
}

/** One scene on the cluster of `make up`, if it is running. */
export function drill(cluster: string): Suite {
  return {
    name: "drill",
    command: ["node", "local/start.mts", "operate", "drill", "drain", `--cluster=${cluster}`],
    blocked: async () =>
      (await findCluster(cluster))
        ? undefined
        : `no cluster "${cluster}" is running: ${makeCommand("up", cluster)}`,
  };
}
