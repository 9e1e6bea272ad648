import { clusterProblems } from "../../components/gkeCluster/validation";
import type { GkeClusterArgs } from "../../components/gkeCluster/args";

/** What GkeCluster says about some of its arguments, as if the others were right. */
export function gkeProblems(args: Partial<GkeClusterArgs>): string[] {
  return clusterProblems({ project: "some-project", location: "us-east1", dnsEndpoint: true, ...args });
}
