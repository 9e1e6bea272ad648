import { z } from "zod";
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
} from "../../components/podOptions/args";
import { pod } from "../../components/podOptions/validation";
import type { Compute, SecretKey } from "../../components/types";
import { checked, count, filled, text, textMap } from "./fields";

// Additions to the pods of workers and of the beat. The component checks the values, and refuses fields that it sets
// with the reason; so the objects with such fields are loose here.

/** A type for every field. A field that a component has and the configuration does not have, or the reverse, does not
 * compile. */
type Fields<Args> = Record<keyof Args, z.ZodType>;

const flag = (fix: "true" | "false") => z.boolean("not true or false").meta({ fix }).optional();
const optionalText = (fix: string) => text(fix).optional();

const secretKey = z.strictObject({
  secretName: filled("NAME"),
  key: filled("KEY"),
} satisfies Fields<SecretKey>);

const envSource = z.strictObject({
  secretName: optionalText("NAME"),
  configMapName: optionalText("NAME"),
  prefix: optionalText("APP_"),
  optional: flag("true"),
} satisfies Fields<PodEnvSource>);

const volume = z.strictObject({
  name: filled("data"),
  secretName: optionalText("NAME"),
  configMapName: optionalText("NAME"),
  claimName: optionalText("NAME"),
  emptyDir: z
    .strictObject({
      medium: optionalText("Memory"),
      sizeLimit: optionalText("1Gi"),
    } satisfies Fields<PodEmptyDir>)
    .optional(),
  csi: z
    .strictObject({
      driver: filled("secrets-store.csi.k8s.io"),
      readOnly: flag("true"),
      volumeAttributes: textMap("VALUE").optional(),
    } satisfies Fields<PodCsiVolume>)
    .optional(),
  serviceAccountToken: z
    .strictObject({
      audience: filled("vault"),
      expirationSeconds: count("3600", 600).optional(),
    } satisfies Fields<PodTokenVolume>)
    .optional(),
} satisfies Fields<PodVolume>);

const volumeMount = z.strictObject({
  name: filled("data"),
  mountPath: filled("/data"),
  subPath: optionalText("cache"),
  readOnly: flag("true"),
} satisfies Fields<PodVolumeMount>);

const container = {
  name: filled("proxy"),
  image: filled("IMAGE"),
  command: z.array(text("COMMAND")).optional(),
  args: z.array(text("ARGUMENT")).optional(),
  env: textMap("VALUE").optional(),
  envFromSecrets: z.record(z.string(), secretKey).optional(),
  envFrom: z.array(envSource).optional(),
  volumeMounts: z.array(volumeMount).optional(),
  compute: z
    .strictObject({
      cpu: optionalText("50m"),
      cpuLimit: optionalText("1"),
      memory: optionalText("64Mi"),
    } satisfies Fields<Compute>)
    .optional(),
  runAsUser: count("1000", 1).optional(),
  writableRootFilesystem: flag("true"),
} satisfies Fields<PodContainer>;

const startupProbe = z.strictObject({
  port: count("8080", 1),
  path: optionalText("/startup"),
} satisfies Fields<PodStartupProbe>);

export const podOptions = checked(
  z.looseObject({
    serviceAccountName: optionalText("NAME"),
    automountServiceAccountToken: flag("true"),
    imagePullSecrets: z.array(filled("NAME")).optional(),
    labels: textMap("VALUE").optional(),
    annotations: textMap("VALUE").optional(),
    envFrom: z.array(envSource).optional(),
    volumes: z.array(volume).optional(),
    volumeMounts: z.array(volumeMount).optional(),
    initContainers: z.array(z.looseObject(container)).optional(),
    sidecars: z
      .array(
        z.looseObject({ ...container, startupProbe: startupProbe.optional() } satisfies Fields<PodSidecar>),
      )
      .optional(),
    hostAliases: z
      .array(
        z.strictObject({
          ip: filled("10.0.0.7"),
          hostnames: z.array(filled("db.example.com")),
        } satisfies Fields<PodHostAlias>),
      )
      .optional(),
    runtimeClassName: optionalText("gvisor"),
    securityContext: z
      .looseObject({
        supplementalGroups: z.array(count("2000", 1)).optional(),
        fsGroup: count("2000", 1).optional(),
      } satisfies Fields<PodSecurityAdditions>)
      .optional(),
  } satisfies Fields<PodOptions>),
  pod,
  "pod",
);
