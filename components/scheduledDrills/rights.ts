import type * as k8s from "@pulumi/kubernetes";
import { CORDONS, type DrillScene, WITHOUT_AGENTS } from "./scenes";

/** A rule without names, because the objects are those of each run. */
export interface Rule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
}

const RBAC = "rbac.authorization.k8s.io";

const rule = (apiGroup: string, resources: string[], verbs: string[]): Rule => ({
  apiGroups: [apiGroup],
  resources,
  verbs,
});

/** Rights in the namespace of the installation, which all scenes need. */
const NAMESPACE: readonly Rule[] = [
  rule("", ["pods"], ["get", "list", "create", "patch", "delete", "deletecollection"]),
  rule("", ["pods/exec", "pods/portforward"], ["get", "create"]),
  rule("", ["pods/log"], ["get"]),
  rule("", ["services"], ["get", "create", "deletecollection"]),
  rule("", ["secrets"], ["get", "list", "create"]),
  rule("", ["configmaps"], ["get", "create", "patch"]),
  rule("", ["serviceaccounts", "events"], ["create"]),
  rule("apps", ["deployments"], ["get", "list", "create", "patch", "deletecollection"]),
  rule("apps", ["deployments/scale"], ["patch"]),
  rule("apps", ["statefulsets"], ["get", "list", "patch"]),
  rule("batch", ["jobs"], ["get", "list", "create", "patch", "deletecollection"]),
  rule("networking.k8s.io", ["networkpolicies"], ["list", "create", "deletecollection"]),
  rule("coordination.k8s.io", ["leases"], ["get", "create", "update", "patch", "delete"]),
  // Roles of the guard. The API server refuses one with a right that its creator lacks.
  rule(RBAC, ["roles", "rolebindings"], ["create", "delete"]),
];
const VOLUMES = rule("", ["persistentvolumeclaims"], ["get", "delete"]);
const EVICTIONS = rule("", ["pods/eviction"], ["create"]);

/** Rights in the entire Kubernetes cluster. */
const READ_NODES = rule("", ["nodes"], ["get", "list"]);
const CORDON: readonly Rule[] = [
  rule("", ["nodes"], ["patch"]),
  // Of the guard, which uncordons the node if the drill's pod is gone.
  rule(RBAC, ["clusterroles"], ["create"]),
  rule(RBAC, ["clusterrolebindings"], ["list", "create", "delete", "deletecollection"]),
];
/** Each run has a namespace of its own for its agents, so no Role can exist there before. */
const AGENTS: readonly Rule[] = [
  rule("", ["namespaces"], ["get", "list", "create", "delete"]),
  rule("", ["pods"], ["get", "create"]),
  rule("", ["pods/exec"], ["get", "create"]),
  rule("", ["secrets"], ["create"]),
  rule(RBAC, ["roles", "rolebindings"], ["create", "delete"]),
];

const includesAny = (scenes: readonly DrillScene[], some: readonly DrillScene[]): boolean =>
  scenes.some((scene) => some.includes(scene));

const LOSES_VOLUME: readonly DrillScene[] = [
  "volume-loss",
  "volume-loss-first",
  "start-dns-off",
  "start-isolated",
];

/** Rules of the Role in the namespace of the installation. */
export const namespaceRules = (scenes: readonly DrillScene[]): Rule[] => [
  ...NAMESPACE,
  ...(includesAny(scenes, LOSES_VOLUME) ? [VOLUMES] : []),
  ...(includesAny(scenes, CORDONS) ? [EVICTIONS] : []),
];

/** Rules of the ClusterRole. */
export const clusterRules = (scenes: readonly DrillScene[]): Rule[] => [
  READ_NODES,
  ...(includesAny(scenes, CORDONS) ? CORDON : []),
  ...(scenes.every((scene) => WITHOUT_AGENTS.includes(scene)) ? [] : AGENTS),
];

/** A binding's reference to its role, by the name that Pulumi gives it. */
export const roleRef = (
  kind: "Role" | "ClusterRole",
  name: k8s.types.input.rbac.v1.RoleRef["name"],
): k8s.types.input.rbac.v1.RoleRef => ({ apiGroup: RBAC, kind, name });
