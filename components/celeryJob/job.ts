import {
  CONTAINER_SECURITY,
  LOG_AS_MESSAGE,
  LOST_NODE_TOLERATIONS,
  placement,
  podSecurity,
  resources,
} from "../shared/pods";
import type { PackageNames } from "../inject/objects";
import { podAnnotations, podSpec } from "../podOptions/pod";
import { JOB_VARIABLES, VARIABLES } from "../shared/celery/contract";
import { environment, podLabels, trustMounts, trustVolumes } from "../shared/celery/environment";
import type { BuiltJob } from "../transform/args";
import type { ResolvedJob } from "./resolve";

export function jobArgs(job: ResolvedJob, packageNames?: PackageNames): BuiltJob {
  return {
    metadata: {
      namespace: job.namespace,
      labels: job.labels,
      // A failed Job cannot be repaired, so the next `pulumi up` replaces it instead of failing again.
      annotations: { "pulumi.com/replaceUnready": "true" },
    },
    // No ttlSecondsAfterFinished, because Pulumi would run the deleted Job again.
    spec: {
      backoffLimit: job.backoffLimit,
      // Replaces a pod while it is terminating. A pod failure policy, which would not count drains and lost nodes,
      // requires the pod to end first, which on a lost node happens only when the node returns.
      podReplacementPolicy: "TerminatingOrFailed",
      template: {
        metadata: { labels: podLabels(job), ...podAnnotations(job.pod) },
        spec: podSpec(
          {
            // A new pod per attempt keeps the log of each attempt.
            restartPolicy: "Never",
            enableServiceLinks: false,
            securityContext: podSecurity(job.runAsUser),
            ...placement(job, LOST_NODE_TOLERATIONS),
            containers: [
              {
                name: "job",
                image: job.image,
                imagePullPolicy: "IfNotPresent",
                ...LOG_AS_MESSAGE,
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
          job.pod,
          packageNames,
        ),
      },
    },
  };
}
