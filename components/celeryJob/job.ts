import type * as k8s from "@pulumi/kubernetes";
import { CONTAINER_SECURITY, LOST_NODE_TOLERATIONS, placement, podSecurity, resources } from "../shared/pods";
import { JOB_VARIABLES, VARIABLES } from "../shared/celery/contract";
import { environment, podLabels, trustMounts, trustVolumes } from "../shared/celery/environment";
import type { ResolvedJob } from "./resolve";

export function jobArgs(job: ResolvedJob): k8s.batch.v1.JobArgs {
  return {
    metadata: {
      namespace: job.namespace,
      labels: job.labels,
      // A Job that failed cannot be mended; the next `pulumi up` shall run another instead of failing for ever.
      annotations: { "pulumi.com/replaceUnready": "true" },
    },
    // No ttlSecondsAfterFinished: Pulumi would find the Job gone and run it again.
    spec: {
      backoffLimit: job.backoffLimit,
      // Replace a pod that is on its way out. A pod failure policy, which would not count drains and lost nodes, only allows to
      // wait for the pod's end, and on a lost node that end does not come until the node does.
      podReplacementPolicy: "TerminatingOrFailed",
      template: {
        metadata: { labels: podLabels(job) },
        spec: {
          // A new pod for every try keeps the log of each.
          restartPolicy: "Never",
          enableServiceLinks: false,
          automountServiceAccountToken: false,
          securityContext: podSecurity(job.runAsUser),
          ...placement(job, LOST_NODE_TOLERATIONS),
          containers: [
            {
              name: "job",
              image: job.image,
              imagePullPolicy: "IfNotPresent",
              command: job.command,
              env: environment(job, {
                [VARIABLES.queues]: job.queues.join(","),
                [JOB_VARIABLES.tasks]: String(job.tasks),
                [JOB_VARIABLES.run]: job.run,
              }),
              resources: resources(job.compute),
              securityContext: CONTAINER_SECURITY,
              volumeMounts: [{ name: "tmp", mountPath: "/tmp" }, ...trustMounts(job)],
            },
          ],
          volumes: [{ name: "tmp", emptyDir: {} }, ...trustVolumes(job)],
        },
      },
    },
  };
}
