import assert from "node:assert/strict";
import { type Existing, explanation } from "../../../../components/gkeCluster/unknownCluster";

const CREATION = {
  resource: "infra-cluster",
  parent: "urn:pulumi:prod::shop::ha-celery:index:GkeCluster::infra",
  project: "my-project",
  location: "us-east1",
  name: "infra-cluster-2222222",
  subnetwork: "projects/my-project/regions/us-east1/subnetworks/infra-subnetwork-0000000",
};
const said = (clusters: Existing[]) => explanation(CREATION, () => Promise.resolve(clusters));
const COMMANDS = (name: string) =>
  [
    "To keep it, run these commands, and then pulumi up:",
    `  pulumi import gcp:container/cluster:Cluster infra-cluster projects/my-project/locations/us-east1/clusters/${name} --parent 'parent=urn:pulumi:prod::shop::ha-celery:index:GkeCluster::infra' --generate-code=false`,
    "  pulumi refresh --clear-pending-creates",
    "To delete it instead:",
    `  gcloud container clusters delete ${name} --location=us-east1 --project=my-project`,
    "If another stack or program owns it, do neither, and set another subnetwork or serviceRange.",
  ].join("\n");
const KNOWN = (name: string) =>
  `infra-cluster: Google has the cluster ${name}, which this stack does not know. An update that was killed while it created a cluster leaves one behind.\n${COMMANDS(name)}`;
const UNKNOWN = (names: string) =>
  [
    `infra-cluster: us-east1 has clusters that use this subnetwork and that this stack does not know${names}. An update that was killed while it created a cluster leaves one behind.`,
    'List them: gcloud container clusters list --project=my-project --format="table(name,subnetwork)"',
    COMMANDS("NAME"),
  ].join("\n");

describe("A cluster that a killed update left behind", () => {
  it("is named if it uses the subnetwork", async () => {
    const others = { name: "theirs", subnetwork: "default" };
    const left = { name: "infra-cluster-1111111", subnetwork: "infra-subnetwork-0000000" };
    assert.equal(await said([others, left]), KNOWN("infra-cluster-1111111"));
  });

  it("is named if it has the name, whatever its subnetwork", async () => {
    assert.equal(await said([{ name: "infra-cluster-2222222" }]), KNOWN("infra-cluster-2222222"));
  });

  it("is one of several", async () => {
    const subnetwork = "infra-subnetwork-0000000";
    const two = [
      { name: "a", subnetwork },
      { name: "b", subnetwork },
    ];
    assert.equal(await said(two), UNKNOWN(": a, b"));
  });

  it("is to be listed by hand if Google's API does not answer", async () => {
    const failing = () => Promise.reject(new Error("timeout"));
    assert.equal(await explanation(CREATION, failing), UNKNOWN(""));
    assert.equal(await said([]), UNKNOWN(""));
  });
});
