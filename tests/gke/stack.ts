import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import {
  ContainerRegistry,
  type ContainerRegistryArgs,
  GkeCluster,
  type GkeClusterArgs,
  GoogleIdentity,
  type GoogleIdentityArgs,
  StorageClasses,
  type StorageClassesArgs,
} from "../../components";
import { type Listening, listen } from "../../local/providers/plugin/server";
import { ensurePulumi } from "../../local/toolchain";
import { type Outcome, ProviderStack, succeeded } from "../cluster/providerStack";
import { BASE, PROJECT } from "./changes";
import { ContainerApi, ENDPOINT_VARIABLE } from "./containerApi";
import { Documents, DOCUMENTS_VARIABLE, ensureDocuments } from "./discovery/documents";
import { Google, GOOGLE_VARIABLE } from "./google";
import { KubernetesModel } from "./kubernetesModel";
import { GoogleProvider } from "./provider";

/** The Pulumi CLI is built on a machine that has none and cannot download it, after builds of other suites. */
export const PREPARATION_MS = 45 * 60_000;

/** Arguments of the components of a stack. */
export interface StackArgs {
  cluster: GkeClusterArgs;
  registry?: Partial<ContainerRegistryArgs>;
  /** Whether the key of the cluster encrypts volumes. */
  encryptedVolumes?: boolean;
  disks?: StorageClassesArgs;
  identity?: Partial<GoogleIdentityArgs>;
}

/** How the engine gets its plugins. */
export interface PluginOptions {
  /** Whether the engine starts a process for each plugin in each operation, as it does for a user. By default, it uses
   * plugins in this process, which saves seconds for each operation. */
  readonly processes?: boolean;
}

/** A stack with all components for Google Cloud, run by the real engine against the model of Google Cloud. */
export class GkeStack {
  args: StackArgs = { cluster: BASE };
  private readonly stack = new ProviderStack();
  private readonly folder = mkdtempSync(join(tmpdir(), "ha-celery-gke-"));
  readonly google = new Google(join(this.folder, "google.json"));
  private readonly api = new ContainerApi(this.google);
  private plugins: Listening[] = [];

  constructor(private readonly options: PluginOptions = {}) {}

  /** Prepares the tools, which may take long. */
  async open(): Promise<void> {
    process.env.HA_CELERY_SKIP_PREFLIGHT = "1";
    const tools = await ensurePulumi(console.log);
    const documents = await ensureDocuments(console.log);
    await this.stack.open(async () => this.program(), tools, {
      path: join(__dirname, "bin"),
      variables: this.options.processes
        ? { [GOOGLE_VARIABLE]: join(this.folder, "google.json"), [DOCUMENTS_VARIABLE]: documents }
        : { PULUMI_DEBUG_PROVIDERS: await this.listen(documents) },
    });
    process.env[ENDPOINT_VARIABLE] = await this.api.listen();
  }

  close(): void {
    delete process.env.HA_CELERY_SKIP_PREFLIGHT;
    delete process.env.GOOGLE_CONTAINER_CUSTOM_ENDPOINT;
    this.api.close();
    for (const plugin of this.plugins) plugin.close();
    this.stack.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Runs an operation with these arguments. Fails if the operation fails. */
  async succeed(operation: "up" | "preview" | "refresh" | "destroy", args?: StackArgs): Promise<Outcome> {
    return succeeded(await this.run(operation, args));
  }

  async run(
    operation: "up" | "preview" | "refresh" | "destroy",
    args: StackArgs = this.args,
    interrupt?: Parameters<ProviderStack["run"]>[1],
  ): Promise<Outcome> {
    this.args = args;
    return this.stack.run(operation, interrupt);
  }

  /** Runs a command of the Pulumi CLI. */
  async cli(args: string[]): Promise<void> {
    await this.stack.cli(args);
  }

  /** Serves the plugins, and returns where the engine finds them. */
  private async listen(documents: string): Promise<string> {
    const google = await listen(new GoogleProvider(this.google, new Documents(documents)));
    const kubernetes = await listen(new KubernetesModel());
    this.plugins = [google, kubernetes];
    return `gcp:${google.port},kubernetes:${kubernetes.port}`;
  }

  private program(): void {
    const { registry, encryptedVolumes, disks, identity } = this.args;
    const cluster = new GkeCluster("infra", this.args.cluster);
    const { deletionProtection } = this.args.cluster;
    new ContainerRegistry("images", {
      project: PROJECT,
      location: "us-east1",
      readers: [pulumi.interpolate`serviceAccount:${cluster.nodeServiceAccountEmail}`],
      deletionProtection,
      ...registry,
    });
    const onCluster = { provider: cluster.provider };
    const encryptionKey = encryptedVolumes ? cluster.encryptionKey : undefined;
    new StorageClasses("disks", { encryptionKey, ...disks }, onCluster);
    const roles = ["roles/cloudtrace.agent"];
    new GoogleIdentity("reports", { project: PROJECT, namespace: "celery", roles, ...identity }, onCluster);
  }
}
