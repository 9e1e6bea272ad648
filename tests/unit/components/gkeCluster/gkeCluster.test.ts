import assert from "node:assert/strict";
import * as gcp from "@pulumi/gcp";
import * as kubernetes from "@pulumi/kubernetes";
import { GkeCluster } from "../../../../components";
import { type Registered, type Run, known, list, outputsOf, refusal, run, the } from "../engine";
import { EMAIL, create, resourcesOf } from "./cluster";

describe("GkeCluster", () => {
  let plain: Run<GkeCluster>;
  before(async () => {
    plain = await run(() => create());
  });

  it("creates exactly its resources, all below itself", async () => {
    assert.deepEqual(list(plain.resources), [
      "Account infra-nodes",
      "Cluster infra-cluster",
      "CryptoKey infra-key",
      "CryptoKeyIAMMember infra-key-secrets",
      "GkeCluster infra",
      "IAMMember infra-nodes",
      "KeyRing infra-keys",
      "Network infra-network",
      "NodePool infra-nodes",
      "Router infra-router",
      "RouterNat infra-nat",
      "Service infra-binaryauthorization",
      "Service infra-cloudkms",
      "Service infra-cloudresourcemanager",
      "Service infra-compute",
      "Service infra-container",
      "Service infra-containersecurity",
      "Service infra-iam",
      "Service infra-pubsub",
      "ServiceIdentity infra-gke-agent",
      "Subnetwork infra-subnetwork",
      "Topic infra-upgrades",
    ]);
    assert.deepEqual(list(plain.providers), ["kubernetes infra-kubernetes"]);
    for (const each of [...plain.resources.filter(({ custom }) => custom), ...plain.providers]) {
      assert.equal(each.parent, "ha-celery:index:GkeCluster infra", each.name);
    }
  });

  it("uses the Google Cloud provider that it is given", async () => {
    const { resources, providers } = await run(() =>
      create({}, { provider: new gcp.Provider("google", { project: "other" }) }),
    );
    for (const each of resources.filter(({ custom }) => custom)) assert.equal(each.provider, "google");
    assert.equal(the(providers, "kubernetes").provider, "");
  });

  it("enables the APIs first and leaves them enabled, unless told not to", async () => {
    const { resources } = plain;
    const services = resources.filter(({ type }) => type.endsWith(":Service"));
    const first = "gcp:projects/service:Service infra-cloudresourcemanager";
    for (const { name, inputs, dependencies } of services) {
      const service = `${name.replace("infra-", "")}.googleapis.com`;
      assert.deepEqual(inputs, { project: "my-project", service, disableOnDestroy: false });
      assert.deepEqual(dependencies, service.startsWith("cloudresource") ? [] : [first]);
    }
    for (const name of ["infra-network", "infra-subnetwork", "infra-router", "infra-nat", "infra-cluster"]) {
      const { dependencies } = resources.find((each) => each.name === name) as Registered;
      for (const { name: api } of services)
        assert.ok(dependencies.includes(`gcp:projects/service:Service ${api}`), `${name} waits for ${api}`);
    }
    const without = list(await resourcesOf({ enableApis: false }));
    assert.deepEqual(
      without.filter((each) => each.startsWith("Service ")),
      [],
    );
  });

  it("starts nodes once they may write logs and reach registries, and pods once there are nodes", async () => {
    const { resources, providers } = plain;
    const role = "gcp:projects/iAMMember:IAMMember infra-nodes";
    assert.ok(the(resources, "Cluster").dependencies.includes(role));
    const { dependencies } = the(resources, "NodePool");
    assert.ok(dependencies.includes(role));
    assert.ok(dependencies.includes("gcp:compute/routerNat:RouterNat infra-nat"));
    const provider = the(providers, "kubernetes");
    assert.ok(provider.dependencies.includes("gcp:container/nodePool:NodePool infra-nodes"));
    assert.deepEqual(provider.replaceWith, ["gcp:container/cluster:Cluster infra-cluster"]);
  });

  it("protects the cluster and its main pool, unless told not to", async () => {
    const kept = plain.resources.filter(({ protect }) => protect);
    assert.deepEqual(list(kept), ["Cluster infra-cluster", "NodePool infra-nodes"]);
    const resources = await resourcesOf({ deletionProtection: false });
    assert.deepEqual(
      resources.filter(({ protect }) => protect),
      [],
    );
    assert.equal(the(resources, "Cluster").inputs.deletionProtection, false);
  });

  it("registers exactly its public outputs", async () => {
    const { resources, result } = plain;
    assert.deepEqual(the(resources, "GkeCluster").outputs.sort(), outputsOf(result));
  });

  it("says what it is", async () => {
    const { clusterName, clusterId, endpoint, nodeServiceAccountEmail, workloadPool } = plain.result;
    assert.deepEqual(
      await known({ clusterName, clusterId, endpoint, nodeServiceAccountEmail, workloadPool }),
      {
        clusterName: "infra-cluster-0000000",
        clusterId: "infra-cluster-id",
        endpoint: "gke-infra-cluster.us-east1.gke.goog",
        nodeServiceAccountEmail: EMAIL,
        workloadPool: "my-project.svc.id.goog",
      },
    );
    assert.ok(gcp.container.Cluster.isInstance(plain.result.cluster));
    assert.ok(gcp.container.NodePool.isInstance(plain.result.nodePool));
    assert.ok(kubernetes.Provider.isInstance(plain.result.provider));
  });

  it("plans everything in a preview in which nothing is known yet", async () => {
    const { resources, providers } = await run(() => create({ spotPool: { maxNodes: 3 } }), true);
    assert.deepEqual(
      list([...resources, ...providers]),
      list([...plain.resources, ...plain.providers])
        .concat("NodePool infra-spot")
        .sort(),
    );
    assert.notEqual(typeof the(providers, "kubernetes").inputs.kubeconfig, "string");
  });

  it("gets along without a plugin where nothing is deployed, as in this test", async () => {
    const { PATH } = process.env;
    process.env.PATH = "";
    try {
      assert.equal(await refusal(() => create()), "");
    } finally {
      process.env.PATH = PATH;
    }
  });

  it("names every problem at once, and creates nothing", async () => {
    const { resources, result } = await run(() => {
      try {
        new GkeCluster("Infra", { project: "My Project", location: "us-east1", nodes: 4 });
        return "";
      } catch (error) {
        return (error as Error).message;
      }
    });
    assert.equal(
      result,
      [
        'GkeCluster "Infra" has 4 problems:',
        '  - name is "Infra", but it becomes part of host names. Use lowercase letters, digits and "-", starting with a letter, at most 24 characters.',
        '  - project is "My Project", which is not a Google Cloud project ID. Use 6 to 30 lowercase letters, digits and "-", as `gcloud projects list` shows it.',
        '  - nodes is 4, but "us-east1" has the same number in each of 3 zones. Use a multiple of 3, nodeZones with fewer zones, or one zone as location.',
        '  - authorizedNetworks and dnsEndpoint are both unset, so the control plane would be unreachable. Set dnsEndpoint to true to allow access from anywhere with the IAM permission container.clusters.connect, or set authorizedNetworks to the networks that you deploy from, for example [{ cidr: "203.0.113.7/32" }].',
      ].join("\n"),
    );
    assert.deepEqual(list(resources), ["GkeCluster Infra"]);
  });
});
