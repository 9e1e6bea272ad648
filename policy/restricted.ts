import type { Finding } from "./objects";
import { type Container, containersOf, type PodSpec } from "./podSpec";

// Pod Security level `restricted`: https://kubernetes.io/docs/concepts/security/pod-security-standards/

const HOST_FIELDS = ["hostNetwork", "hostPID", "hostIPC"] as const;
const PROFILES = ["RuntimeDefault", "Localhost"];
const VOLUMES = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
  "secret",
];

/** Violations of the level `restricted`. A patch violates it only with fields that it sets. */
export function restrictedFindings(pod: PodSpec, isPatch: boolean): Finding[] {
  return [
    ...HOST_FIELDS.filter((field) => pod[field] === true).map((field) => ({
      what: `it uses the node's network or processes (${field})`,
      fix: `remove ${field}`,
    })),
    ...(pod.volumes ?? []).flatMap(volumeFindings),
    ...containersOf(pod).flatMap((container) => [
      ...hostPortFindings(container),
      ...containerFindings(container, pod, isPatch),
    ]),
  ];
}

function volumeFindings({ name, ...source }: Record<string, unknown>): Finding[] {
  return Object.keys(source)
    .filter((kind) => !VOLUMES.includes(kind))
    .map((kind) => ({
      what: `volume ${String(name)} has type ${kind}`,
      fix: `use one of ${VOLUMES.join(", ")}`,
    }));
}

function hostPortFindings({ name, ports = [] }: Container): Finding[] {
  return ports
    .filter(({ hostPort = 0 }) => hostPort !== 0)
    .map(({ hostPort }) => ({
      what: `container ${name} opens port ${hostPort} of the Kubernetes node`,
      fix: "remove hostPort",
    }));
}

function containerFindings(
  { name, securityContext: own = {} }: Container,
  pod: PodSpec,
  isPatch: boolean,
): Finding[] {
  const shared = pod.securityContext ?? {};
  /** Whether a field that has to be set is: in a patch, the object may have it. */
  const has = <T>(value: T | undefined, isRight: (value: T) => boolean) =>
    value === undefined ? isPatch : isRight(value);
  const profile = (own.seccompProfile ?? shared.seccompProfile)?.type;
  const rules: [boolean, string, string][] = [
    [own.privileged !== true, "is privileged", "remove privileged"],
    [
      has(own.allowPrivilegeEscalation, (allowed) => !allowed),
      "may escalate its privileges",
      "set securityContext.allowPrivilegeEscalation to false",
    ],
    [
      has(own.capabilities?.drop, (dropped) => dropped.includes("ALL")),
      "keeps capabilities of root",
      'set securityContext.capabilities.drop to ["ALL"]',
    ],
    [
      (own.capabilities?.add ?? []).every((each) => each === "NET_BIND_SERVICE"),
      "adds capabilities of root",
      "remove securityContext.capabilities.add",
    ],
    [
      has(own.runAsNonRoot ?? shared.runAsNonRoot, Boolean) && (own.runAsUser ?? shared.runAsUser) !== 0,
      "may run as root",
      "set securityContext.runAsNonRoot to true and runAsUser to a user other than 0",
    ],
    [
      has(profile, (type) => PROFILES.includes(type)),
      "may use any system call",
      "set securityContext.seccompProfile.type to RuntimeDefault",
    ],
  ];
  return rules
    .filter(([holds]) => !holds)
    .map(([, what, fix]) => ({ what: `container ${name} ${what}`, fix }));
}
