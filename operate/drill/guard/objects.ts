import type {
  RbacV1Subject,
  V1ConfigMap,
  V1Job,
  V1ObjectMeta,
  V1OwnerReference,
  V1PodSpec,
  V1PolicyRule,
  V1RoleRef,
} from "@kubernetes/client-node";
import { guardProgram } from "../../../components/inject/files";
import { LEASE_NAME } from "../lease";
import { labelsOf, objectName, Role } from "../load/names";
import { baseContainer, type LoadSpec, podSpecAvoidingNodes } from "../load/objects";

/** Inputs of the guard's objects. */
export interface GuardSpec extends Pick<LoadSpec, "run" | "namespace" | "template" | "avoid"> {
  /** Identity of the command in the Lease that it renews. */
  readonly holder: string;
}

/** A request to the Kubernetes API that undoes a change. */
export interface UndoRequest {
  readonly method: "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
}

const RBAC = "rbac.authorization.k8s.io";

export const guardName = (run: string): string => objectName(run, Role.Guard);

export const guardMetadata = ({ run, namespace }: Pick<GuardSpec, "run" | "namespace">): V1ObjectMeta => ({
  name: guardName(run),
  namespace,
  labels: labelsOf(run, Role.Guard),
});

/** What the guard must do if the command ends without undoing it. One key for each request. */
export const guardConfigMap = (spec: GuardSpec): V1ConfigMap => ({ metadata: guardMetadata(spec), data: {} });

/** Permissions that the guard always needs. */
export const guardRules = ({ run }: GuardSpec): V1PolicyRule[] => [
  { apiGroups: ["coordination.k8s.io"], resources: ["leases"], resourceNames: [LEASE_NAME], verbs: ["get"] },
  { apiGroups: [""], resources: ["configmaps"], resourceNames: [guardName(run)], verbs: ["get"] },
];

/** Gives the guard the permissions of a Role or a ClusterRole of the same name. */
export const guardBinding = (
  spec: GuardSpec,
  metadata: V1ObjectMeta,
  kind: "Role" | "ClusterRole",
): { metadata: V1ObjectMeta; roleRef: V1RoleRef; subjects: RbacV1Subject[] } => ({
  metadata,
  roleRef: { apiGroup: RBAC, kind, name: metadata.name ?? "" },
  subjects: [{ kind: "ServiceAccount", name: guardName(spec.run), namespace: spec.namespace }],
});

/**
 * Watches the command, and undoes its changes when it is silent. Kubernetes then deletes the Job and everything that
 * it owns. Suspended until the objects exist that its pod needs.
 */
export function guardJob(spec: GuardSpec): V1Job {
  const { run, namespace, holder } = spec;
  const lease = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${LEASE_NAME}`;
  const configMap = `/api/v1/namespaces/${namespace}/configmaps/${guardName(run)}`;
  return {
    metadata: guardMetadata(spec),
    spec: {
      suspend: true,
      // A guard that fails starts again.
      backoffLimit: 1000,
      ttlSecondsAfterFinished: 0,
      template: {
        metadata: { labels: labelsOf(run, Role.Guard) },
        spec: {
          ...podSpecAvoidingNodes(spec),
          serviceAccountName: guardName(run),
          automountServiceAccountToken: true,
          restartPolicy: "OnFailure",
          terminationGracePeriodSeconds: 0,
          initContainers: [],
          containers: [
            {
              ...baseContainer(spec),
              name: "guard",
              command: ["python", "-c", guardProgram(), lease, holder, configMap],
              env: [],
              envFrom: [],
              resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "128Mi" } },
              readinessProbe: { exec: { command: ["cat", "/tmp/watching"] }, periodSeconds: 1 },
            },
          ],
        } satisfies V1PodSpec,
      },
    },
  };
}

/** Makes the guard the owner of an object in its namespace, which Kubernetes then deletes with the guard. */
export const ownerReference = (job: V1Job): V1OwnerReference => ({
  apiVersion: "batch/v1",
  kind: "Job",
  name: job.metadata?.name ?? "",
  uid: job.metadata?.uid ?? "",
});
