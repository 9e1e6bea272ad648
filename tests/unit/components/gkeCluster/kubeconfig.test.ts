import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { GkeCluster } from "../../../../components";
import { type Run, known, run, the } from "../engine";
import { create } from "./cluster";

describe("GkeCluster: kubeconfig and provider", () => {
  let plain: Run<GkeCluster>;
  before(async () => {
    plain = await run(() => create());
  });

  it("lets the provider know the cluster by its id", async () => {
    const { kubeconfig, clusterIdentifier } = the(plain.providers, "kubernetes").inputs;
    assert.equal(clusterIdentifier, "infra-cluster-id");
    assert.equal(kubeconfig, (await known({ it: plain.result.kubeconfig })).it);
  });

  interface Kubeconfig {
    clusters: { name: string; cluster: Record<string, string> }[];
    users: { name: string; user: Record<string, unknown> }[];
    "current-context": string;
  }
  const kubeconfigOf = async ({ kubeconfig }: GkeCluster) =>
    JSON.parse((await known({ kubeconfig })).kubeconfig) as Kubeconfig;

  it("signs in with the plugin and holds no token", async () => {
    assert.ok(await pulumi.isSecret(plain.result.kubeconfig));
    const { users, ...rest } = await kubeconfigOf(plain.result);
    const name = "gke_my-project_us-east1_infra-cluster-0000000";
    assert.deepEqual(rest, {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name, cluster: { server: "https://gke-infra-cluster.us-east1.gke.goog" } }],
      contexts: [{ name, context: { cluster: name, user: name } }],
      "current-context": name,
    });
    assert.deepEqual(users, [
      {
        name,
        user: {
          exec: {
            apiVersion: "client.authentication.k8s.io/v1beta1",
            command: "gke-gcloud-auth-plugin",
            installHint:
              "Install: gcloud components install gke-gcloud-auth-plugin, or apt-get install google-cloud-cli-gke-gcloud-auth-plugin if gcloud was installed with apt.",
            provideClusterInfo: true,
            interactiveMode: "IfAvailable",
          },
        },
      },
    ]);
  });

  it("reaches the control plane by its address, with the cluster's authority, where there is no name", async () => {
    const authorizedNetworks = [{ cidr: "203.0.113.0/24" }];
    const { result } = await run(() => create({ dnsEndpoint: false, authorizedNetworks }));
    assert.ok(await pulumi.isSecret(result.kubeconfig));
    assert.equal((await known({ it: result.endpoint })).it, "203.0.113.10");
    const { clusters } = await kubeconfigOf(result);
    assert.deepEqual(clusters[0]?.cluster, {
      server: "https://203.0.113.10",
      "certificate-authority-data": Buffer.from("authority of infra-cluster").toString("base64"),
    });
  });

  it("prefers the name where there are both", async () => {
    const authorizedNetworks = [{ cidr: "203.0.113.0/24" }];
    const { result, resources } = await run(() => create({ authorizedNetworks }));
    assert.equal((await known({ it: result.endpoint })).it, "gke-infra-cluster.us-east1.gke.goog");
    const { controlPlaneEndpointsConfig } = the(resources, "Cluster").inputs;
    assert.deepEqual(controlPlaneEndpointsConfig, {
      dnsEndpointConfig: { allowExternalTraffic: true },
      ipEndpointsConfig: { enabled: true },
    });
  });
});
