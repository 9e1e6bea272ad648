import type { ResourceValidation } from "@pulumi/policy";
import { eachOf, type Finding, type KubernetesObject } from "./objects";
import type { PodSpec, PodTemplate } from "./podSpec";

/** Every kind of object that runs pods, and the Patch resources that change one. */
const RUNS_PODS =
  /^kubernetes:(core\/v1:(Pod|PodTemplate|ReplicationController)|apps\/\w+:(StatefulSet|Deployment|DaemonSet|ReplicaSet)|batch\/\w+:(Job|CronJob))(Patch)?$/;

interface RunsPods extends KubernetesObject {
  template?: PodTemplate;
  spec?: PodSpec & { template?: PodTemplate; jobTemplate?: { spec?: { template?: PodTemplate } } };
}

/** Checks the pods of each object. `isPatch` tells that only fields that it changes are there. */
export function eachPod(check: (pod: PodSpec, isPatch: boolean) => Finding[]): ResourceValidation {
  return eachOf<RunsPods>(RUNS_PODS, (object) => {
    const pod = podOf(object);
    return pod ? check(pod, object.kind.endsWith("Patch")) : [];
  });
}

function podOf({ kind, template, spec }: RunsPods): PodSpec | undefined {
  switch (kind.replace(/Patch$/, "")) {
    case "Pod":
      return spec;
    case "PodTemplate":
      return template?.spec;
    case "CronJob":
      return spec?.jobTemplate?.spec?.template?.spec;
    default:
      return spec?.template?.spec;
  }
}
