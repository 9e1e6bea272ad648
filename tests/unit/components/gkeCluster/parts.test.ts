import assert from "node:assert/strict";
import type { GkeClusterArgs, MaintenanceWindow } from "../../../../components";
import { networkAddress } from "../../../../components/gkeCluster/cidr";
import { recurringWindow } from "../../../../components/gkeCluster/maintenance";
import { uniqueId } from "../../../../components/gkeCluster/names";
import {
  type Host,
  type RunMode,
  findsPlugin,
  missingPlugin,
  Severity,
  severityFor,
} from "../../../../components/gkeCluster/preflight";
import { GKE_CLUSTER } from "../../../../components/gkeCluster/validation";
import { problemsOf } from "../../../../components/shared/checks";

const ARGS: GkeClusterArgs = { project: "my-project", location: "us-east1", dnsEndpoint: true };

describe("every problem of a GKE cluster", () => {
  const notAProject = (value: string) =>
    `project is "${value}", which is not a Google Cloud project ID. Use 6 to 30 lowercase letters, digits and "-", as \`gcloud projects list\` shows it.`;
  const notALocation = (value: string) =>
    `location is "${value}", which is neither a region nor a zone of Google Cloud. Use for example "us-east1" for three zones, or "us-east1-c" for one.`;
  const notANetwork = (value: string) =>
    `authorizedNetworks[0].cidr is "${value}", which is not an IPv4 network. Use for example "203.0.113.0/24", or "203.0.113.7/32" for one address.`;
  const notALabel = (key: string, value: string) =>
    `labels has "${key}" = "${value}", which Google Cloud does not accept. Use up to 63 lowercase letters, digits, "_" and "-", and start the key with a letter.`;
  const cidr = (value: string): Partial<GkeClusterArgs> => ({ authorizedNetworks: [{ cidr: value }] });
  const open = (maintenance: MaintenanceWindow): Partial<GkeClusterArgs> => ({ maintenance });

  const CASES: [args: Partial<GkeClusterArgs>, ...problems: string[]][] = [
    [{ project: "" }, notAProject("")],
    [{ project: "short" }, notAProject("short")],
    [{ project: "123456789012" }, notAProject("123456789012")],
    [{ project: "ends-with-" }, notAProject("ends-with-")],
    [{ project: "a".repeat(31) }, notAProject("a".repeat(31))],
    [{ location: "" }, notALocation("")],
    [{ location: "us-east" }, notALocation("us-east")],
    [{ location: "us-east1-" }, notALocation("us-east1-")],
    [{ location: "nowhere", nodeZones: ["us-east1-b"], nodes: 3 }, notALocation("nowhere")],
    [
      { location: "us-east1-c", nodeZones: ["us-east1-c"] },
      'nodeZones is set, but location is "us-east1-c", a single zone. Use its region "us-east1" as location, or remove nodeZones.',
    ],
    [
      { nodeZones: [] },
      'nodeZones is empty, but nodes need a zone. List at least one, for example "us-east1-b", or remove it.',
    ],
    [
      { nodeZones: ["us-east1-b", "us-west1-a", "c"] },
      'nodeZones[1] is "us-west1-a", which is not a zone of us-east1. Use for example "us-east1-b".',
      'nodeZones[2] is "c", which is not a zone of us-east1. Use for example "us-east1-b".',
    ],
    [
      { nodeZones: ["us-east1-b", "us-east1-b"], nodes: 2 },
      'nodeZones[1] is "us-east1-b" again. List each zone once.',
    ],
    [{ nodes: 0 }, "nodes is 0, but it is a number of machines. Use a whole number of at least 1."],
    [{ nodes: 1.5 }, "nodes is 1.5, but it is a number of machines. Use a whole number of at least 1."],
    [
      { nodes: 4 },
      'nodes is 4, but "us-east1" has the same number in each of 3 zones. Use a multiple of 3, nodeZones with fewer zones, or one zone as location.',
    ],
    [
      { nodeZones: ["us-east1-b", "us-east1-c"] },
      'nodes is 3, but "us-east1" has the same number in each of 2 zones. Use a multiple of 2, nodeZones with fewer zones, or one zone as location.',
    ],
    [
      { machineType: "big" },
      'machineType is "big", which is not a valid machine type. Use for example "e2-standard-4".',
    ],
    [
      { diskGb: 10 },
      "diskGb is 10, but the disk of a node must hold the system and the images. Use a whole number of at least 20.",
    ],
    [
      { spotPool: { maxNodes: 0, minNodes: -1, machineType: "E2" } },
      "spotPool.maxNodes is 0, but it is a number of machines. Use a whole number of at least 1.",
      "spotPool.minNodes is -1, but it is a number of machines. Use a whole number of at least 0.",
      'spotPool.machineType is "E2", which is not a valid machine type. Use for example "e2-standard-4".',
    ],
    [
      { spotPool: { maxNodes: 3, minNodes: 4 } },
      "spotPool.minNodes is 4, but maxNodes is 3. Use at most 3, or raise maxNodes.",
    ],
    [
      { releaseChannel: "regular" as "REGULAR" },
      'releaseChannel is "regular". Use "RAPID" or "REGULAR" or "STABLE" or "EXTENDED".',
    ],
    [
      { dnsEndpoint: false, authorizedNetworks: [] },
      'authorizedNetworks and dnsEndpoint are both unset, so the control plane would be unreachable. Set dnsEndpoint to true to allow access from anywhere with the IAM permission container.clusters.connect, or set authorizedNetworks to the networks that you deploy from, for example [{ cidr: "203.0.113.7/32" }].',
    ],
    [cidr("203.0.113.0"), notANetwork("203.0.113.0")],
    [cidr("203.0.113.0/33"), notANetwork("203.0.113.0/33")],
    [cidr("203.0.256.0/24"), notANetwork("203.0.256.0/24")],
    [cidr("2001:db8::/32"), notANetwork("2001:db8::/32")],
    [
      cidr("203.0.113.7/24"),
      'authorizedNetworks[0].cidr is "203.0.113.7/24", which names an address inside a network. Use "203.0.113.0/24" for the network, or "203.0.113.7/32" for the address.',
    ],
    [
      { network: "net" },
      "network is set without subnetwork. Set both, or neither: by default, the cluster gets its own.",
    ],
    [
      { subnetwork: "sub" },
      "subnetwork is set without network. Set both, or neither: by default, the cluster gets its own.",
    ],
    [
      { network: "net", subnetwork: "sub", podRange: "pods" },
      "podRange is set without serviceRange. Set both, or neither: by default, GKE adds ranges to the subnetwork.",
    ],
    [
      { network: "net", subnetwork: "sub", serviceRange: "services" },
      "serviceRange is set without podRange. Set both, or neither: by default, GKE adds ranges to the subnetwork.",
    ],
    [
      { podRange: "pods", serviceRange: "services" },
      "podRange and serviceRange are set without their network and subnetwork. Set all four or none.",
    ],
    [
      open({ start: "24:00" }),
      'maintenance.start is "24:00", which is not a time of day. Use UTC, for example "03:00".',
    ],
    [
      open({ start: "3:00", hours: 3 }),
      'maintenance.start is "3:00", which is not a time of day. Use UTC, for example "03:00".',
      "maintenance.hours is 3, but GKE ignores windows of less than 4 hours, and a day has 24. Use a whole number from 4 to 24.",
    ],
    [
      open({ start: "03:00", days: ["sunday" as "SU"] }),
      'maintenance.days[0] is "sunday". Use "MO" or "TU" or "WE" or "TH" or "FR" or "SA" or "SU".',
    ],
    [
      open({ start: "03:00", days: ["SA", "SU", "SU"] }),
      "maintenance is open 8 hours a week, but GKE requires 48 hours in any 32 days. Use days and hours that add up to at least 12 a week.",
    ],
    [
      open({ start: "03:00", days: [] }),
      "maintenance is open 0 hours a week, but GKE requires 48 hours in any 32 days. Use days and hours that add up to at least 12 a week.",
    ],
    [{ labels: { Team: "mail" } }, notALabel("Team", "mail")],
    [{ labels: { team: "E-Mail" } }, notALabel("team", "E-Mail")],
    [{ labels: { "1st": "" } }, notALabel("1st", "")],
  ];
  for (const [args, ...problems] of CASES) {
    it(JSON.stringify(args), () => {
      assert.deepEqual(problemsOf({ ...ARGS, ...args }, GKE_CLUSTER), problems);
    });
  }

  const FINE: Partial<GkeClusterArgs>[] = [
    {},
    { project: "a-12345" },
    { project: `a${"b".repeat(29)}` },
    { location: "northamerica-northeast1" },
    { location: "me-west1-b", nodes: 4 },
    { nodeZones: ["us-east1-b"], nodes: 1 },
    { machineType: "e2-medium" },
    { machineType: "n2d-custom-4-8192" },
    { machineType: "c3-standard-4" },
    { machineType: "n4-standard-4", spotPool: { maxNodes: 1, machineType: "c4a-standard-4" } },
    { spotPool: { maxNodes: 1, minNodes: 1 } },
    { dnsEndpoint: false, ...cidr("0.0.0.0/0") },
    cidr("203.0.113.7/32"),
    { network: "net", subnetwork: "sub", podRange: "p", serviceRange: "s" },
    open({ start: "00:00" }),
    open({ start: "23:59", hours: 12, days: ["SU"] }),
    open({ start: "03:00", days: ["FR", "SA", "SU"] }),
    { labels: { "team_1-a": "" } },
  ];
  for (const args of FINE) {
    it(`has none with ${JSON.stringify(args)}`, () => {
      assert.deepEqual(problemsOf({ ...ARGS, ...args }, GKE_CLUSTER), []);
    });
  }
});

describe("a unique id", () => {
  const CASES: [name: string, longest: number, head: string][] = [
    ["a", 30, "a"],
    ["infra", 30, "infra"],
    ["a".repeat(20), 30, "a".repeat(20)],
    ["a".repeat(21), 30, "a".repeat(21)],
    ["a".repeat(22), 30, "a".repeat(21)],
    ["a".repeat(24), 30, "a".repeat(21)],
    [`${"a".repeat(20)}-bcd`, 30, "a".repeat(20)],
    [`${"a".repeat(19)}--bcd`, 30, "a".repeat(19)],
    ["b".repeat(54), 63, "b".repeat(54)],
    ["b".repeat(55), 63, "b".repeat(54)],
  ];
  for (const [name, longest, head] of CASES) {
    it(`of ${name} in ${longest} characters begins with ${head}`, () => {
      const id = uniqueId(name, "project/dev", longest);
      assert.ok(id.length <= longest, `${id} has ${id.length} characters`);
      // What Google Cloud asks of service accounts and repositories.
      assert.match(id, /^[a-z]([-a-z0-9]{4,61}[a-z0-9])$/);
      assert.equal(id.replace(/-[0-9a-f]{8}$/, ""), head);
    });
  }

  it("stays the same, and differs by stack, project and name", () => {
    const id = uniqueId("infra", "project/dev", 30);
    assert.equal(uniqueId("infra", "project/dev", 30), id);
    const others = [
      uniqueId("infra", "project/prod", 30),
      uniqueId("infra", "other/dev", 30),
      uniqueId(`${"a".repeat(21)}b`, "project/dev", 30),
      uniqueId(`${"a".repeat(21)}c`, "project/dev", 30),
    ];
    assert.equal(new Set([id, ...others]).size, 5);
  });
});

describe("a network's address", () => {
  const CASES: [cidr: string, network: string | undefined][] = [
    ["0.0.0.0/0", "0.0.0.0/0"],
    ["255.255.255.255/0", "0.0.0.0/0"],
    ["10.1.2.3/8", "10.0.0.0/8"],
    ["10.255.0.0/9", "10.128.0.0/9"],
    ["203.0.113.129/25", "203.0.113.128/25"],
    ["203.0.113.7/31", "203.0.113.6/31"],
    ["203.0.113.7/32", "203.0.113.7/32"],
    ["203.0.113/24", undefined],
    ["a.b.c.d/24", undefined],
  ];
  for (const [cidr, network] of CASES) {
    it(`of ${cidr} is ${network}`, () => assert.equal(networkAddress(cidr), network));
  }
});

describe("a maintenance window", () => {
  const CASES: [MaintenanceWindow, startTime: string, endTime: string, recurrence: string][] = [
    [{ start: "03:00" }, "2025-01-01T03:00:00Z", "2025-01-01T07:00:00Z", "FREQ=DAILY"],
    [{ start: "21:15", hours: 5 }, "2025-01-01T21:15:00Z", "2025-01-02T02:15:00Z", "FREQ=DAILY"],
    [{ start: "00:00", hours: 24 }, "2025-01-01T00:00:00Z", "2025-01-02T00:00:00Z", "FREQ=DAILY"],
    [
      { start: "03:00", days: ["SU", "FR", "SA"] },
      "2025-01-01T03:00:00Z",
      "2025-01-01T07:00:00Z",
      "FREQ=WEEKLY;BYDAY=FR,SA,SU",
    ],
    [
      { start: "03:00", days: ["MO", "TU", "WE", "TH", "FR", "SA", "SU"] },
      "2025-01-01T03:00:00Z",
      "2025-01-01T07:00:00Z",
      "FREQ=DAILY",
    ],
  ];
  for (const [window, startTime, endTime, recurrence] of CASES) {
    it(JSON.stringify(window), () => {
      assert.deepEqual(recurringWindow(window), { startTime, endTime, recurrence });
    });
  }
});

describe("the search for gke-gcloud-auth-plugin", () => {
  const machine = (path: string, files: string[], windows = false): Host => ({
    path,
    windows,
    exists: (file) => files.includes(file),
  });
  const CASES: [what: string, Host, found: boolean][] = [
    ["no PATH", machine("", []), false],
    ["an empty part of PATH", machine(":/bin", ["gke-gcloud-auth-plugin"]), false],
    ["not there", machine("/bin:/usr/bin", ["/opt/gke-gcloud-auth-plugin"]), false],
    ["the first folder", machine("/bin:/usr/bin", ["/bin/gke-gcloud-auth-plugin"]), true],
    ["the last folder", machine("/bin:/usr/bin", ["/usr/bin/gke-gcloud-auth-plugin"]), true],
    ["Windows", machine("/a;/b", ["/b/gke-gcloud-auth-plugin.exe"], true), true],
    ["Windows without .exe", machine("/a;/b", ["/b/gke-gcloud-auth-plugin"], true), false],
  ];
  for (const [what, where, found] of CASES) {
    it(`${what}: ${found ? "found" : "not found"}`, () => assert.equal(findsPlugin(where), found));
  }

  const RUN_MODES: [RunMode, Severity][] = [
    [{ mocked: false, preview: false, skip: false }, Severity.Error],
    [{ mocked: false, preview: true, skip: false }, Severity.Warning],
    [{ mocked: false, preview: false, skip: true }, Severity.None],
    [{ mocked: false, preview: true, skip: true }, Severity.None],
    [{ mocked: true, preview: false, skip: false }, Severity.None],
    [{ mocked: true, preview: true, skip: false }, Severity.None],
  ];
  for (const [situation, severity] of RUN_MODES) {
    it(`${JSON.stringify(situation)}: ${severity}`, () => assert.equal(severityFor(situation), severity));
  }

  it("says how to install it, and how to do without", () => {
    assert.equal(
      missingPlugin(),
      "gke-gcloud-auth-plugin was not found on PATH; the Kubernetes provider and kubectl need it to sign in to GKE. Install: gcloud components install gke-gcloud-auth-plugin, or apt-get install google-cloud-cli-gke-gcloud-auth-plugin if gcloud was installed with apt. To create the cluster without it, and deploy from elsewhere: HA_CELERY_SKIP_PREFLIGHT=1.",
    );
  });
});
