import { readFileSync } from "node:fs";
import { type Settings, parseSettings, Target } from "../../../program/settings/load";
import { EncryptionScope, MetricPackage } from "../../../components/gkeCluster/choices";
import { configurationOf, PROJECT } from "../../../render/stackConfig";
import { exampleOf } from "../render/examples";
import { KEYS } from "./settings";

/** The page whose tables are computed from the stack files and from the prices that stand in it. */
export const PAGE = "docs/reference/stacks.md";
/** In the order in which people meet them. */
export const STACKS = ["local", "dev", "staging", "prod"];

export const ON_GKE = ["dev", "staging", "prod"];
/** Keys with rows of their own, and those that `make up` sets. */
const OTHERWISE = ["workerPools", "kubeContext", "kubeconfigPath", "imageRepository"];
/** A key that does not concern a stack. */
const NOTHING = "-";
/** Keys that say nothing about a stack without a cluster of its own on Google Cloud. */
const OF_GKE =
  /^(location|nodes|nodeZones|machineType|diskGb|spot|spotNodes|dnsEndpoint|maintenance\w+|release\w+|cluster\w+|nodeUpgrade\w*|encryption\w*|keyRotationDays|binaryAuthorization|trustedImages|flowLogs|intranodeVisibility|securityPosture|workloadScanning|systemGroupBindings|kubeletReadOnlyPort|backup\w+|imageScanning)$/;
const HOURS = 730;
const LEDGER_GB = 1;
const IMAGES_GB = 2;
const FREE_IMAGES_GB = 0.5;
/** Assumptions of the page about a month. */
const IMAGES = 2;
const PUSHES = 4;
const KEY_VERSIONS = 4;
const LOG_GB = 5;
/** Of a package of metrics, for each node: 100 series every minute. */
const MILLION_SAMPLES = (100 * HOURS * 60) / 1e6;
const FLOW_LOG_GB = 2;
const FREE_LOG_GB = 50;

/** Sums of one stack in US dollars a month, by what they are for. */
export type Costs = Record<string, number>;

export function settingsOf(stack: string): Settings {
  const config = configurationOf(stack, exampleOf(stack));
  return parseSettings({ config, project: PROJECT, stack }).settings;
}

/** The prices of the page's price table, by what they are for. */
export function pricesOf(page: string): Record<string, number> {
  const rows = (page.split("The prices behind it")[1] ?? "").split("\n").flatMap((line) => {
    const [, name, price] = /^\| ([\w -]+?) +\| ([\d.]+) +\|/.exec(line) ?? [];
    return name && price ? [[name, Number(price)] as const] : [];
  });
  return Object.fromEntries(rows);
}

/** What a stack costs, by the formula of the page. */
export function costsOf(settings: Settings, prices: Record<string, number>): Costs {
  if (settings.target !== Target.Gke) return {};
  const price = (name: string) => {
    const found = prices[name];
    if (found === undefined) throw new Error(`${PAGE} has no price of ${name}.`);
    return found;
  };
  const { nodes, machineType, spot, diskGb, brokerReplicas, brokerStorage, ledger } = settings;
  const share = spot ? price("spot share") : 1;
  const logGb = LOG_GB + (settings.flowLogs ? FLOW_LOG_GB : 0);
  const gb = price(settings.brokerStorageClass === "ssd" ? "ssd GB" : "balanced GB");
  return {
    "control plane": HOURS * price("fee"),
    machines: nodes * HOURS * price(machineType) * share,
    "boot disks": nodes * diskGb * price("balanced GB"),
    "NAT gateway": HOURS * (nodes * price("NAT node") + price("NAT address")),
    "broker volumes": brokerReplicas * gigabytes(brokerStorage) * gb,
    "ledger volume": ledger ? LEDGER_GB * gb : 0,
    images: (IMAGES_GB - FREE_IMAGES_GB) * price("registry GB"),
    "image scans": settings.imageScanning ? IMAGES * PUSHES * price("image scan") : 0,
    key: settings.encryption === EncryptionScope.Google ? 0 : KEY_VERSIONS * price("key version"),
    logs: Math.max(0, nodes * logGb - FREE_LOG_GB) * price("log GB"),
    "Managed Prometheus": samplesOf(settings) * price("million samples"),
    "workload scans": settings.workloadScanning ? HOURS * price("workload scan") : 0,
  };
}

/** Million samples that GKE collects: none of the free metrics, and the stacks have no PodMonitorings. */
function samplesOf({ clusterMetrics, nodes }: Settings): number {
  const billed = clusterMetrics.filter((metrics) => metrics !== MetricPackage.System);
  return billed.length * nodes * MILLION_SAMPLES;
}

export function costTable(page: string): string {
  const sums = ON_GKE.map((stack) => costsOf(settingsOf(stack), pricesOf(page)));
  const parts = Object.keys(Object.assign({}, ...sums) as Costs);
  const total = (costs: Costs) => Object.values(costs).reduce((sum, part) => sum + part, 0);
  const rows = parts.map((part) => [part, ...sums.map((costs) => dollars(costs[part] ?? 0))]);
  const together = sums.map((costs) => `**${dollars(total(costs))}**`);
  return table(["dollars a month", ...ON_GKE], [...rows, ["**together**", ...together]]);
}

export function differenceTable(): string {
  const all = STACKS.map(settingsOf);
  const row = (name: string, cell: (settings: Settings) => string) => [name, ...all.map(cell)];
  const keys = Object.keys(KEYS).filter((key) => !OTHERWISE.includes(key)) as (keyof Settings)[];
  const rows = [
    ...keys.map((key) =>
      row(`\`${key}\``, (settings) =>
        OF_GKE.test(key) && settings.target !== Target.Gke ? NOTHING : shown(settings[key]),
      ),
    ),
    row("worker pods", podsOf),
    row(
      "of each worker pod",
      ({ workerPools: [pool] }) => `${pool?.cpu ?? "250m"} CPU, ${pool?.memory ?? "512Mi"}`,
    ),
    row("longest task", ({ workerPools: [pool] }) => `${pool?.longestTaskSeconds ?? 3600} s`),
  ];
  const differs = ([, ...cells]: string[]) => new Set(cells.filter((cell) => cell !== NOTHING)).size > 1;
  return table(["", ...STACKS], rows.filter(differs));
}

function podsOf({ workerPools: [pool] }: Settings): string {
  if (!pool?.autoscale) return String(pool?.replicas ?? 3);
  const { minReplicas = 2, maxReplicas, by = "cpu" } = pool.autoscale;
  return `${minReplicas} to ${maxReplicas}, by ${by === "cpu" ? "CPU" : "queue length"}`;
}

/** The page with its computed tables. */
export function withTables(page: string): string {
  return Object.entries({ differences: differenceTable(), costs: costTable(page) }).reduce(
    (text, [name, computed]) =>
      text.replace(
        new RegExp(`(<!-- begin: ${name} -->\n)[^]*?(<!-- end: ${name} -->)`),
        (_, begin: string, end: string) => `${begin}\n${computed}\n\n${end}`,
      ),
    page,
  );
}

export const readPage = () => readFileSync(PAGE, "utf8");

const table = (head: string[], rows: string[][]) =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
const dollars = (sum: number) => (sum === 0 ? "" : sum.toFixed(sum < 1 ? 2 : 0));
const gigabytes = (quantity: string) => Number(quantity.replace(/Gi$/, ""));
const shown = (value: unknown) =>
  Array.isArray(value) ? value.join(", ") : typeof value === "object" ? JSON.stringify(value) : String(value);
