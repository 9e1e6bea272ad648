import { parse, stringify } from "yaml";

/** The administrator's kubeconfig as the host needs it: the control plane wrote it for its own address. */
export function forHost(kubeconfig: string, apiPort: number): string {
  const config = parse(kubeconfig) as { clusters: { cluster: { server: string } }[] };
  for (const { cluster } of config.clusters) cluster.server = `https://127.0.0.1:${apiPort}`;
  return stringify(config);
}
