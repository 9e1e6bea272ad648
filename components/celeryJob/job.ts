import type * as k8s from "@pulumi/kubernetes";
import { CONTAINER_SECURITY, LEAVE_LOST_NODES, placement, podSecurity, resources } from "../shared/pods";
import { environment, podLabels, trustMounts, trustVolumes } from "../shared/celery/environment";
import type { Schedule } from "./resolve";

export function job(schedule: Schedule): k8s.batch.v1.JobArgs {
  return {
    metadata: {
      namespace: schedule.namespace,
      labels: schedule.labels,
      // A Job that failed cannot be mended; the next `pulumi up` shall run another instead of failing for ever.
      annotations: { "pulumi.com/replaceUnready": "true" },
    },
    // No ttlSecondsAfterFinished: Pulumi would find the Job gone and run it again.
    spec: {
      backoffLimit: schedule.backoffLimit,
      // Replace a pod that is on its way out. A pod failure policy, which would not count drains and lost nodes, only allows to
      // wait for the pod's end, and on a lost node that end does not come until the node does.
      podReplacementPolicy: "TerminatingOrFailed",
      template: {
        metadata: { labels: podLabels(schedule) },
        spec: {
          // A new pod for every try keeps the log of each.
          restartPolicy: "Never",
          enableServiceLinks: false,
          automountServiceAccountToken: false,
          securityContext: podSecurity(schedule.runAsUser),
          ...placement(schedule, LEAVE_LOST_NODES),
          containers: [
            {
              name: "job",
              image: schedule.image,
              imagePullPolicy: "IfNotPresent",
              command: schedule.command,
              env: environment(schedule, {
                HA_CELERY_QUEUES: schedule.queues.join(","),
                SCHEDULE_TASKS: String(schedule.tasks),
                SCHEDULE_RUN: schedule.run,
              }),
              resources: resources(schedule.compute),
              securityContext: CONTAINER_SECURITY,
              volumeMounts: [{ name: "tmp", mountPath: "/tmp" }, ...trustMounts(schedule)],
            },
          ],
          volumes: [{ name: "tmp", emptyDir: {} }, ...trustVolumes(schedule)],
        },
      },
    },
  };
}
