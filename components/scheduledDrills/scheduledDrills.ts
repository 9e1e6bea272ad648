import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { outputsOf, requireKubernetesProvider, validate } from "../shared/component";
import type { ScheduledDrillsArgs } from "./args";
import { cronJob } from "./cronJob";
import { type ResolvedDrills, resolveDrills } from "./resolve";
import { clusterRules, namespaceRules, roleRef } from "./rights";
import { LONGEST_NAME, SCHEDULED_DRILLS } from "./validation";

/**
 * Runs drills by the clock: a CronJob injects faults under load, and counts lost, duplicated and delayed tasks by id.
 * A drill begins only while the installation is healthy, and outside the blackout windows.
 *
 * `npx ha-celery drill history` lists the outcomes. Each is also an event of the brokers' StatefulSet, a metric of
 * every broker node, and, if `webhook` is set, a POST request.
 *
 * @example
 * ```ts
 * const image = new ContainerImage("drills", {
 *   repository: "registry.example.com/team/drills",
 *   context: "node_modules/ha-celery/dist/docker/drills",
 *   baseImage: "node:24-slim@sha256:...",
 * });
 * new ScheduledDrills(
 *   "weekly",
 *   {
 *     namespace: "jobs",
 *     broker: "tasks",
 *     image: image.ref,
 *     scenes: ["pod-delete", "worker-kill-pod"],
 *     schedule: "0 3 * * 1",
 *     timeZone: "Europe/Berlin",
 *     blackouts: ["2026-12-18..2027-01-07"],
 *   },
 *   { provider: cluster.provider },
 * );
 * ```
 */
export class ScheduledDrills extends pulumi.ComponentResource {
  /** Name of the CronJob. `kubectl create job NAME --from=cronjob/NAME` begins a drill at once. */
  readonly cronJobName: pulumi.Output<string>;

  /**
   * @param name DNS label of at most 38 characters; unique in the namespace.
   * @param args See `ScheduledDrillsArgs`.
   * @param opts Requires a Kubernetes provider, directly or through a parent.
   * @throws ResourceError that lists every problem of `args`.
   */
  constructor(name: string, args: ScheduledDrillsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-celery:index:ScheduledDrills", name, args, opts);
    requireKubernetesProvider(this, name);
    validate(this, name, args, SCHEDULED_DRILLS, LONGEST_NAME);
    const drills = resolveDrills(name, args);

    const account = createAccount(this, name, drills);
    const rights = [createRole(this, name, drills, account), createClusterRole(this, name, drills, account)];
    const job = new k8s.batch.v1.CronJob(`${name}-run`, cronJob(drills, account.metadata.name), {
      parent: this,
      dependsOn: rights,
    });

    this.cronJobName = job.metadata.name;
    this.registerOutputs(outputsOf(this));
  }
}

function createAccount(
  parent: ScheduledDrills,
  name: string,
  { namespace, labels }: ResolvedDrills,
): k8s.core.v1.ServiceAccount {
  return new k8s.core.v1.ServiceAccount(
    `${name}-account`,
    // The pod asks for its token.
    { metadata: { namespace, labels }, automountServiceAccountToken: false },
    { parent },
  );
}

function createRole(
  parent: ScheduledDrills,
  name: string,
  { namespace, labels, scenes }: ResolvedDrills,
  account: k8s.core.v1.ServiceAccount,
): pulumi.Resource {
  const metadata = { namespace, labels };
  const role = new k8s.rbac.v1.Role(
    `${name}-rights`,
    { metadata, rules: namespaceRules(scenes) },
    { parent },
  );
  return new k8s.rbac.v1.RoleBinding(
    `${name}-rights`,
    { metadata, roleRef: roleRef("Role", role.metadata.name), subjects: [subject(account)] },
    { parent },
  );
}

function createClusterRole(
  parent: ScheduledDrills,
  name: string,
  { namespace, labels, scenes }: ResolvedDrills,
  account: k8s.core.v1.ServiceAccount,
): pulumi.Resource {
  // Not in a namespace, so the name says which installation it is for.
  const metadata = { name: pulumi.interpolate`${namespace}-${name}-rights`, labels };
  const role = new k8s.rbac.v1.ClusterRole(
    `${name}-rights`,
    { metadata, rules: clusterRules(scenes) },
    { parent },
  );
  return new k8s.rbac.v1.ClusterRoleBinding(
    `${name}-rights`,
    {
      metadata,
      roleRef: roleRef("ClusterRole", role.metadata.name),
      subjects: [subject(account)],
    },
    { parent },
  );
}

const subject = ({ metadata }: k8s.core.v1.ServiceAccount): k8s.types.input.rbac.v1.Subject => ({
  kind: "ServiceAccount",
  name: metadata.name,
  namespace: metadata.namespace,
});
