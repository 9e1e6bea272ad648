import { spawnSync } from "node:child_process";
import { deleteCluster, type LocalCluster } from "../../local/cluster";
import { LedgerReader } from "../../local/ledger";
import { ensureBinaries, ensureDocker, stopDockerIfOurs } from "../../local/toolchain";
import { newCluster } from "./newCluster";

/** A cluster of the suite's own. */
const CLUSTER = "render";
const quiet = () => undefined;

/** What a command said. */
export interface Said {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** A cluster as a person with kubectl and docker sees it. */
export class RenderCluster {
  private cluster?: LocalCluster;
  private kubernetes = "";

  async open(): Promise<void> {
    await ensureDocker(quiet);
    this.cluster = await newCluster(CLUSTER);
    this.kubernetes = (await ensureBinaries(quiet)).kubernetes;
  }

  async close(): Promise<void> {
    await deleteCluster(CLUSTER, quiet);
    await stopDockerIfOurs(quiet);
  }

  /** Runs kubectl with YAML on its standard input. */
  kubectl(input: string, ...args: string[]): Said {
    const { kubeconfigPath, context } = this.opened;
    const where = [`--kubeconfig=${kubeconfigPath}`, `--context=${context}`];
    return spawnSync(this.kubernetes, ["kubectl", ...where, ...args], { input, encoding: "utf8" });
  }

  /** Builds and pushes an image as docs/how-to/gitops.md tells. */
  push(image: string, folder: string, base: string): void {
    const build = ["build", "--quiet", "--build-arg", `BASE_IMAGE=${base}`, "--tag", image, folder];
    for (const args of [build, ["push", "--quiet", image]]) {
      const { status, stderr } = spawnSync("docker", args, { encoding: "utf8" });
      if (status !== 0) throw new Error(`docker ${args.join(" ")}: ${stderr}`);
    }
  }

  get registry(): string {
    return this.opened.registry;
  }

  ledger(namespace: string): LedgerReader {
    return new LedgerReader(this.opened.kubeconfigPath, this.opened.context, namespace);
  }

  private get opened(): LocalCluster {
    if (!this.cluster) throw new Error("open() comes first");
    return this.cluster;
  }
}
