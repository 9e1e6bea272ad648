import {
  type CheckRequest,
  type CheckResult,
  type ConfigDiff,
  type CreateRequest,
  type CreateResult,
  type DeleteRequest,
  type DiffRequest,
  type DiffResult,
  type Operation,
  type ReadRequest,
  type ReadResult,
  type ResourceProvider,
  type UpdateRequest,
  InitializationFailed,
} from "../plugin/provider";
import { unsupportedType } from "../plugin/unsupported";
import {
  containsUnknown,
  plainProperties,
  propertiesAt,
  redact,
  secretStrings,
  stringAt,
  type Properties,
} from "../plugin/values";
import { packageVersion } from "../plugin/version";
import { applyObject, previewObject } from "./apply";
import { awaiterFor } from "./await";
import { jobProgress } from "./await/job";
import { NotReady, waitUntilReady } from "./await/wait";
import { ClusterClient } from "./client";
import { diffConfig, loadKubeConfig, parseConfig, type ProviderConfig } from "./config";
import { deleteObject, relinquish } from "./delete";
import { diffInputs, timeoutSeconds } from "./diff";
import { goneWithCluster, Unreachable } from "./errors";
import { messageOf } from "../../../operate/errors";
import { fieldManager, isNameKnown, withName } from "./names";
import { annotation, idOf, isPatch, keyOf, parseId, parseType, type KubeObject } from "./objects";
import { ownedInputs } from "./owned";
import { reconcile } from "./reconcile";
import { inputsFromLive, managerOf, previewOf, stateOf, withSecretsOf } from "./state";

/** Kubernetes objects of any kind, by server-side apply. */
export class KubernetesProvider implements ResourceProvider {
  readonly version = packageVersion("@pulumi/kubernetes");
  private config: ProviderConfig = parseConfig({});
  private loaded?: ClusterClient;

  async configure(args: Properties): Promise<void> {
    this.config = parseConfig(args);
  }

  diffConfig(oldConfig: Properties, newConfig: Properties): ConfigDiff {
    return diffConfig(oldConfig, newConfig);
  }

  async check(request: CheckRequest): Promise<CheckResult> {
    const { apiVersion, kind: typeKind } = parseType(request.type);
    const patch = isPatch(request.type, request.newInputs);
    if (!/^(.+\/)?v\d+((alpha|beta)\d+)?$/.test(apiVersion) || /List$/.test(typeKind)) {
      throw unsupportedType("kubernetes", "objects of the cluster's own kinds", request.type, this.version);
    }
    if (patch && stringAt(request.newInputs, "metadata", "name") === undefined) {
      throw new Error(`metadata.name is missing. Set it to the name of the object that ${typeKind} changes.`);
    }
    const kind = patch ? typeKind.replace(/Patch$/, "") : typeKind;
    const named = withName({ ...request.newInputs, apiVersion, kind }, request);
    const inputs = await this.withNamespace(named);
    return { inputs: withSecretsOf(inputs, inputs) };
  }

  async diff({ type, oldInputs, newInputs }: DiffRequest): Promise<DiffResult> {
    const old = plainProperties(oldInputs);
    const next = plainProperties(newInputs);
    const result = diffInputs(old, next, this.config, isPatch(type, next));
    if (await this.isToBeReplacedUnready(old, next)) {
      const path = ["metadata", "annotations", "pulumi.com/replaceUnready"];
      result.changes.push({ path, kind: "update", replace: true });
    }
    return result;
  }

  async create(request: CreateRequest): Promise<CreateResult> {
    const { inputs, urn, preview } = request;
    const manager = fieldManager(urn);
    if (preview) return { id: "", state: await this.preview(request, inputs, manager) };
    const { live, failure } = await this.applyAndWait(request, inputs, manager, "create");
    const id = idOf(live);
    const state = stateOf(live, inputs, manager);
    if (failure) throw new InitializationFailed([failure], id, state);
    return { id, state };
  }

  async update(request: UpdateRequest): Promise<Properties> {
    const { id, newInputs, oldState, urn, preview } = request;
    const manager = managerOf(oldState, urn);
    if (preview) return this.preview(request, newInputs, manager);
    const { live, failure } = await this.applyAndWait(request, newInputs, manager, "update");
    const state = stateOf(live, newInputs, manager);
    if (failure) throw new InitializationFailed([failure], id, state);
    return state;
  }

  async read(request: ReadRequest): Promise<ReadResult | undefined> {
    try {
      return await this.readLive(request);
    } catch (error) {
      if (goneWithCluster(error)) return undefined;
      throw error;
    }
  }

  async delete(request: DeleteRequest): Promise<void> {
    try {
      await this.deleteLive(request);
    } catch (error) {
      if (!goneWithCluster(error)) throw error;
    }
  }

  /** Whether to replace a Job that is not complete, because its annotation requests that. */
  private async isToBeReplacedUnready(old: Properties, next: Properties): Promise<boolean> {
    if (!this.cluster || annotation(next, "pulumi.com/replaceUnready") !== "true") return false;
    if (keyOf(next).kind !== "Job") return false;
    const live = await this.cluster.get(keyOf(old)).catch(() => undefined);
    return live !== undefined && jobProgress(live).state !== "ready";
  }

  /**
   * The cluster; undefined while its kubeconfig is unknown. Loaded on first use, so that a missing kubeconfig only fails
   * the operations that need it.
   */
  private get cluster(): ClusterClient | undefined {
    if (this.config.unknown) return undefined;
    return (this.loaded ??= new ClusterClient(loadKubeConfig(this.config)));
  }

  private get client(): ClusterClient {
    if (!this.cluster) throw new Error("The provider's kubeconfig or context is unknown in this preview.");
    return this.cluster;
  }

  private async readLive({ id, urn, type, inputs, state }: ReadRequest): Promise<ReadResult | undefined> {
    const known = Object.keys(inputs).length > 0;
    const { apiVersion, kind } = known ? keyOf(plainProperties(inputs)) : parseType(type);
    const live = await this.client.get({ apiVersion, kind, ...parseId(id) });
    if (!live) return undefined;
    const manager = managerOf(state, urn);
    if (!known) {
      const found = ownedInputs(live, manager) ?? inputsFromLive(live);
      return { inputs: found, state: stateOf(live, found, manager) };
    }
    const plain = plainProperties(inputs);
    const found = withSecretsOf(reconcile(plain, live), inputs);
    const result = { inputs: found, state: stateOf(live, found, manager) };
    const progress = await awaiterFor(live, 0)?.progress(live, this.client);
    if (!progress || progress.state === "ready") return result;
    throw new InitializationFailed([`${kind} ${id}: ${progress.message}`], id, result.state, result.inputs);
  }

  private async deleteLive(request: DeleteRequest): Promise<void> {
    const state = plainProperties(request.state);
    const { apiVersion, kind } = parseType(request.type);
    const inputs = propertiesAt(state, "__inputs");
    const key = {
      ...keyOf(state),
      apiVersion: stringAt(state, "apiVersion") ?? apiVersion,
      kind,
      ...parseId(request.id),
    };
    if (isPatch(request.type, inputs)) {
      await relinquish(
        { ...key, kind: keyOf(inputs).kind },
        managerOf(request.state, request.urn),
        this.client,
      );
      return;
    }
    await deleteObject(key, inputs, {
      client: this.client,
      signal: request.signal,
      status: request.status,
      timeoutSeconds: timeoutSeconds(inputs, request.timeoutSeconds),
    });
  }

  /** Applies the inputs and waits until the object is ready. `failure` is set if it exists but is not ready. */
  private async applyAndWait(
    request: Operation & { timeoutSeconds: number },
    inputs: Properties,
    manager: string,
    action: "create" | "update",
  ): Promise<{ live: KubeObject; failure?: string }> {
    const secrets = secretStrings(withSecretsOf(inputs, inputs));
    const object = plainProperties(inputs);
    const wait = {
      ...request,
      client: this.client,
      timeoutSeconds: timeoutSeconds(object, request.timeoutSeconds),
    };
    const how = isPatch(request.type, object) ? "patch" : action;
    const applied = await applyObject(object, manager, how, wait, this.config).catch((error: unknown) => {
      throw new Error(redact(messageOf(error), secrets), { cause: error });
    });
    for (const warning of applied.warnings) request.warn(redact(warning, secrets));
    const awaiter = awaiterFor(applied.object, Date.now());
    if (!awaiter) return { live: applied.object };
    try {
      return { live: await waitUntilReady(applied.object, awaiter, wait) };
    } catch (error) {
      // The object exists, so it must be reported to the engine whatever ended the wait.
      return {
        live: error instanceof NotReady ? error.live : applied.object,
        failure: redact(messageOf(error), secrets),
      };
    }
  }

  private async preview(request: Operation, inputs: Properties, manager: string): Promise<Properties> {
    if (!this.cluster || containsUnknown(inputs)) return inputs;
    const live = await previewObject(plainProperties(inputs), manager, this.cluster, this.config).catch(
      (error: unknown) => {
        throw new Error(redact(messageOf(error), secretStrings(inputs)), { cause: error });
      },
    );
    return live ? previewOf(live, inputs, manager) : inputs;
  }

  /** Adds a missing namespace, so that inputs and state do not depend on the kubeconfig that reads them. */
  private async withNamespace(inputs: Properties): Promise<Properties> {
    const metadata = propertiesAt(inputs, "metadata");
    if (!this.cluster || metadata.namespace !== undefined || !isNameKnown(inputs)) return inputs;
    try {
      const { apiVersion, kind } = keyOf(plainProperties(inputs));
      if (!(await this.cluster.isNamespaced(apiVersion, kind))) return inputs;
    } catch (error) {
      if (error instanceof Unreachable) return inputs;
      throw error;
    }
    const namespace = this.config.namespace ?? this.cluster.contextNamespace ?? "default";
    return { ...inputs, metadata: { ...metadata, namespace } };
  }
}
