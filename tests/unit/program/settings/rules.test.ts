import assert from "node:assert/strict";
import { assertFixable } from "./fixes";
import { EXISTING, GKE, parsed, refusal } from "../settings";

const PRODUCTION = {
  ...GKE,
  production: true,
  brokerTlsSecret: "broker-tls",
  brokerTlsServerName: "mq.example.com",
};
const NO_TLS = { ...GKE, production: true };
const set = (words: string) => `Fix: pulumi config set --stack dev ${words}`;
const remove = (words: string) => `Fix: pulumi config rm --stack dev ${words}`;
const KEY = "projects/some-project/locations/us-east1/keyRings/ring/cryptoKeys/key";
const EXCLUSION = { name: "year-end", start: "2026-12-18T00:00:00Z", end: "2027-01-07T00:00:00Z" };
const pools = (...workerPools: object[]) => ({ workerPools });

describe("rules between keys", () => {
  const table: [string, Record<string, unknown>, string][] = [
    [
      "a cluster without a name",
      { ...EXISTING, kubeContext: "" },
      `ha-celery:kubeContext is not set: the current context is never used. ${set("kubeContext CONTEXT")}`,
    ],
    [
      "nodes without a registry",
      { ...EXISTING, imageRepository: "" },
      `ha-celery:imageRepository is not set: the nodes need a registry to pull the images from. ${set("imageRepository registry.example.com/team")}`,
    ],
    [
      "local without make up",
      { ...EXISTING, target: "local", kubeContext: "" },
      "ha-celery:kubeContext is not set: the current context is never used. Fix: run `make up`, which creates the cluster and sets it",
    ],
    [
      "a Prometheus that an operator would configure",
      { ...EXISTING, prometheusBaseImage: "debian", monitoringNamespaces: ["monitoring"] },
      `ha-celery:monitoring.by is not set: prometheusBaseImage is set, and a Prometheus without operator reads a ConfigMap. ${set("--path monitoring.by configMap")}`,
    ],
    [
      "a Prometheus without a namespace",
      { ...EXISTING, prometheusBaseImage: "debian", monitoring: { by: "configMap" } },
      `ha-celery:monitoringNamespaces is "[]": prometheusBaseImage is set, and its Prometheus runs in the one namespace of this list. ${set("--path 'monitoringNamespaces[0]' monitoring")}`,
    ],
    [
      "gke without a project",
      { ...GKE, "gcp:project": "" },
      `gcp:project is not set: the cluster and the images need a Google Cloud project. ${set("gcp:project PROJECT")}`,
    ],
    [
      "gke without a place",
      { ...GKE, location: "" },
      `ha-celery:location is not set: a GKE cluster is in a region or a zone. ${set("location us-east1")}`,
    ],
    [
      "gke on a cluster of yours",
      { ...GKE, kubeContext: "mine" },
      `ha-celery:kubeContext is "mine": target gke creates its own cluster. ${remove("kubeContext")}`,
    ],
    [
      "gke with a kubeconfig of yours",
      { ...GKE, kubeconfigPath: "/k" },
      `ha-celery:kubeconfigPath is "/k": target gke creates its own cluster. ${remove("kubeconfigPath")}`,
    ],
    [
      "a key of another region",
      { ...GKE, encryptionKey: KEY.replace("us-east1", "europe-west1") },
      'ha-celery:encryptionKey: encryption.key is in "europe-west1", but the cluster is in "us-east1". Use a key of that region. Fix: pulumi config rm --stack dev encryptionKey',
    ],
    [
      "a key with Google's encryption",
      { ...GKE, encryptionKey: KEY, encryption: "google" },
      'ha-celery:encryptionKey: encryption.key is set, but scope is "google", which uses no key of yours. Use scope "secrets" or "disks", or remove key. Fix: pulumi config rm --stack dev encryptionKey',
    ],
    [
      "exclusions without a window",
      { ...GKE, maintenanceExclusions: [EXCLUSION] },
      `ha-celery:maintenanceExclusions is [{"name":"year-end","start":"2026-12-18T00:00:00Z","end":...: exclusions belong to a maintenance window. ${set("maintenanceStart 03:00")}`,
    ],
    [
      "an exclusion that ends before it starts",
      {
        ...GKE,
        maintenanceStart: "03:00",
        maintenanceExclusions: [{ ...EXCLUSION, end: "2026-01-01T00:00:00Z" }],
      },
      'ha-celery:maintenanceExclusions: maintenanceExclusions[0].end is "2026-01-01T00:00:00Z", which is not after start, "2026-12-18T00:00:00Z". Swap or correct them. Fix: pulumi config rm --stack dev maintenanceExclusions',
    ],
    [
      "trusted images that nothing trusts",
      { ...GKE, trustedImages: ["ghcr.io/kedacore/*"] },
      `ha-celery:trustedImages is "["ghcr.io/kedacore/*"]": binaryAuthorization is project, which trusts no images of a list. ${set("binaryAuthorization audit")}, or pulumi config rm --stack dev trustedImages`,
    ],
    [
      "namespaces of no backup",
      { ...GKE, backupNamespaces: ["celery"] },
      `ha-celery:backupNamespaces is "["celery"]": there are no backups without a schedule. ${set("backupSchedule '0 2 * * *'")}`,
    ],
    [
      "drills without scenes",
      { ...EXISTING, scheduledDrills: { schedule: "0 3 * * 1" } },
      `ha-celery:scheduledDrills.scenes is not set: a drill injects the faults that are named. ${set("--path 'scheduledDrills.scenes[0]' pod-delete")}`,
    ],
    [
      "drills without a time",
      { ...PRODUCTION, scheduledDrills: { scenes: ["drain"] } },
      `ha-celery:scheduledDrills.schedule is not set: a drill begins by the clock. ${set("--path scheduledDrills.schedule '0 3 * * 1'")}`,
    ],
    [
      "a drill that could lose data of a protected broker",
      { ...EXISTING, scheduledDrills: { scenes: ["drain", "all-brokers"], schedule: "0 3 * * 1" } },
      `ha-celery:scheduledDrills.allowProtected is not set: all-brokers could lose data if a second failure occurs, and the broker is protected (deletionProtection). ${set("--path scheduledDrills.allowProtected true")}`,
    ],
    [
      "gke without a way in",
      { ...GKE, dnsEndpoint: false },
      `ha-celery:dnsEndpoint is false: without it and without authorizedNetworks, nothing can reach the control plane, not even Pulumi. ${set("dnsEndpoint true")}, or pulumi config set --stack dev --path 'authorizedNetworks[0].cidr' 203.0.113.7/32`,
    ],
    [
      "a network without its subnetwork",
      { ...GKE, network: "shared" },
      `ha-celery:subnetwork is not set: network is, and an existing network needs both. ${set("subnetwork NAME")}, or pulumi config rm --stack dev network`,
    ],
    [
      "a subnetwork without its network",
      { ...GKE, subnetwork: "shared" },
      `ha-celery:network is not set: subnetwork is, and an existing network needs both. ${set("network NAME")}, or pulumi config rm --stack dev subnetwork`,
    ],
    [
      "more broker nodes than nodes",
      { ...GKE, location: "us-east1-c", brokerReplicas: 5 },
      `ha-celery:nodes is 3: 5 broker nodes need a Kubernetes node each. ${set("nodes 5")}`,
    ],
    [
      "more broker nodes than nodes, in a region",
      { ...GKE, brokerReplicas: 7 },
      `ha-celery:nodes is 3: 7 broker nodes need a Kubernetes node each. ${set("nodes 9")}`,
    ],
    [
      "nodes that do not divide",
      { ...GKE, nodes: 4 },
      `ha-celery:nodes is 4: each of 3 zones must have the same number of nodes. ${set("nodes 6")}`,
    ],
    [
      "nodes that do not divide over named zones",
      { ...GKE, nodeZones: ["us-east1-b", "us-east1-c"] },
      `ha-celery:nodes is 3: each of 2 zones must have the same number of nodes. ${set("nodes 4")}`,
    ],
    [
      "zones of a zone",
      { ...GKE, location: "us-east1-c", nodeZones: ["us-east1-c"] },
      `ha-celery:nodeZones: nodeZones is set, but location is "us-east1-c", a single zone. Use its region "us-east1" as location, or remove nodeZones. ${remove("nodeZones")}`,
    ],
    [
      "too short a time for upgrades",
      { ...GKE, maintenanceStart: "03:00", maintenanceDays: ["SU"] },
      `ha-celery:maintenanceStart: maintenance is open 4 hours a week, but GKE requires 48 hours in any 32 days. Use days and hours that add up to at least 12 a week. ${remove("maintenanceDays")}`,
    ],
    [
      "a time of day that is none",
      { ...GKE, maintenanceStart: "3am" },
      `ha-celery:maintenanceStart: maintenance.start is "3am", which is not a time of day. Use UTC, for example "03:00". ${set("maintenanceStart 03:00")}`,
    ],
    [
      "two namespaces",
      { ...EXISTING, namespace: "mine", existingNamespace: "yours" },
      `ha-celery:namespace is "mine": existingNamespace is also set; the former creates a namespace, the latter uses an existing one. ${remove("namespace")}`,
    ],
    [
      "a certificate without its name",
      { ...EXISTING, brokerTlsSecret: "certificate" },
      `ha-celery:brokerTlsServerName is not set: brokerTlsSecret is, and TLS needs both. ${set("brokerTlsServerName NAME")}, or pulumi config rm --stack dev brokerTlsSecret`,
    ],
    [
      "a certificate's name without it",
      { ...EXISTING, brokerTlsServerName: "mq" },
      `ha-celery:brokerTlsSecret is not set: brokerTlsServerName is, and TLS needs both. ${set("brokerTlsSecret NAME")}, or pulumi config rm --stack dev brokerTlsServerName`,
    ],
    [
      "an authority without TLS",
      {
        ...EXISTING,
        brokerTlsAuthority: "-----BEGIN CERTIFICATE-----MII=-----END CERTIFICATE-----",
      },
      `ha-celery:brokerTlsAuthority is "-----BEGIN CERTIFICATE-----MII=-----END CERTIFICATE-----": it belongs to the certificate of brokerTlsSecret, which is not set. ${remove("brokerTlsAuthority")}`,
    ],
    [
      "TLS between broker nodes without TLS",
      { ...EXISTING, brokerTlsInterNode: true },
      `ha-celery:brokerTlsInterNode is true: it encrypts between broker nodes with the certificate for clients, and the stack has none. ${set("brokerTls generated")}, or ${remove("brokerTlsInterNode").replace("Fix: ", "")}`,
    ],
    [
      "two pools of one name",
      { ...EXISTING, ...pools({ name: "mail" }, { name: "mail" }) },
      `ha-celery:workerPools[1].name is "mail": another pool has that name. ${set("--path 'workerPools[1].name' mail-2")}`,
    ],
    [
      "a pool with the name of the broker",
      { ...EXISTING, ...pools({ name: "broker" }) },
      `ha-celery:workerPools[0].name is "broker": alerts, scrapes, and commands find the broker by that name. ${set("--path 'workerPools[0].name' broker-workers")}`,
    ],
    [
      "a pool with the name of the beat",
      { ...EXISTING, ...pools({ name: "beat" }), beat: JSON.stringify({ enabled: true }) },
      `ha-celery:workerPools[0].name is "beat": alerts, scrapes, and commands find the beat by that name. ${set("--path 'workerPools[0].name' beat-workers")}`,
    ],
    [
      "a fixed number that changes",
      { ...EXISTING, ...pools({ name: "mail", replicas: 3, autoscale: { maxReplicas: 5 } }) },
      `ha-celery:workerPools[0].replicas is 3: autoscale also sets the number of pods. ${remove("--path 'workerPools[0].replicas'")}`,
    ],
    [
      "spot workers without spot nodes",
      { ...GKE, ...pools({ name: "mail", spot: true }) },
      `ha-celery:workerPools[0].spot is true: there are no spot nodes. ${set("spotNodes 3")}`,
    ],
    [
      "spot workers on a cluster of yours",
      { ...EXISTING, spotNodes: 3, ...pools({ name: "mail", spot: true }) },
      `ha-celery:workerPools[0].spot is true: there are no spot nodes. ${remove("--path 'workerPools[0].spot'")}`,
    ],
    [
      "one broker node in production",
      { ...PRODUCTION, brokerReplicas: 1 },
      `ha-celery:brokerReplicas is 1: in production the loss of one Kubernetes node must not stop the broker. ${set("brokerReplicas 3")}`,
    ],
    [
      "volumes that go, in production",
      { ...PRODUCTION, storageOnDelete: "delete" },
      `ha-celery:storageOnDelete is "delete": in production pulumi destroy must not delete queued tasks. ${set("storageOnDelete retain")}`,
    ],
    [
      "brokers together, in production",
      { ...PRODUCTION, brokerSpread: "preferred" },
      `ha-celery:brokerSpread is "preferred": in production the loss of one Kubernetes node must not cost two broker nodes. ${set("brokerSpread required")}`,
    ],
    [
      "no protection in production",
      { ...PRODUCTION, deletionProtection: false },
      `ha-celery:deletionProtection is false: in production pulumi destroy must not delete the broker by mistake. ${set("deletionProtection true")}`,
    ],
    [
      "no TLS in production",
      NO_TLS,
      `ha-celery:brokerTls is "auto": in production connections must be encrypted, with a generated certificate or that of brokerTlsSecret (docs/how-to/tls.md), or be unencrypted on purpose, with off. ${set("brokerTls generated")}`,
    ],
    [
      "a certificate without TLS",
      { ...PRODUCTION, brokerTls: "off" },
      `ha-celery:brokerTls is "off": brokerTlsSecret is set, which turns TLS on. Fix: pulumi config rm --stack dev brokerTls, or pulumi config rm --stack dev brokerTlsSecret`,
    ],
    [
      "a generated certificate beside another",
      { ...PRODUCTION, brokerTls: "generated" },
      `ha-celery:brokerTls is "generated": brokerTlsSecret is also set; the former generates a certificate, the latter uses an existing one. Fix: pulumi config rm --stack dev brokerTls, or pulumi config rm --stack dev brokerTlsSecret`,
    ],
    [
      "brokers on spot nodes, in production",
      { ...PRODUCTION, spot: true },
      `ha-celery:spot is true: in production the broker must not run on nodes that can all be reclaimed at once. ${set("spot false")}`,
    ],
  ];
  for (const [what, values, text] of table)
    it(`refuses ${what}, and tells what mends it`, () => {
      assert.equal(refusal(values), `Stack "dev" has a configuration problem:\n  - ${text}`);
      if (!text.includes("Fix: run")) assertFixable(values);
    });

  it("refuses two broker nodes in production for both reasons", () => {
    const message = refusal({ ...PRODUCTION, brokerReplicas: 2 });
    assert.match(message, /brokerReplicas: replicas is 2\. Use an odd number/);
  });

  it("holds production to its rules on a cluster of yours, too", () => {
    assert.match(
      refusal({ ...EXISTING, production: true, brokerReplicas: 1 }),
      /in production the loss of one/,
    );
  });

  const allowed: [string, Record<string, unknown>][] = [
    [
      "more broker nodes than nodes when they may share",
      { ...GKE, brokerReplicas: 5, brokerSpread: "preferred" },
    ],
    ["more broker nodes than `nodes` on a cluster of yours", { ...EXISTING, brokerReplicas: 5 }],
    [
      "authorized networks instead of a DNS endpoint",
      { ...GKE, dnsEndpoint: false, authorizedNetworks: [{ cidr: "203.0.113.0/24" }] },
    ],
    ["a registry of yours on gke", { ...GKE, imageRepository: "registry.example.com/team" }],
    [
      "spot workers beside a protected main pool",
      { ...PRODUCTION, spotNodes: 3, ...pools({ name: "mail", spot: true }) },
    ],
    ["the stack's own network", { ...GKE, network: "", subnetwork: "" }],
    ["an existing network", { ...GKE, network: "shared", subnetwork: "shared" }],
    ["two zones with two nodes each", { ...GKE, nodeZones: ["us-east1-b", "us-east1-c"], nodes: 4 }],
    [
      "a key of the region, exclusions in a window, and trusted images that are audited",
      {
        ...GKE,
        encryptionKey: KEY,
        maintenanceStart: "03:00",
        maintenanceExclusions: [EXCLUSION],
        binaryAuthorization: "audit",
        trustedImages: ["ghcr.io/kedacore/*"],
      },
    ],
    ["production in a region", PRODUCTION],
    ["production with a generated certificate", { ...NO_TLS, brokerTls: "generated" }],
  ];
  for (const [what, values] of allowed)
    it(`allows ${what}`, () => {
      assert.deepEqual(parsed(values).warnings, []);
    });

  it("warns of production without TLS", () => {
    assert.deepEqual(parsed({ ...NO_TLS, brokerTls: "off" }).warnings, [
      'ha-celery:brokerTls is "off": passwords and tasks cross the network unencrypted. Fix: pulumi config set --stack dev brokerTls generated, see docs/how-to/tls.md',
    ]);
    assert.deepEqual(parsed({ ...GKE, brokerTls: "off" }).warnings, []);
  });

  it("warns of production in one zone", () => {
    assert.deepEqual(parsed({ ...PRODUCTION, location: "us-east1-c" }).warnings, [
      'ha-celery:location is "us-east1-c": it is a single zone, which can fail with all its nodes; a region has three. Fix: pulumi config set --stack dev location us-east1',
    ]);
    assert.deepEqual(parsed({ ...GKE, location: "us-east1-c" }).warnings, []);
  });
});
