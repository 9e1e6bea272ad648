import { findCluster } from "../../local/cluster";
import { makeCommand } from "../../local/paths";

/** A command that tests something, and the name that its output and its time are listed under. */
export interface Suite {
  readonly name: string;
  readonly command: readonly string[];
  /** Whether no other suite may run at the same time. Default: another one may. */
  readonly alone?: boolean;
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
export const CHECKS: readonly Suite[] = [make("lint"), make("test-unit"), make("check"), make("test-python")];

/** Celery's own integration suite, which needs Docker, but no cluster. It waits most of its time. */
export const CELERY = make("test-celery");

/** Suites on clusters of this machine, the longest first, so that few run alone at the end. */
export const CLUSTER: readonly Suite[] = [
  // Its drills count duplicates, which grow with the time that a task takes on a busy machine.
  { ...cluster("local"), alone: true },
  cluster("python"),
  cluster("broker"),
  cluster("providers"),
  cluster("workers"),
  cluster("render"),
  cluster("plugins"),
  // Needs no cluster, but the Pulumi CLI.
  mocha("gke", "tests/gke/gke.test.ts"),
];

/** Suites of another program that installs the packed library. */
export const CONSUMER: readonly Suite[] = [
  mocha("consumer", "tests/consumer/cluster.test.ts"),
  mocha("django", "tests/consumer/django.test.ts"),
  mocha("roads", "tests/consumer/roads.test.ts"),
  mocha("package", ...["package", "examples", "plugin", "policyPack", "reference"].map(inConsumer)),
];

function inConsumer(name: string): string {
  return `tests/consumer/${name}.test.ts`;
}

/** One scene on the cluster of `make up`, if it is running. */
export function drill(cluster: string): Suite {
  return {
    name: "drill",
    command: ["node", "--import=tsx", "local/operate.ts", "drill", "drain", `--cluster=${cluster}`],
    blocked: async () =>
      (await findCluster(cluster))
        ? undefined
        : `no cluster "${cluster}" is running: ${makeCommand("up", cluster)}`,
  };
}
