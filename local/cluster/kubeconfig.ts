import { parse, stringify } from "yaml";

/** Replaces the control plane's address in the administrator's kubeconfig with the port on the host. */
export function forHost(kubeconfig: string, apiPort: number): string {
  const config = parse(kubeconfig) as { clusters: { cluster: { server: string } }[] };
  for (const { cluster } of config.clusters) cluster.server = `https://127.0.0.1:${apiPort}`;
  return stringify(config);
}
