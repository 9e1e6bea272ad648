import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { fromSecret } from "../shared/celery/environment";
import { CONTAINER_SECURITY, LOG_AS_MESSAGE, placement, podSecurity, resources } from "../shared/pods";
import { LIMIT_OPTIONS, WEBHOOK_VARIABLE } from "./command";
import type { ResolvedDrills } from "./resolve";

/** User of docker/drills. */
const USER = 10001;
/** Time to undo the fault and to remove the drill's objects. */
const STOP_SECONDS = 180;
/** A drill that could not begin by then, because the control plane was away, is left out. */
const LATEST_START_SECONDS = 300;
/** Finished Jobs that are kept with their logs, of each kind. */
const KEPT_JOBS = 3;

/** The command line of the pod. */
export const command = (drills: ResolvedDrills): pulumi.Input<string>[] => [
  "ha-celery",
  "drill",
  ...drills.scenes,
  "--yes",
  "--record",
  "--namespace",
  drills.namespace,
  "--name",
  drills.broker,
  "--time-zone",
  drills.timeZone,
  ...drills.blackouts.flatMap((window) => ["--blackout", window]),
  ...Object.entries(LIMIT_OPTIONS).flatMap(([limit, option]) => {
    const value = drills.limits?.[limit as keyof typeof LIMIT_OPTIONS];
    return value === undefined ? [] : [option, String(value)];
  }),
  ...(drills.allowProtected ? ["--allow-protected"] : []),
  ...drills.options,
];

export function cronJob(
  drills: ResolvedDrills,
  serviceAccountName: pulumi.Input<string>,
): k8s.batch.v1.CronJobArgs {
  const { namespace, labels, podLabels, schedule, timeZone, suspend, webhook } = drills;
  return {
    metadata: { namespace, labels },
    spec: {
      schedule,
      timeZone,
      suspend,
      // One drill at a time; the Lease of a drill would refuse the second one anyway.
      concurrencyPolicy: "Forbid",
      startingDeadlineSeconds: LATEST_START_SECONDS,
      successfulJobsHistoryLimit: KEPT_JOBS,
      failedJobsHistoryLimit: KEPT_JOBS,
      jobTemplate: {
        metadata: { labels },
        spec: {
          // A drill that failed has a verdict. Another attempt would hide it.
          backoffLimit: 0,
          activeDeadlineSeconds: drills.deadlineMinutes * 60,
          template: {
            metadata: {
              labels: podLabels,
              annotations: { "cluster-autoscaler.kubernetes.io/safe-to-evict": "false" },
            },
            spec: {
              restartPolicy: "Never",
              enableServiceLinks: false,
              serviceAccountName,
              automountServiceAccountToken: true,
              terminationGracePeriodSeconds: STOP_SECONDS,
              securityContext: podSecurity(USER),
              ...placement(drills),
              containers: [
                {
                  name: "drill",
                  image: drills.image,
                  imagePullPolicy: "IfNotPresent",
                  ...LOG_AS_MESSAGE,
                  command: command(drills),
                  env: webhook ? [fromSecret(WEBHOOK_VARIABLE, webhook)] : [],
                  resources: resources(drills.compute),
                  securityContext: CONTAINER_SECURITY,
                  volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
                },
              ],
              volumes: [{ name: "tmp", emptyDir: {} }],
            },
          },
        },
      },
    },
  };
}
