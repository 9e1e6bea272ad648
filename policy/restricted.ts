import { type Container, containersOf, type Finding, type PodSpec } from "./objects";

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

/** Violations of the level `restricted`. */
export function restrictedFindings(pod: PodSpec): Finding[] {
  return [
    ...HOST_FIELDS.filter((field) => pod[field] === true).map((field) => ({
      what: `it uses the node's network or processes (${field})`,
      fix: `remove ${field}`,
    })),
    ...(pod.volumes ?? []).flatMap(volumeFindings),
    ...containersOf(pod).flatMap((container) => containerFindings(container, pod)),
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

function containerFindings({ name, securityContext: own = {} }: Container, pod: PodSpec): Finding[] {
  const shared = pod.securityContext ?? {};
  const profile = (own.seccompProfile ?? shared.seccompProfile)?.type;
  const rules: [boolean, string, string][] = [
    [own.privileged !== true, "is privileged", "remove privileged"],
    [
      own.allowPrivilegeEscalation === false,
      "may escalate its privileges",
      "set securityContext.allowPrivilegeEscalation to false",
    ],
    [
      own.capabilities?.drop?.includes("ALL") === true,
      "keeps capabilities of root",
      'set securityContext.capabilities.drop to ["ALL"]',
    ],
    [
      (own.capabilities?.add ?? []).every((each) => each === "NET_BIND_SERVICE"),
      "adds capabilities of root",
      "remove securityContext.capabilities.add",
    ],
    [
      (own.runAsNonRoot ?? shared.runAsNonRoot) === true && (own.runAsUser ?? shared.runAsUser) !== 0,
      "may run as root",
      "set securityContext.runAsNonRoot to true and runAsUser to a user other than 0",
    ],
    [
      profile !== undefined && PROFILES.includes(profile),
      "may use any system call",
      "set securityContext.seccompProfile.type to RuntimeDefault",
    ],
  ];
  return rules
    .filter(([holds]) => !holds)
    .map(([, what, fix]) => ({ what: `container ${name} ${what}`, fix }));
}
