import { type Check, quote } from "../shared/checks";

/** Fields of Kubernetes that a component sets, each with the reason and the fix. */
const FIXED_FIELDS: Record<string, string> = {
  affinity: "keeps the pods on different nodes. Use spread, nodeSelector and tolerations",
  containers: "is the application's container. Use sidecars for others",
  hostIPC: "is forbidden by the Pod Security level restricted. Remove it",
  hostNetwork: "is forbidden by the Pod Security level restricted. Remove it",
  hostPID: "is forbidden by the Pod Security level restricted. Remove it",
  lifecycle: "would delay the end of the tasks. Remove it",
  livenessProbe: "restarts a process that hangs, without killing a running task. Remove it",
  nodeSelector: "is an argument of the component. Use nodeSelector beside pod",
  priorityClassName: "is an argument of the component. Use priorityClassName beside pod",
  readinessProbe: "lets an update replace a pod only when the next one works. Remove it",
  restartPolicy: "makes Kubernetes start the processes again. Remove it",
  selector: "is immutable. Remove it",
  terminationGracePeriodSeconds: "lets running tasks finish. Use longestTaskSeconds of the workers",
  tolerations: "is an argument of the component. Use tolerations beside pod",
  topologySpreadConstraints: "spreads the pods over zones. Use spread",
};

const FIXED_SECURITY: Record<string, string> = Object.fromEntries(
  [
    "allowPrivilegeEscalation",
    "capabilities",
    "privileged",
    "procMount",
    "runAsNonRoot",
    "seccompProfile",
    "seLinuxOptions",
  ].map((field) => [field, "is fixed by the Pod Security level restricted. Remove it"]),
);

const ownUser = "is an argument of the component. Use runAsUser beside pod";

export const FIXED_IN_POD = FIXED_FIELDS;
export const FIXED_IN_SECURITY: Record<string, string> = {
  ...FIXED_SECURITY,
  runAsUser: ownUser,
  runAsGroup: ownUser,
};
export const FIXED_IN_CONTAINER: Record<string, string> = {
  ...FIXED_SECURITY,
  securityContext: "has the Pod Security level restricted. Use runAsUser and writableRootFilesystem",
  restartPolicy: "follows from the list: initContainers end, sidecars are restarted. Remove it",
};

/** Refuses fields that the types do not have: JSON and other languages can pass them, and they would be ignored. */
export const onlyFields =
  (known: object, fixed: Record<string, string>): Check<object> =>
  (what, value) =>
    Object.keys(value)
      .filter((field) => !(field in known))
      .map((field) => {
        const why = fixed[field];
        return why === undefined
          ? `${what} has ${quote(field)}, which is not a field of it. Remove it, or use one of ${Object.keys(known).join(", ")}.`
          : `${what} has ${quote(field)}, which the component sets: it ${why}.`;
      });
