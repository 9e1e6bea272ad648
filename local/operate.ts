import { KubeConfig } from "@kubernetes/client-node";
import type { Command } from "commander";
import { answers, byContext, type Reach, type Reached, type Where } from "../cli/kubernetes";
import { run } from "../cli/program";
import { Cluster } from "../drill/cluster/cluster";
import { UserError } from "../errors";
import { findCluster } from "./cluster";
import { localPower } from "./power";

interface LocalWhere extends Where {
  /** As in `make up CLUSTER=name`. */
  readonly cluster?: string;
}

/** The commands of `ha-celery` for the clusters of this machine, whose nodes can be switched off. */
const byCluster: Reach<LocalWhere> = {
  options: (command: Command) =>
    byContext.options(command.option("--cluster <name>", "a local cluster, as in make up CLUSTER=name")),
  open: (where) => (where.cluster === undefined ? byContext.open(where) : open(where.cluster)),
};

async function open(name: string): Promise<Reached> {
  const found = await findCluster(name);
  if (!found)
    throw new UserError(
      `No local cluster "${name}" runs here. Bring it up: make up${name === "local" ? "" : ` CLUSTER=${name}`}`,
    );
  const config = new KubeConfig();
  config.loadFromFile(found.kubeconfigPath);
  config.setCurrentContext(found.context);
  await answers(config);
  return { cluster: new Cluster(config), local: true, power: localPower(name) };
}

run(byCluster);
