import type * as k8s from "@pulumi/kubernetes";
import { FOUND_AGAIN_LABEL, SKIP_WAIT_LABEL } from "./names";

export const POD_INFO_DIR = "/etc/pod-info";

/** Files with the value of a label of the pod, empty without it. They follow the label while the pod runs. */
export const PodInfo = { skipWait: "skip-quorum-wait", foundAgain: "found-again" } as const;

export function podInfoVolume(): k8s.types.input.core.v1.Volume {
  const items = [
    fromLabel(PodInfo.skipWait, SKIP_WAIT_LABEL),
    fromLabel(PodInfo.foundAgain, FOUND_AGAIN_LABEL),
  ];
  return { name: "pod-info", downwardAPI: { items } };
}

export const POD_INFO_MOUNT: k8s.types.input.core.v1.VolumeMount = {
  name: "pod-info",
  mountPath: POD_INFO_DIR,
  readOnly: true,
};

const fromLabel = (path: string, label: string) => ({
  path,
  fieldRef: { fieldPath: `metadata.labels['${label}']` },
});
