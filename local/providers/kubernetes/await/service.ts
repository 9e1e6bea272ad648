import { listAt, propertiesAt, stringAt, at } from "../../plugin/values";
import { keyOf, type KubeObject } from "../objects";
import { ready, waiting, type Awaiter, type Progress } from "./awaiter";
import { podReasons } from "./podReasons";

/** A Service is often created before its pods. Without endpoints after this time, there are none to wait for. */
const NO_ENDPOINTS_MS = 3000;

export function needsEndpoints(service: KubeObject): boolean {
  const spec = propertiesAt(service, "spec");
  return (
    spec.type !== "ExternalName" &&
    spec.clusterIP !== "None" &&
    Object.keys(propertiesAt(spec, "selector")).length > 0
  );
}

/** Counts the ready endpoints and all endpoints in a Service's slices. */
export function countEndpoints(slices: KubeObject[]): { ready: number; all: number } {
  const endpoints = slices
    .flatMap((slice) => listAt(slice, "endpoints"))
    .filter((endpoint) => at(endpoint, "conditions", "terminating") !== true);
  return {
    ready: endpoints.filter((endpoint) => at(endpoint, "conditions", "ready") !== false).length,
    all: endpoints.length,
  };
}

export function endpointProgress(counts: { ready: number; all: number }, sinceMs: number): Progress {
  if (counts.ready < counts.all) return waiting(`${counts.ready} of ${counts.all} endpoints ready`);
  if (counts.all === 0 && sinceMs < NO_ENDPOINTS_MS) return waiting("waiting for endpoints");
  return ready(`${counts.ready} endpoints ready`);
}

export function serviceAwaiter(since: number): Awaiter {
  return {
    async progress(live, client) {
      const balanced = listAt(live, "status", "loadBalancer", "ingress").length > 0;
      if (stringAt(live, "spec", "type") === "LoadBalancer" && !balanced)
        return waiting("waiting for the load balancer's address");
      if (!needsEndpoints(live)) return ready("no endpoints to wait for");
      const { namespace, name } = keyOf(live);
      const slices = await client.list("discovery.k8s.io/v1", "EndpointSlice", namespace, {
        labelSelector: `kubernetes.io/service-name=${name}`,
      });
      return endpointProgress(countEndpoints(slices), Date.now() - since);
    },
    async reasons(live, client) {
      if (!needsEndpoints(live)) return [];
      return podReasons(client, keyOf(live).namespace ?? "default", {
        matchLabels: propertiesAt(live, "spec", "selector"),
      });
    },
  };
}
