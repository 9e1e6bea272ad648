import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { type GkeClusterArgs, GkeCluster, StorageClasses } from "../../../../components";
import { computeAgent } from "../../../../components/gkeCluster/kms";
import {
  installedProvider,
  OLDEST_PROVIDER,
  providerWarnings,
} from "../../../../components/gkeCluster/providerVersion";
import { GKE_CLUSTER } from "../../../../components/gkeCluster/validation";
import { problemsOf } from "../../../../components/shared/checks";
import { cluster, known, list, run, the } from "../engine";

const ARGS: GkeClusterArgs = { project: "my-project", location: "us-east1-c", dnsEndpoint: true };
const create = (args: Partial<GkeClusterArgs>) => new GkeCluster("infra", { ...ARGS, ...args });
const resourcesOf = async (args: Partial<GkeClusterArgs> = {}) => (await run(() => create(args))).resources;
const KEY = "projects/keys/locations/us-east1/keyRings/ring/cryptoKeys/key";
const AGENT = "serviceAccount:service-1@container-engine-robot.iam.gserviceaccount.com";
const ROLE = "roles/cloudkms.cryptoKeyEncrypterDecrypter";

describe("GkeCluster: the key", () => {
  it("is in the cluster's region, rotates, and outlives the stack", async () => {
    const resources = await resourcesOf({ labels: { team: "mail" } });
    const ring = the(resources, "KeyRing");
    assert.deepEqual(ring.inputs, { project: "my-project", location: "us-east1" });
    const key = the(resources, "CryptoKey");
    assert.deepEqual(key.inputs, {
      keyRing: "infra-keys-id",
      purpose: "ENCRYPT_DECRYPT",
      rotationPeriod: "7776000s",
      labels: { team: "mail" },
    });
    assert.deepEqual([ring.retainOnDelete, key.retainOnDelete], [true, true]);
  });

  it("may be used by GKE before the cluster exists", async () => {
    const resources = await resourcesOf();
    assert.deepEqual(the(resources, "ServiceIdentity").inputs, {
      project: "my-project",
      service: "container.googleapis.com",
    });
    assert.deepEqual(the(resources, "CryptoKeyIAMMember").inputs, {
      cryptoKeyId: "infra-key-id",
      role: ROLE,
      member: AGENT,
    });
    const { dependencies } = the(resources, "Cluster");
    assert.ok(dependencies.includes("gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember infra-key-secrets"));
  });

  it("encrypts disks too, of every pool and of volumes", async () => {
    const { resources } = await run(() => {
      const { encryptionKey } = create({ encryption: { scope: "disks" }, spotPool: { maxNodes: 1 } });
      new StorageClasses("celery", { encryptionKey }, cluster());
    });
    for (const name of ["infra-nodes", "infra-spot"]) {
      const { nodeConfig } = the(resources, "NodePool", name).inputs as { nodeConfig: object };
      assert.equal((nodeConfig as { bootDiskKmsKey: string }).bootDiskKmsKey, "infra-key-id");
    }
    const { nodeConfig } = the(resources, "Cluster").inputs as { nodeConfig: { bootDiskKmsKey: string } };
    assert.equal(nodeConfig.bootDiskKmsKey, "infra-key-id");
    assert.equal(
      the(resources, "CryptoKeyIAMMember", "infra-key-disks").inputs.member,
      "serviceAccount:service-1@compute-system.iam.gserviceaccount.com",
    );
    const { parameters } = the(resources, "StorageClass", "celery-ssd").inputs;
    assert.deepEqual(parameters, { type: "pd-ssd", "disk-encryption-kms-key": "infra-key-id" });
  });

  it("stays usable for volumes when the scope or the key changes", async () => {
    const resources = await resourcesOf({ encryption: { scope: "disks" } });
    const retained = (user: string) =>
      the(resources, "CryptoKeyIAMMember", `infra-key-${user}`).retainOnDelete;
    assert.deepEqual([retained("disks"), retained("secrets")], [true, false]);
  });

  it("is the given one, which keeps its own rotation", async () => {
    const { resources, result } = await run(() => create({ encryption: { key: KEY } }));
    assert.ok(!list(resources).some((each) => each.startsWith("KeyRing")));
    assert.deepEqual(the(resources, "Cluster").inputs.databaseEncryption, {
      state: "ENCRYPTED",
      keyName: KEY,
    });
    assert.equal(the(resources, "CryptoKeyIAMMember").inputs.cryptoKeyId, KEY);
    assert.deepEqual(await known({ key: result.encryptionKey }), { key: KEY });
  });

  it("is none of yours with Google's encryption", async () => {
    const { resources, result } = await run(() => create({ encryption: { scope: "google" } }));
    assert.ok(!list(resources).some((each) => /^(KeyRing|CryptoKey|ServiceIdentity)|cloudkms/.test(each)));
    assert.deepEqual(await known({ key: result.encryptionKey }), { key: "" });
  });

  it("computes the service agent of Compute Engine", () => {
    assert.equal(
      computeAgent("service-123@container-engine-robot.iam.gserviceaccount.com"),
      "serviceAccount:service-123@compute-system.iam.gserviceaccount.com",
    );
  });
});

describe("GkeCluster: Binary Authorization", () => {
  const policyOf = async (args: Partial<GkeClusterArgs>) => the(await resourcesOf(args), "Policy").inputs;

  it("leaves the project's policy alone, unless it is to audit or enforce", async () => {
    for (const binaryAuthorization of ["off", "project"] as const)
      assert.ok(
        !list(await resourcesOf({ security: { binaryAuthorization } })).includes("Policy infra-images"),
      );
  });

  it("names the registries of a project that belongs to a domain as Google does", async () => {
    const policy = await policyOf({
      project: "example.com:my-project",
      security: { binaryAuthorization: "enforce" },
    });
    assert.deepEqual(policy.admissionWhitelistPatterns, [
      { namePattern: "us-east1-docker.pkg.dev/example.com/my-project/**" },
    ]);
  });

  it("refuses all but the project's images in this cluster, and no image in others", async () => {
    assert.deepEqual(await policyOf({ security: { binaryAuthorization: "enforce" } }), {
      project: "my-project",
      description: "Images of the GKE cluster infra.",
      globalPolicyEvaluationMode: "ENABLE",
      admissionWhitelistPatterns: [{ namePattern: "us-east1-docker.pkg.dev/my-project/**" }],
      defaultAdmissionRule: {
        evaluationMode: "ALWAYS_ALLOW",
        enforcementMode: "ENFORCED_BLOCK_AND_AUDIT_LOG",
      },
      clusterAdmissionRules: [
        {
          cluster: "us-east1-c.infra-cluster-0000000",
          evaluationMode: "ALWAYS_DENY",
          enforcementMode: "ENFORCED_BLOCK_AND_AUDIT_LOG",
        },
      ],
    });
  });

  it("only logs with audit, and trusts the listed images", async () => {
    const trustedImages = ["ghcr.io/kedacore/*"];
    const policy = await policyOf({ security: { binaryAuthorization: "audit", trustedImages } });
    const [rule] = policy.clusterAdmissionRules as { enforcementMode: string }[];
    assert.equal(rule?.enforcementMode, "DRYRUN_AUDIT_LOG_ONLY");
    assert.deepEqual(policy.admissionWhitelistPatterns, [{ namePattern: "ghcr.io/kedacore/*" }]);
  });

  it("is in force before the first pod", async () => {
    const { providers } = await run(() => create({ security: { binaryAuthorization: "enforce" } }));
    const { dependencies } = the(providers, "kubernetes");
    assert.ok(dependencies.includes("gcp:binaryauthorization/policy:Policy infra-images"));
  });
});

describe("GkeCluster: upgrades, notifications, backups", () => {
  it("replaces nodes with a second set, one broker at a time", async () => {
    const resources = await resourcesOf({ upgrades: { strategy: "blue-green", soakMinutes: 30 } });
    assert.deepEqual(the(resources, "NodePool").inputs.upgradeSettings, {
      strategy: "BLUE_GREEN",
      blueGreenSettings: { standardRolloutPolicy: { batchNodeCount: 1 }, nodePoolSoakDuration: "1800s" },
    });
  });

  it("names the topic of notifications, if there is one", async () => {
    const { result } = await run(() => create({}));
    assert.deepEqual(await known({ topic: result.notificationTopic }), { topic: "infra-upgrades-id" });
    const { resources, result: without } = await run(() => create({ notifications: false }));
    assert.deepEqual(await known({ topic: without.notificationTopic }), { topic: "" });
    assert.ok(!list(resources).some((each) => /^Topic|pubsub/.test(each)));
  });

  it("backs up everything every day, or what it is told", async () => {
    const plan = the(await resourcesOf({ backup: {} }), "BackupPlan");
    assert.deepEqual(plan.inputs, {
      project: "my-project",
      location: "us-east1",
      cluster: "infra-cluster-id",
      labels: {},
      backupSchedule: { cronSchedule: "0 2 * * *" },
      retentionPolicy: { backupRetainDays: 7 },
      backupConfig: { includeVolumeData: true, includeSecrets: true, allNamespaces: true },
    });
    assert.equal(plan.protect, true);
    const backup = { schedule: "30 1 * * SUN", retainDays: 30, namespaces: ["celery"] };
    const { inputs } = the(await resourcesOf({ backup, deletionProtection: false }), "BackupPlan");
    assert.deepEqual(inputs.backupSchedule, { cronSchedule: "30 1 * * SUN" });
    assert.deepEqual(inputs.retentionPolicy, { backupRetainDays: 30 });
    assert.deepEqual(inputs.backupConfig, {
      includeVolumeData: true,
      includeSecrets: true,
      selectedNamespaces: { namespaces: ["celery"] },
    });
  });
});

describe("GkeCluster: problems of hardening", () => {
  const time = (what: string, value: string) =>
    `${what} is "${value}", which is not a time in UTC. Use for example "2026-12-18T00:00:00Z".`;
  const exclusion = { name: "a", start: "2026-12-18T00:00:00Z", end: "2027-01-07T00:00:00Z" };
  const maintenance = (...exclusions: (typeof exclusion)[]) => ({
    maintenance: { start: "03:00", exclusions },
  });
  const CASES: [Partial<GkeClusterArgs>, ...string[]][] = [
    [{ encryption: {}, security: {}, upgrades: {}, backup: {}, metrics: [] }],
    [{ encryption: { key: KEY, scope: "disks" } }],
    [
      { encryption: { key: "key" } },
      'encryption.key is "key", which is not a key of Cloud KMS. Use "projects/PROJECT/locations/REGION/keyRings/RING/cryptoKeys/KEY", as `gcloud kms keys list` shows it.',
    ],
    [
      { encryption: { key: KEY.replace("us-east1", "global") } },
      'encryption.key is in "global", but the cluster is in "us-east1". Use a key of that region.',
    ],
    [
      { encryption: { key: KEY, scope: "google" } },
      'encryption.key is set, but scope is "google", which uses no key of yours. Use scope "secrets" or "disks", or remove key.',
    ],
    [
      { encryption: { key: KEY, rotationDays: 30 } },
      "encryption.rotationDays is set, but key is an existing key, which has a rotation of its own. Remove rotationDays.",
    ],
    [
      { encryption: { scope: "all" as "disks", rotationDays: 0 } },
      'encryption.scope is "all". Use "google" or "secrets" or "disks".',
      "encryption.rotationDays is 0, but Cloud KMS rotates keys once a day at most. Use a whole number of at least 1.",
    ],
    [{ security: { binaryAuthorization: "audit", trustedImages: ["docker.io/rabbitmq", "ghcr.io/a/**"] } }],
    [
      { security: { trustedImages: ["ghcr.io/a/*"] } },
      'security.trustedImages is set, but binaryAuthorization is neither "audit" nor "enforce". Set it, or remove trustedImages.',
    ],
    [
      { security: { binaryAuthorization: "enforce", trustedImages: [] } },
      "security.trustedImages is empty, so no pod of yours could start. List your registry, or remove it.",
    ],
    [
      { security: { binaryAuthorization: "enforce", trustedImages: ["*/a"] } },
      'security.trustedImages[0] is "*/a", which is not a pattern of images. Use a registry and a path, which may end in "*" or "**", for example "us-east1-docker.pkg.dev/my-project/**".',
    ],
    [
      { security: { binaryAuthorization: "on" as "audit" } },
      'security.binaryAuthorization is "on". Use "off" or "project" or "audit" or "enforce".',
    ],
    [
      { security: { flowLogs: true }, network: "net", subnetwork: "sub" },
      "security.flowLogs is true, but the subnetwork exists already and has a setting of its own. Remove flowLogs, and run: gcloud compute networks subnets update SUBNETWORK --enable-flow-logs",
    ],
    [
      { upgrades: { strategy: "blue-green", soakMinutes: 20_000 } },
      "upgrades.soakMinutes is 20000, but GKE keeps drained nodes for seven days at most. Use a whole number from 0 to 10080.",
    ],
    [
      { upgrades: { soakMinutes: 30 } },
      'upgrades.soakMinutes is set, but only the strategy "blue-green" keeps drained nodes. Set strategy, or remove soakMinutes.',
    ],
    [
      { backup: { schedule: "daily", retainDays: 0 } },
      'backup.schedule is "daily", which is not a schedule of cron. Use minute, hour, day, month and weekday in UTC, for example "0 2 * * *".',
      "backup.retainDays is 0, but Backup for GKE keeps backups for up to 365 days. Use a whole number from 1 to 365.",
    ],
    [maintenance(exclusion, { ...exclusion, name: "b" })],
    [
      maintenance({ ...exclusion, start: "2026-12-18", end: "2027-13-07T00:00:00Z" }),
      time("maintenance.exclusions[0].start", "2026-12-18"),
      time("maintenance.exclusions[0].end", "2027-13-07T00:00:00Z"),
    ],
    [
      maintenance({ ...exclusion, end: exclusion.start }),
      'maintenance.exclusions[0].end is "2026-12-18T00:00:00Z", which is not after start, "2026-12-18T00:00:00Z". Swap or correct them.',
    ],
    [
      maintenance({ ...exclusion, end: "2027-01-17T00:00:01Z" }),
      'maintenance.exclusions[0].end is 31 days after start, but GKE requires 48 hours of maintenance in any 32 days. Use at most 30 days, or scope "NO_MINOR_OR_NODE_UPGRADES".',
    ],
    [maintenance({ ...exclusion, end: "2027-01-17T00:00:00Z" })],
    [
      {
        maintenance: {
          start: "03:00",
          exclusions: [{ ...exclusion, end: "2027-06-01T00:00:00Z", scope: "NO_MINOR_UPGRADES" }],
        },
      },
    ],
    [
      maintenance({ ...exclusion, name: "" }),
      'maintenance.exclusions[0].name is empty, but exclusions are told apart by their names. Use for example "year-end".',
    ],
    [
      { backup: { namespaces: ["Celery"] } },
      'backup.namespaces[0] is "Celery", which is not a valid namespace name. Use lowercase letters, digits and "-".',
    ],
    [maintenance(exclusion, exclusion), 'maintenance.exclusions has the name "a" twice. Use each name once.'],
    [
      maintenance(...Array.from({ length: 21 }, (_, index) => ({ ...exclusion, name: `a${index}` }))),
      "maintenance.exclusions has 21 items, but GKE allows 20. Remove those that have passed.",
    ],
  ];
  for (const [args, ...problems] of CASES) {
    it(`${problems.length} with ${JSON.stringify(args).slice(0, 120)}`, () => {
      assert.deepEqual(problemsOf({ ...ARGS, ...args }, GKE_CLUSTER), problems);
    });
  }
});

describe("The installed provider", () => {
  it("is the oldest supported one or newer, as the package requires", () => {
    const { peerDependencies } = JSON.parse(readFileSync("package.json", "utf8")) as {
      peerDependencies: Record<string, string>;
    };
    assert.equal(peerDependencies["@pulumi/gcp"], `^${OLDEST_PROVIDER}`);
    assert.deepEqual(providerWarnings(installedProvider()), []);
  });

  for (const version of ["9.37.0", "9.37.1-alpha.1", "9.38.0", "10.0.0"]) {
    it(`causes no warning if it is ${version}`, () => {
      assert.deepEqual(providerWarnings(version), []);
    });
  }

  for (const version of ["9.36.9", "9.4.0", "8.99.0"]) {
    it(`causes a warning if it is ${version}`, () => {
      assert.deepEqual(providerWarnings(version), [
        `@pulumi/gcp ${version} is older than 9.37.0: it shows a change in every update of a cluster with a DNS endpoint only. Update it: npm install @pulumi/gcp@^9.37.0`,
      ]);
    });
  }
});
