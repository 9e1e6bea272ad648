import {
  PatchStrategy,
  setHeaderOptions,
  type V1Job,
  type V1ObjectMeta,
  type V1OwnerReference,
  type V1PolicyRule,
} from "@kubernetes/client-node";
import type { Cluster } from "../../cluster/cluster";
import { apiMessageOf, statusCodeOf } from "../../cluster/objects";
import { UserError } from "../../errors";
import { until } from "../../waiting";
import { INSTALLATION_LABEL, labelsOf, Role } from "../load/names";
import { removeGuard } from "../remove";
import {
  guardBinding,
  guardConfigMap,
  guardJob,
  guardMetadata,
  guardName,
  guardRules,
  type GuardSpec,
  ownerReference,
  type UndoRequest,
} from "./objects";

const START_SECONDS = 120;
const MERGE = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);

/** A change that the guard can undo. */
export interface Arming {
  readonly request: UndoRequest;
  /** The permission that the request needs. */
  readonly rule: V1PolicyRule;
  /** Namespace of the changed object. Undefined if it is in none. */
  readonly namespace: string | undefined;
}

/** Undoes what a scene changes through the Kubernetes API, if the command ends without undoing it. */
export interface DeadMansSwitch {
  /** Registers a change before it is made, and returns a function that takes it off again, once it is undone. */
  arm(arming: Arming): Promise<Disarm>;
}

/** Ignores errors: a request that the guard sends for a change that is undone has no effect. */
export type Disarm = () => Promise<void>;

/** A Job that undoes a drill whose command no longer renews its Lease. It owns all other objects of the drill. */
export class Guard implements DeadMansSwitch {
  private job: V1Job | undefined;
  private armed = 0;

  constructor(
    private readonly cluster: Cluster,
    private readonly spec: GuardSpec,
  ) {}

  /** Owner of the drill's other objects in the namespace. */
  get owner(): V1OwnerReference {
    if (!this.job) throw new Error("the guard of the drill has not started");
    return ownerReference(this.job);
  }

  /** Creates the guard, and waits until it watches this command. */
  async start(signal: AbortSignal): Promise<void> {
    const { cluster, spec } = this;
    const { namespace } = spec;
    const name = guardName(spec.run);
    try {
      this.job = await cluster.batch.createNamespacedJob({ namespace, body: guardJob(spec) });
      const metadata = this.owned(guardMetadata(spec));
      await cluster.core.createNamespacedServiceAccount({ namespace, body: { metadata } });
      await cluster.core.createNamespacedConfigMap({
        namespace,
        body: { ...guardConfigMap(spec), metadata },
      });
      await this.allow(metadata, guardRules(spec));
      await cluster.batch.patchNamespacedJob({
        namespace,
        name,
        body: [{ op: "replace", path: "/spec/suspend", value: false }],
      });
    } catch (error) {
      throw refused(error, name);
    }
    const what = `the drill's guard, Job ${namespace}/${name}, runs and reaches the API server`;
    await until(what, START_SECONDS, signal, async () => {
      const { status } = await cluster.batch.readNamespacedJob({ namespace, name });
      return (status?.ready ?? 0) > 0;
    });
  }

  async arm({ request, rule, namespace }: Arming): Promise<Disarm> {
    const { spec } = this;
    const key = String(this.armed++);
    const name = `${guardName(spec.run)}-${key}`;
    try {
      if (namespace === undefined) {
        await this.allowInCluster(name, [rule, deleteRule(name)]);
        await this.record(key, [request, deleteRequest(name)]);
      } else {
        const metadata = { ...guardMetadata({ run: spec.run, namespace }), name };
        await this.allow(namespace === spec.namespace ? this.owned(metadata) : metadata, [rule]);
        await this.record(key, [request]);
      }
    } catch (error) {
      throw refused(error, name);
    }
    return () => this.disarm(key, name, namespace).catch(() => undefined);
  }

  /** Removes the guard and everything that it owns. */
  async remove(): Promise<void> {
    const { namespace, run } = this.spec;
    await removeGuard(this.cluster, namespace, run);
  }

  /** Removes a change that was undone, and the permission to undo it, which is the binding's. */
  private async disarm(key: string, name: string, namespace: string | undefined): Promise<void> {
    const { rbac } = this.cluster;
    await this.record(key, null);
    if (namespace === undefined) await rbac.deleteClusterRoleBinding({ name });
    else {
      await rbac.deleteNamespacedRoleBinding({ name, namespace });
      await rbac.deleteNamespacedRole({ name, namespace });
    }
  }

  /** Adds the requests that undo one change to what the guard must do, or removes them. */
  private async record(key: string, requests: readonly UndoRequest[] | null): Promise<void> {
    await this.cluster.core.patchNamespacedConfigMap(
      {
        namespace: this.spec.namespace,
        name: guardName(this.spec.run),
        body: { data: { [key]: requests && JSON.stringify(requests) } },
      },
      MERGE,
    );
  }

  private async allow(metadata: V1ObjectMeta, rules: V1PolicyRule[]): Promise<void> {
    const { rbac } = this.cluster;
    const namespace = metadata.namespace ?? "";
    await rbac.createNamespacedRole({ namespace, body: { metadata, rules } });
    await rbac.createNamespacedRoleBinding({ namespace, body: guardBinding(this.spec, metadata, "Role") });
  }

  /** The binding owns the role, so that the guard can delete both with one request. */
  private async allowInCluster(name: string, rules: V1PolicyRule[]): Promise<void> {
    const { rbac } = this.cluster;
    const { run, namespace } = this.spec;
    const metadata = { name, labels: { ...labelsOf(run, Role.Guard), [INSTALLATION_LABEL]: namespace } };
    const binding = await rbac.createClusterRoleBinding({
      body: guardBinding(this.spec, metadata, "ClusterRole"),
    });
    const owner = {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      name,
      uid: binding.metadata?.uid ?? "",
    };
    await rbac.createClusterRole({ body: { metadata: { ...metadata, ownerReferences: [owner] }, rules } });
  }

  private owned(metadata: V1ObjectMeta): V1ObjectMeta {
    return { ...metadata, ownerReferences: [this.owner] };
  }
}

const deleteRule = (name: string): V1PolicyRule => ({
  apiGroups: ["rbac.authorization.k8s.io"],
  resources: ["clusterrolebindings"],
  resourceNames: [name],
  verbs: ["delete"],
});

const deleteRequest = (name: string): UndoRequest => ({
  method: "DELETE",
  path: `/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/${name}`,
});

function refused(error: unknown, name: string): unknown {
  if (statusCodeOf(error) !== 403) return error;
  return new UserError(
    `The cluster rejects ${name}, a part of the drill's guard, which undoes the fault if this command is killed: ${apiMessageOf(error)}. ` +
      "Run the drill as a user who may create Jobs, ServiceAccounts, ConfigMaps and Roles in the installation's namespace, and ClusterRoles for scenes that cordon a node.",
  );
}
