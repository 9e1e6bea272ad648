import { isIP } from "node:net";
import { PACKAGE_DIR, STATE_DIR } from "../shared/celery/contract";
import { TRUST_DIR } from "../shared/celery/environment";
import {
  type Check,
  type Checks,
  type Rule,
  OBJECT_NAME,
  all,
  check,
  compute,
  each,
  fields,
  quantity,
  quote,
  unchecked,
  wholeNumber,
} from "../shared/checks";
import type {
  PodContainer,
  PodCsiVolume,
  PodEmptyDir,
  PodEnvSource,
  PodHostAlias,
  PodOptions,
  PodSecurityAdditions,
  PodSidecar,
  PodStartupProbe,
  PodTokenVolume,
  PodVolume,
  PodVolumeMount,
} from "./args";
import { FIXED_IN_CONTAINER, FIXED_IN_POD, FIXED_IN_SECURITY, onlyFields } from "./fixedFields";

const OWN_VOLUMES = ["broker-ca", "ha-celery-package", "memory", "state", "tmp"];
const OWN_CONTAINERS = ["beat", "job", "worker"];
/** Directories that the component mounts. Those below `/tmp` are free. */
const OWN_DIRS = [STATE_DIR, TRUST_DIR, PACKAGE_DIR, "/var/lib/ha-celery"];
/** Free is `ha-celery/client-of.NAME`, which admits the pods to a further broker. */
const OWN_LABELS = /^(app\.kubernetes\.io\/(name|instance|component|part-of)$|ha-celery\/(?!client-of\.))/;
const METADATA_KEY = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const LABEL_VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const ENVIRONMENT_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

const text: Check<string> = check(
  (value) => value !== "",
  (what) => `${what} is empty. Set it, or omit it.`,
);

/** Checks the name of an object if it is known: it may be an output. */
const objectName: Check<unknown> = (what, value) =>
  typeof value !== "string" || OBJECT_NAME.test(value)
    ? []
    : [
        `${what} is ${quote(value)}, which is not a valid name of a Kubernetes object. Use lowercase letters, digits, "-" and ".".`,
      ];

const partName = (own: string[], kind: string): Check<string> =>
  all(
    check(
      (name) => /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name),
      (what, name) =>
        `${what} is ${quote(name)}, which is not a valid name of a ${kind}. Use up to 63 lowercase letters, digits and "-".`,
    ),
    check(
      (name) => !own.includes(name) && !name.startsWith("ha-celery"),
      (what, name) => `${what} is ${quote(name)}, which is a ${kind} of the component. Choose another name.`,
    ),
  );

const metadataKeys = (what: string, map: Record<string, unknown>): string[] =>
  Object.keys(map)
    .filter((key) => !METADATA_KEY.test(key))
    .map(
      (key) =>
        `${what} has ${quote(key)}, which is not a valid key. Use for example "team" or "example.com/team".`,
    );

export const labels: Check<Record<string, string>> = (what, map) => [
  ...metadataKeys(what, map),
  ...Object.keys(map)
    .filter((key) => OWN_LABELS.test(key))
    .map(
      (key) =>
        `${what} has ${quote(key)}, which the component sets: selectors and NetworkPolicies find the pods by it. Choose another key.`,
    ),
  ...Object.entries(map)
    .filter(([, value]) => !LABEL_VALUE.test(value))
    .map(
      ([key, value]) =>
        `${what} has ${key} ${quote(value)}, which is not a valid value of a label. Use up to 63 letters, digits, "-", "_" and ".".`,
    ),
];

const exactlyOne = <Args extends object>(...names: (keyof Args & string)[]): Rule<Args> => ({
  needs: [],
  problems: (args) => {
    const given = names.filter((name) => args[name] !== undefined);
    if (given.length === 1) return [];
    const state = given.length === 0 ? "none is set. Set one" : `${given.join(" and ")} are set. Keep one`;
    return [`${names.join(", ")}: exactly one is needed, but ${state}.`];
  },
});

const envSource = fields<PodEnvSource>(
  {
    secretName: objectName,
    configMapName: objectName,
    prefix: check(
      (prefix) => ENVIRONMENT_NAME.test(prefix),
      (what, prefix) =>
        `${what} is ${quote(prefix)}, with which no environment variable's name can start. Use letters, digits and "_".`,
    ),
    optional: unchecked,
  },
  exactlyOne("secretName", "configMapName"),
);

const volume = fields<PodVolume>(
  {
    name: partName(OWN_VOLUMES, "volume"),
    secretName: objectName,
    configMapName: objectName,
    claimName: objectName,
    emptyDir: fields<PodEmptyDir>({
      medium: check(
        (medium) => medium === "Memory",
        (what, medium) => `${what} is ${quote(medium)}. Use "Memory", or omit it for the node's disk.`,
      ),
      sizeLimit: quantity("1Gi"),
    }),
    csi: fields<PodCsiVolume>({ driver: text, readOnly: unchecked, volumeAttributes: unchecked }),
    serviceAccountToken: fields<PodTokenVolume>({
      audience: text,
      expirationSeconds: wholeNumber({ why: "Kubernetes issues no shorter tokens", least: 600 }),
    }),
  },
  exactlyOne("secretName", "configMapName", "claimName", "emptyDir", "csi", "serviceAccountToken"),
);

const mountPath: Check<string> = (what, path) => {
  if (!/^\/[^:]+$/.test(path) || path.split("/").includes(".."))
    return [`${what} is ${quote(path)}. Use an absolute path below "/" without ":" and "..".`];
  const normal = path.replace(/\/+$/, "");
  const own = OWN_DIRS.find((dir) => `${normal}/`.startsWith(`${dir}/`) || dir.startsWith(`${normal}/`));
  if (own !== undefined || normal === "/tmp")
    return [
      `${what} is ${quote(path)}, but the component mounts ${own ?? "/tmp"}: it would be hidden. Choose another path.`,
    ];
  return [];
};

const volumeMount = fields<PodVolumeMount>({
  name: text,
  mountPath,
  subPath: check(
    (path) => path !== "" && !path.startsWith("/") && !path.split("/").includes(".."),
    (what, path) => `${what} is ${quote(path)}. Use a relative path without "..".`,
  ),
  readOnly: unchecked,
});

const repeated = (names: string[]) => [
  ...new Set(names.filter((name, index) => names.indexOf(name) !== index)),
];

const mounts: Check<PodVolumeMount[]> = all(each(volumeMount), (what, list) =>
  repeated(list.map((mount) => mount.mountPath)).map(
    (path) => `${what} has the mountPath ${quote(path)} twice. Remove one.`,
  ),
);

const variables: Check<Record<string, unknown>> = (what, map) =>
  Object.keys(map)
    .filter((name) => !ENVIRONMENT_NAME.test(name))
    .map(
      (name) =>
        `${what} has ${quote(name)}, which is not a valid name of an environment variable. Use letters, digits and "_".`,
    );

const notInBoth: Rule<PodContainer> = {
  needs: [],
  problems: ({ env = {}, envFromSecrets = {} }) =>
    Object.keys(envFromSecrets)
      .filter((name) => name in env)
      .map((name) => `env and envFromSecrets both have ${name}. Remove one.`),
};

const notRoot = wholeNumber({ why: "the Pod Security level restricted forbids root", least: 1 });

const CONTAINER: Checks<PodContainer> = {
  name: partName(OWN_CONTAINERS, "container"),
  image: unchecked,
  command: unchecked,
  args: unchecked,
  env: variables,
  envFromSecrets: variables,
  envFrom: each(envSource),
  volumeMounts: mounts,
  compute,
  runAsUser: notRoot,
  writableRootFilesystem: unchecked,
};

const startupProbe = fields<PodStartupProbe>({
  port: wholeNumber({ why: "it is a port", least: 1, most: 65_535 }),
  path: check(
    (path) => path.startsWith("/"),
    (what, path) => `${what} is ${quote(path)}. Use a path that starts with "/".`,
  ),
});

const SIDECAR: Checks<PodSidecar> = { ...CONTAINER, startupProbe };

const hostAlias = fields<PodHostAlias>({
  ip: check(
    (ip) => isIP(ip) !== 0,
    (what, ip) => `${what} is ${quote(ip)}, which is not an IP address. Use for example "10.0.0.7".`,
  ),
  hostnames: check(
    (names) => names.length > 0,
    (what) => `${what} is empty. Use at least one, for example ["db.example.com"].`,
  ),
});

const group = wholeNumber({ why: "group 0 is root's", least: 1 });

const SECURITY: Checks<PodSecurityAdditions> = { supplementalGroups: each(group), fsGroup: group };

const containersOf = ({ initContainers = [], sidecars = [] }: PodOptions) => [
  ...initContainers.map((container, index) => ({ at: `initContainers[${index}].`, container })),
  ...sidecars.map((container, index) => ({ at: `sidecars[${index}].`, container })),
];

const uniqueNames: Rule<PodOptions> = {
  needs: [],
  problems: (pod) => [
    ...repeated((pod.volumes ?? []).map(({ name }) => name)).map(
      (name) => `volumes has ${quote(name)} twice. Give each volume its own name.`,
    ),
    ...repeated(containersOf(pod).map(({ container }) => container.name)).map(
      (name) => `initContainers and sidecars have ${quote(name)} twice. Give each container its own name.`,
    ),
  ],
};

const knownVolumes: Rule<PodOptions> = {
  needs: ["volumes"],
  problems: (pod) => {
    const known = (pod.volumes ?? []).map(({ name }) => name);
    const places = [{ at: "", container: pod }, ...containersOf(pod)];
    return places.flatMap(({ at, container }) =>
      (container.volumeMounts ?? [])
        .filter(({ name }) => !known.includes(name))
        .map(
          ({ name }) =>
            `${at}volumeMounts has ${quote(name)}, which is not one of volumes. Add it there, or correct the name.`,
        ),
    );
  },
};

const POD: Checks<PodOptions> = {
  serviceAccountName: objectName,
  automountServiceAccountToken: unchecked,
  imagePullSecrets: each(objectName),
  labels,
  annotations: metadataKeys,
  envFrom: each(envSource),
  volumes: each(volume),
  volumeMounts: mounts,
  initContainers: each(all(onlyFields(CONTAINER, FIXED_IN_CONTAINER), fields(CONTAINER, notInBoth))),
  sidecars: each(all(onlyFields(SIDECAR, FIXED_IN_CONTAINER), fields(SIDECAR, notInBoth))),
  hostAliases: each(hostAlias),
  runtimeClassName: objectName,
  securityContext: all(onlyFields(SECURITY, FIXED_IN_SECURITY), fields(SECURITY)),
};

/** The check of the argument `pod` of every component that runs an application's code. */
export const pod: Check<PodOptions> = all(
  onlyFields(POD, FIXED_IN_POD),
  fields(POD, uniqueNames, knownVolumes),
);
