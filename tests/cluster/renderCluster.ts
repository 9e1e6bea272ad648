import { spawnSync } from "node:child_process";
import { LedgerReader } from "../../local/ledger";
import { ensureBinaries } from "../../local/toolchain";
import { NAMESPACE } from "./machine";
import { openSharedCluster, type SharedCluster } from "./sharedCluster";

/** Namespace of the clients in the rendered example. */
const CLIENTS = "elsewhere";

/** Result of a kubectl command. */
export interface KubectlResult {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** A cluster, used with the commands kubectl and docker. */
export class RenderCluster {
  private shared?: SharedCluster;
  private kubernetes = "";

  async open(): Promise<void> {
    this.shared = await openSharedCluster(NAMESPACE, CLIENTS);
    this.kubernetes = (await ensureBinaries(() => undefined)).kubernetes;
  }

  async close(): Promise<void> {
    await this.shared?.close();
  }

  /** Runs kubectl with `input` as its standard input. */
  kubectl(input: string, ...args: string[]): KubectlResult {
    const { kubeconfigPath, context } = this.opened.cluster;
    const where = [`--kubeconfig=${kubeconfigPath}`, `--context=${context}`];
    return spawnSync(this.kubernetes, ["kubectl", ...where, ...args], { input, encoding: "utf8" });
  }

  /** Builds and pushes an image as docs/how-to/gitops.md describes. */
  push(image: string, folder: string, base: string): void {
    const build = ["build", "--quiet", "--build-arg", `BASE_IMAGE=${base}`, "--tag", image, folder];
    for (const args of [build, ["push", "--quiet", image]]) {
      const { status, stderr } = spawnSync("docker", args, { encoding: "utf8" });
      if (status !== 0) throw new Error(`docker ${args.join(" ")}: ${stderr}`);
    }
  }

  ledger(namespace: string): LedgerReader {
    const { kubeconfigPath, context } = this.opened.cluster;
    return new LedgerReader(kubeconfigPath, context, namespace);
  }

  get opened(): SharedCluster {
    if (!this.shared) throw new Error("open() was not called");
    return this.shared;
  }
}
