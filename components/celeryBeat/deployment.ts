import type * as pulumi from "@pulumi/pulumi";
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
import { STATE_DIR, VARIABLES } from "../shared/celery/contract";
import { environment, podLabels, trustMounts, trustVolumes } from "../shared/celery/environment";
import { metricsAnnotations, metricsPorts, metricsVariables } from "../shared/celery/metrics";
import { probes, STATE_VOLUME } from "../shared/celery/probes";
import type { BuiltDeployment } from "../transform/args";
import type { ResolvedBeat } from "./resolve";

const DATA_DIR = "/var/lib/ha-celery";

export function beatDeployment(
  beat: ResolvedBeat,
  claimName: pulumi.Input<string>,
  packageNames?: PackageNames,
): BuiltDeployment {
  return {
    metadata: { namespace: beat.namespace, labels: beat.labels },
    spec: {
      replicas: 1,
      // Two pods at a time would publish everything twice.
      strategy: { type: "Recreate" },
      selector: { matchLabels: beat.selector },
      template: {
        metadata: { labels: podLabels(beat), ...podAnnotations(beat.pod, metricsAnnotations(beat)) },
        spec: podSpec(
          {
            enableServiceLinks: false,
            // As process 1, a beat that has just started ignores SIGTERM, and is only killed after its grace period.
            shareProcessNamespace: true,
            securityContext: podSecurity(beat.runAsUser),
            ...placement(beat, LOST_NODE_TOLERATIONS),
            containers: [
              {
                name: "beat",
                image: beat.image,
                imagePullPolicy: "IfNotPresent",
                ...LOG_AS_MESSAGE,
                command: beat.command ?? beatCommand(beat),
                env: environment(beat, {
                  [VARIABLES.queues]: beat.queues.join(","),
                  [VARIABLES.stateDir]: STATE_DIR,
                  ...metricsVariables(beat),
                }),
                ...metricsPorts(beat),
                resources: resources(beat.compute),
                securityContext: CONTAINER_SECURITY,
                ...probes("scheduling"),
                volumeMounts: [
                  { name: "memory", mountPath: DATA_DIR },
                  { name: "state", mountPath: STATE_DIR },
                  { name: "tmp", mountPath: "/tmp" },
                  ...trustMounts(beat),
                ],
              },
            ],
            volumes: [
              { name: "memory", persistentVolumeClaim: { claimName } },
              STATE_VOLUME,
              { name: "tmp", emptyDir: {} },
              ...trustVolumes(beat),
            ],
          },
          beat.pod,
          packageNames,
        ),
      },
    },
  };
}

function beatCommand(beat: ResolvedBeat): string[] {
  // The app's setting beat_scheduler selects the scheduler.
  return ["celery", "--app", beat.app, "beat", "--loglevel=INFO", `--schedule=${DATA_DIR}/runs.json`];
}
