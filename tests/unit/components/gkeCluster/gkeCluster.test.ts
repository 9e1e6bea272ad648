import assert from "node:assert/strict";
import * as gcp from "@pulumi/gcp";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type GkeClusterArgs, GkeCluster } from "../../../../components";
import { type Registered, type Run, known, list, outputsOf, refusal, run, the } from "../engine";

const ARGS: GkeClusterArgs = { project: "my-project", location: "us-east1", dnsEndpoint: true };
const create = (args: Partial<GkeClusterArgs> = {}, opts?: pulumi.ComponentResourceOptions) =>
  new GkeCluster("infra", { ...ARGS, ...args }, opts);
const resourcesOf = async (args: Partial<GkeClusterArgs> = {}) => (await run(() => create(args))).resources;
const inputsOf = async (kind: string, args: Partial<GkeClusterArgs> = {}, name?: string) =>
  the(await resourcesOf(args), kind, name).inputs;

const ACCOUNT = "infra-1123b003";
const EMAIL = `${ACCOUNT}@my-project.iam.gserviceaccount.com`;
const MACHINE = {
  machineType: "e2-standard-4",
  diskSizeGb: 50,
  diskType: "pd-balanced",
  imageType: "COS_CONTAINERD",
  serviceAccount: EMAIL,
  oauthScopes: ["https://www.googleapis.com/auth/cloud-platform"],
  shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
};

/** Settings of the CIS benchmark, with defaults. */
const HARDENED = {
  databaseEncryption: { state: "ENCRYPTED", keyName: "infra-key-id" },
  binaryAuthorization: { evaluationMode: "PROJECT_SINGLETON_POLICY_ENFORCE" },
  enableIntranodeVisibility: true,
  securityPostureConfig: { mode: "BASIC", vulnerabilityMode: "VULNERABILITY_DISABLED" },
  rbacBindingConfig: {
    enableInsecureBindingSystemAuthenticated: false,
    enableInsecureBindingSystemUnauthenticated: false,
  },
  clusterAutoscaling: { enabled: false },
  nodePoolDefaults: { nodeConfigDefaults: { insecureKubeletReadonlyPortEnabled: "FALSE" } },
  loggingConfig: { enableComponents: ["SYSTEM_COMPONENTS", "WORKLOADS"] },
  monitoringConfig: { enableComponents: ["SYSTEM_COMPONENTS"], managedPrometheus: { enabled: true } },
  notificationConfig: { pubsub: { enabled: true, topic: "infra-upgrades-id" } },
};

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

  it("creates no gateway for public nodes, and no network when it is given one", async () => {
    const open = list(await resourcesOf({ privateNodes: false }));
    assert.ok(open.includes("Network infra-network"));
    assert.deepEqual(
      open.filter((each) => each.startsWith("Router")),
      [],
    );
    const given = list(await resourcesOf({ network: "net", subnetwork: "sub" }));
    assert.deepEqual(
      given.filter((each) => /^(Network|Subnetwork|Router)/.test(each)),
      [],
    );
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

  it("describes the cluster exactly, with defaults", async () => {
    assert.deepEqual(the(plain.resources, "Cluster").inputs, {
      project: "my-project",
      location: "us-east1",
      resourceLabels: {},
      deletionProtection: true,
      removeDefaultNodePool: true,
      initialNodeCount: 1,
      nodeConfig: { ...MACHINE, spot: false },
      network: "infra-network-id",
      subnetwork: "infra-subnetwork-id",
      networkingMode: "VPC_NATIVE",
      ipAllocationPolicy: { clusterSecondaryRangeName: "pods", servicesSecondaryRangeName: "services" },
      datapathProvider: "ADVANCED_DATAPATH",
      privateClusterConfig: { enablePrivateNodes: true },
      controlPlaneEndpointsConfig: {
        dnsEndpointConfig: { allowExternalTraffic: true },
        ipEndpointsConfig: { enabled: false },
      },
      releaseChannel: { channel: "REGULAR" },
      workloadIdentityConfig: { workloadPool: "my-project.svc.id.goog" },
      enableShieldedNodes: true,
      addonsConfig: {
        gcePersistentDiskCsiDriverConfig: { enabled: true },
        dnsCacheConfig: { enabled: true },
      },
      ...HARDENED,
    });
  });

  it("describes the cluster exactly, with every option", async () => {
    const inputs = await inputsOf("Cluster", {
      nodes: 4,
      nodeZones: ["us-east1-b", "us-east1-c"],
      machineType: "n2-standard-8",
      diskGb: 100,
      spot: true,
      releaseChannel: "STABLE",
      privateNodes: false,
      dnsEndpoint: false,
      authorizedNetworks: [
        { cidr: "203.0.113.0/24", name: "office" },
        pulumi.output({ cidr: "198.51.100.7/32" }),
      ],
      network: "net",
      subnetwork: "sub",
      podRange: "p",
      serviceRange: "s",
      maintenance: {
        start: "22:30",
        hours: 6,
        days: ["SU", "SA"],
        exclusions: [
          { name: "year-end", start: "2026-12-18T00:00:00Z", end: "2027-01-07T00:00:00Z" },
          {
            name: "sale",
            start: "2026-11-20T00:00:00Z",
            end: "2026-12-02T00:00:00Z",
            scope: "NO_MINOR_UPGRADES",
          },
        ],
      },
      encryption: { scope: "google" },
      security: {
        binaryAuthorization: "off",
        intranodeVisibility: false,
        posture: false,
        workloadScanning: true,
        systemGroupBindings: true,
        kubeletReadOnlyPort: true,
      },
      notifications: false,
      metrics: ["SYSTEM_COMPONENTS", "STATEFULSET"],
      backup: {},
      deletionProtection: false,
      labels: { team: "mail" },
    });
    assert.deepEqual(inputs, {
      project: "my-project",
      location: "us-east1",
      nodeLocations: ["us-east1-b", "us-east1-c"],
      resourceLabels: { team: "mail" },
      deletionProtection: false,
      removeDefaultNodePool: true,
      initialNodeCount: 1,
      nodeConfig: { ...MACHINE, machineType: "n2-standard-8", diskSizeGb: 100, spot: true },
      network: "net",
      subnetwork: "sub",
      networkingMode: "VPC_NATIVE",
      ipAllocationPolicy: { clusterSecondaryRangeName: "p", servicesSecondaryRangeName: "s" },
      datapathProvider: "ADVANCED_DATAPATH",
      privateClusterConfig: { enablePrivateNodes: false },
      controlPlaneEndpointsConfig: {
        dnsEndpointConfig: { allowExternalTraffic: false },
        ipEndpointsConfig: { enabled: true },
      },
      masterAuthorizedNetworksConfig: {
        cidrBlocks: [
          { cidrBlock: "203.0.113.0/24", displayName: "office" },
          { cidrBlock: "198.51.100.7/32" },
        ],
        gcpPublicCidrsAccessEnabled: false,
      },
      releaseChannel: { channel: "STABLE" },
      maintenancePolicy: {
        recurringWindow: {
          startTime: "2025-01-01T22:30:00Z",
          endTime: "2025-01-02T04:30:00Z",
          recurrence: "FREQ=WEEKLY;BYDAY=SA,SU",
        },
        maintenanceExclusions: [
          {
            exclusionName: "year-end",
            startTime: "2026-12-18T00:00:00Z",
            endTime: "2027-01-07T00:00:00Z",
            exclusionOptions: { scope: "NO_UPGRADES" },
          },
          {
            exclusionName: "sale",
            startTime: "2026-11-20T00:00:00Z",
            endTime: "2026-12-02T00:00:00Z",
            exclusionOptions: { scope: "NO_MINOR_UPGRADES" },
          },
        ],
      },
      workloadIdentityConfig: { workloadPool: "my-project.svc.id.goog" },
      enableShieldedNodes: true,
      addonsConfig: {
        gcePersistentDiskCsiDriverConfig: { enabled: true },
        dnsCacheConfig: { enabled: true },
        gkeBackupAgentConfig: { enabled: true },
      },
      ...HARDENED,
      databaseEncryption: { state: "DECRYPTED" },
      binaryAuthorization: { evaluationMode: "DISABLED" },
      enableIntranodeVisibility: false,
      securityPostureConfig: { mode: "DISABLED", vulnerabilityMode: "VULNERABILITY_ENTERPRISE" },
      rbacBindingConfig: {
        enableInsecureBindingSystemAuthenticated: true,
        enableInsecureBindingSystemUnauthenticated: true,
      },
      nodePoolDefaults: { nodeConfigDefaults: { insecureKubeletReadonlyPortEnabled: "TRUE" } },
      monitoringConfig: {
        enableComponents: ["SYSTEM_COMPONENTS", "STATEFULSET"],
        managedPrometheus: { enabled: true },
      },
      notificationConfig: { pubsub: { enabled: false } },
    });
  });

  it("leaves the ranges of a given subnetwork to GKE when it is told none", async () => {
    assert.ok(!("ipAllocationPolicy" in (await inputsOf("Cluster", { network: "net", subnetwork: "sub" }))));
  });

  it("describes the main pool exactly", async () => {
    assert.deepEqual(the(plain.resources, "NodePool").inputs, {
      project: "my-project",
      location: "us-east1",
      cluster: "infra-cluster-0000000",
      nodeCount: 1,
      nodeConfig: {
        ...MACHINE,
        spot: false,
        workloadMetadataConfig: { mode: "GKE_METADATA" },
        metadata: { "disable-legacy-endpoints": "true" },
        kubeletConfig: { insecureKubeletReadonlyPortEnabled: "FALSE" },
      },
      networkConfig: { enablePrivateNodes: true },
      management: { autoRepair: true, autoUpgrade: true },
      upgradeSettings: { strategy: "SURGE", maxSurge: 1, maxUnavailable: 0 },
      nodeDrainConfigs: [{ respectPdbDuringNodePoolDeletion: true }],
    });
  });

  const NODES: [args: Partial<GkeClusterArgs>, perZone: number][] = [
    [{}, 1],
    [{ nodes: 6 }, 2],
    [{ location: "us-east1-c" }, 3],
    [{ location: "us-east1-c", nodes: 5 }, 5],
    [{ nodes: 4, nodeZones: ["us-east1-b", "us-east1-c"] }, 2],
    [{ nodes: 3, nodeZones: ["us-east1-b"] }, 3],
  ];
  for (const [args, perZone] of NODES) {
    it(`has ${perZone} nodes in each zone with ${JSON.stringify(args)}`, async () => {
      const { nodeCount, nodeLocations } = await inputsOf("NodePool", args);
      assert.equal(nodeCount, perZone);
      assert.deepEqual(nodeLocations, args.nodeZones);
    });
  }

  it("describes the spot pool exactly, and where its pods go", async () => {
    const { resources, result, providers } = await run(() =>
      create({ spotPool: { maxNodes: 6, minNodes: 1, machineType: "n2-standard-2" }, diskGb: 30 }),
    );
    const spot = the(resources, "NodePool", "infra-spot");
    assert.deepEqual(spot.inputs, {
      project: "my-project",
      location: "us-east1",
      cluster: "infra-cluster-0000000",
      autoscaling: { totalMinNodeCount: 1, totalMaxNodeCount: 6, locationPolicy: "ANY" },
      nodeConfig: {
        ...MACHINE,
        machineType: "n2-standard-2",
        diskSizeGb: 30,
        spot: true,
        labels: { "ha-celery/pool": "spot" },
        taints: [{ key: "ha-celery/pool", value: "spot", effect: "NO_SCHEDULE" }],
        workloadMetadataConfig: { mode: "GKE_METADATA" },
        metadata: { "disable-legacy-endpoints": "true" },
        kubeletConfig: { insecureKubeletReadonlyPortEnabled: "FALSE" },
      },
      networkConfig: { enablePrivateNodes: true },
      management: { autoRepair: true, autoUpgrade: true },
      upgradeSettings: { strategy: "SURGE", maxSurge: 1, maxUnavailable: 0 },
      nodeDrainConfigs: [{ respectPdbDuringNodePoolDeletion: true }],
    });
    assert.equal(spot.protect, false);
    assert.deepEqual(result.spotPlacement, {
      nodeSelector: { "ha-celery/pool": "spot" },
      tolerations: [{ key: "ha-celery/pool", operator: "Equal", value: "spot", effect: "NoSchedule" }],
    });
    assert.ok(
      the(providers, "kubernetes").dependencies.includes("gcp:container/nodePool:NodePool infra-spot"),
    );
  });

  it("has spot nodes go down to none, of the default type, by default", async () => {
    const inputs = await inputsOf(
      "NodePool",
      { spotPool: { maxNodes: 4 }, machineType: "n2-standard-8" },
      "infra-spot",
    );
    const { autoscaling, nodeConfig } = inputs as unknown as gcp.types.input.container.ClusterNodePool;
    assert.deepEqual(autoscaling, { totalMinNodeCount: 0, totalMaxNodeCount: 4, locationPolicy: "ANY" });
    assert.equal((nodeConfig as { machineType: string }).machineType, "e2-standard-4");
  });

  it("gives machines that take Hyperdisks only such a boot disk, each pool its own", async () => {
    const diskType = async (name: string, args: Partial<GkeClusterArgs>) =>
      ((await inputsOf("NodePool", args, name)).nodeConfig as { diskType: string }).diskType;
    const spotPool = { maxNodes: 2, machineType: "e2-standard-4" };
    const args = { machineType: "n4-standard-4", spotPool };
    assert.equal(await diskType("infra-nodes", args), "hyperdisk-balanced");
    assert.equal(await diskType("infra-spot", args), "pd-balanced");
    const { nodeConfig } = await inputsOf("Cluster", args);
    assert.equal((nodeConfig as { diskType: string }).diskType, "hyperdisk-balanced");
  });

  it("checks the machines before an update of a protected pool", async () => {
    const beforeUpdate = async (args: Partial<GkeClusterArgs>) =>
      the((await run(() => create(args))).resources, "NodePool", "infra-nodes").beforeUpdate;
    assert.deepEqual(await beforeUpdate({}), ["infra-machines"]);
    assert.deepEqual(await beforeUpdate({ deletionProtection: false }), []);
  });

  it("says so when there is no spot pool to place pods on", () => {
    assert.throws(
      () => plain.result.spotPlacement,
      /no spot pool\. Add one with spotPool: \{ maxNodes: 6 \}/,
    );
  });

  it("gives the nodes an identity of their own that may write logs and nothing else", async () => {
    const { resources } = plain;
    assert.deepEqual(the(resources, "Account").inputs, {
      project: "my-project",
      accountId: ACCOUNT,
      displayName: "Nodes of the GKE cluster infra",
    });
    assert.deepEqual(the(resources, "IAMMember").inputs, {
      project: "my-project",
      role: "roles/container.defaultNodeServiceAccount",
      member: `serviceAccount:${EMAIL}`,
    });
  });

  it("describes its own network exactly", async () => {
    const { resources } = await run(() => create({ location: "us-east1-c" }));
    assert.deepEqual(the(resources, "Network").inputs, {
      project: "my-project",
      description: "Network of the GKE cluster infra in us-east1.",
      autoCreateSubnetworks: false,
    });
    assert.equal(the(resources, "Network").replacementTrigger, "us-east1-c");
    assert.deepEqual(the(resources, "Subnetwork").inputs, {
      project: "my-project",
      region: "us-east1",
      network: "infra-network-id",
      ipCidrRange: "10.10.0.0/20",
      privateIpGoogleAccess: true,
      logConfig: {
        aggregationInterval: "INTERVAL_10_MIN",
        flowSampling: 0.5,
        metadata: "INCLUDE_ALL_METADATA",
      },
      secondaryIpRanges: [
        { rangeName: "pods", ipCidrRange: "10.20.0.0/14" },
        { rangeName: "services", ipCidrRange: "10.30.0.0/20" },
      ],
    });
    assert.deepEqual(the(resources, "Router").inputs, {
      project: "my-project",
      region: "us-east1",
      network: "infra-network-id",
    });
    assert.deepEqual(the(resources, "RouterNat").inputs, {
      project: "my-project",
      region: "us-east1",
      router: "infra-router-0000000",
      natIpAllocateOption: "AUTO_ONLY",
      sourceSubnetworkIpRangesToNat: "ALL_SUBNETWORKS_ALL_IP_RANGES",
      logConfig: { enable: true, filter: "ERRORS_ONLY" },
    });
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

  it("lets the provider know the cluster by its id", async () => {
    const { kubeconfig, clusterIdentifier } = the(plain.providers, "kubernetes").inputs;
    assert.equal(clusterIdentifier, "infra-cluster-id");
    assert.equal(kubeconfig, (await known({ it: plain.result.kubeconfig })).it);
  });

  it("looks away where Google's answers about the pool that was thrown away would replace the cluster", async () => {
    assert.deepEqual(the(plain.resources, "Cluster").ignoreChanges, ["initialNodeCount", "nodeConfig"]);
  });

  it("waits as long as GKE may take", async () => {
    assert.deepEqual(the(plain.resources, "Cluster").timeouts, ["45m", "45m", "45m"]);
    assert.deepEqual(the(plain.resources, "NodePool").timeouts.sort(), ["2h", "3h", "45m"]);
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
