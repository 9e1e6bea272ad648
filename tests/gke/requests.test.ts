import assert from "node:assert/strict";
import { ContainerRegistry, GkeCluster, GoogleIdentity } from "../../components";
import { GKE_CLUSTER } from "../../components/gkeCluster/validation";
import type { Properties } from "../../local/providers/plugin/values";
import type { Registered } from "../../render/engine";
import { cluster, run } from "../unit/components/engine";
import { deploy } from "../unit/program/stackRuns";
import { BASE, CHANGES, PROJECT } from "./changes";
import { CLUSTERS } from "./clusters";
import { bodyProblems } from "./discovery/check";
import { type ApiRequest, Documents, ensureDocuments } from "./discovery/documents";
import { requestOf } from "./discovery/requests";

const PREPARATION_MS = 30 * 60_000;

describe("Requests to Google's APIs", function () {
  this.timeout(120_000);
  let documents: Documents;
  before(async function () {
    this.timeout(PREPARATION_MS);
    documents = new Documents(await ensureDocuments(console.log));
  });

  const problemsOf = ({ api, ...request }: ApiRequest) => bodyProblems(documents.get(api), request);

  /** The number of requests that create resources. Fails if one of them is wrong. */
  const check = (resources: Registered[]): number => {
    const google = resources.filter(({ type }) => type.startsWith("gcp:"));
    for (const { type, name, inputs } of google)
      assert.deepEqual(problemsOf(requestOf(type, inputs as Properties, name)), [], `${type} ${name}`);
    return google.length;
  };

  for (const [what, args] of CLUSTERS) {
    it(`have only known fields and values, for a cluster with ${what}`, async () => {
      const { resources } = await run(() => new GkeCluster("infra", args));
      assert.ok(check(resources) >= 4);
    });
  }

  it("are checked with every argument", () => {
    const set = new Set(CLUSTERS.flatMap(([, args]) => Object.keys(args)));
    assert.deepEqual(
      Object.keys(GKE_CLUSTER.checks).filter((name) => !set.has(name)),
      [],
    );
  });

  it("have only known fields and values, after each change of a cluster", async () => {
    for (const { change } of CHANGES) {
      const { resources } = await run(() => new GkeCluster("infra", { ...BASE, ...change }));
      assert.ok(check(resources) >= 4);
    }
  });

  it("have only known fields and values, for registries and identities", async () => {
    const { resources } = await run(() => {
      const registry = { project: PROJECT, location: "us-east1", readers: ["allUsers"] };
      new ContainerRegistry("images", registry);
      new ContainerRegistry("unscanned", { ...registry, vulnerabilityScanning: false });
      const identity = { project: PROJECT, namespace: "celery", roles: ["roles/cloudtrace.agent"] };
      new GoogleIdentity("reports", identity, cluster());
      new GoogleIdentity("direct", { ...identity, projectNumber: "123" }, cluster());
    });
    assert.ok(check(resources) > 12);
  });

  for (const stack of ["dev", "staging", "prod"]) {
    it(`have only known fields and values, in the stack ${stack}`, async () => {
      const { resources, providers } = await deploy(stack);
      assert.ok(check([...resources, ...providers]) > 10);
    });
  }

  const WRONG: [type: string, inputs: Properties, problem: string][] = [
    [
      "gcp:container/cluster:Cluster",
      { nodePoolDefaults: { nodeConfigDefaults: { kubeletPort: true } } },
      "cluster.nodePoolDefaults.nodeConfigDefaults.kubeletPort: unknown field",
    ],
    [
      "gcp:container/cluster:Cluster",
      { rbacBindingConfig: { enableInsecureBindings: false } },
      "cluster.rbacBindingConfig.enableInsecureBindings: unknown field",
    ],
    [
      "gcp:container/nodePool:NodePool",
      { upgradeSettings: { strategy: "BLUE" } },
      'nodePool.upgradeSettings.strategy: "BLUE" is not one of NODE_POOL_UPDATE_STRATEGY_UNSPECIFIED, BLUE_GREEN, SURGE, SHORT_LIVED',
    ],
    [
      "gcp:container/nodePool:NodePool",
      { nodeConfig: { kubeletConfig: { insecureKubeletReadonlyPortEnabled: "no" } } },
      'nodePool.config.kubeletConfig.insecureKubeletReadonlyPortEnabled: "no" is not a boolean',
    ],
    [
      "gcp:artifactregistry/repository:Repository",
      { vulnerabilityScanningConfig: { enablementConfig: "ON" } },
      'vulnerabilityScanningConfig.enablementConfig: "ON" is not one of ENABLEMENT_CONFIG_UNSPECIFIED, INHERITED, DISABLED',
    ],
    [
      "gcp:binaryauthorization/policy:Policy",
      { clusterAdmissionRules: [{ cluster: "us-east1.infra", evaluationMode: "NEVER" }] },
      'clusterAdmissionRules.us-east1.infra.evaluationMode: "NEVER" is not one of EVALUATION_MODE_UNSPECIFIED, ALWAYS_ALLOW, REQUIRE_ATTESTATION, ALWAYS_DENY',
    ],
    [
      "gcp:kms/cryptoKey:CryptoKey",
      { rotationPeriod: "90d" },
      'rotationPeriod: "90d" is not google-duration',
    ],
  ];
  for (const [type, inputs, problem] of WRONG) {
    it(`with ${JSON.stringify(inputs)} are found to be wrong`, () =>
      assert.deepEqual(problemsOf(requestOf(type, inputs, "infra")), [problem]));
  }
});
