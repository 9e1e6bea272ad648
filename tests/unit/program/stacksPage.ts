import { readFileSync } from "node:fs";
import { type Settings, parseSettings, Target } from "../../../program/settings/load";
import { type Costs, costsOf, totalOf } from "../../../operate/size/costs";
import { DOLLARS, PRICES } from "../../../operate/size/prices";
import { configurationOf, PROJECT } from "../../../render/stackConfig";
import { exampleOf } from "../render/examples";
import { KEYS } from "./settings";

/** The page whose tables are computed from the stack files and the prices. */
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
  /^(location|nodes|nodeZones|machineType|diskGb|spot|spotNodes|dnsEndpoint|maintenance\w+|release\w+|cluster\w+|nodeUpgrade\w*|encryption\w*|keyRotationDays|binaryAuthorization|trustedImages|flowLogs|intranodeVisibility|securityPosture|systemGroupBindings|kubeletReadOnlyPort|backup\w+|imageScanning)$/;
export function settingsOf(stack: string): Settings {
  const config = configurationOf(stack, exampleOf(stack));
  return parseSettings({ config, project: PROJECT, stack }).settings;
}

/** What a stack costs; nothing if it creates no cluster on Google Cloud. */
export const stackCosts = (stack: string): Costs => {
  const settings = settingsOf(stack);
  return settings.target === Target.Gke ? costsOf(settings, DOLLARS) : {};
};

export function costTable(): string {
  const sums = ON_GKE.map(stackCosts);
  const parts = Object.keys(Object.assign({}, ...sums) as Costs);
  const rows = parts.map((part) => [part, ...sums.map((costs) => dollars(costs[part] ?? 0))]);
  const together = sums.map((costs) => `**${dollars(totalOf(costs))}**`);
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

export function priceTable(): string {
  const rows = Object.entries(PRICES).map(([name, { dollars, per, source }]) => [
    name,
    dollars.toFixed(Math.max(2, (String(dollars).split(".")[1] ?? "").length)),
    per,
    source,
  ]);
  return table(["price of", "US dollars", "per", "source"], rows);
}

/** The page with its computed tables. */
export function withTables(page: string): string {
  return Object.entries({ differences: differenceTable(), costs: costTable(), prices: priceTable() }).reduce(
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
const shown = (value: unknown) =>
  Array.isArray(value) ? value.join(", ") : typeof value === "object" ? JSON.stringify(value) : String(value);
