import { EncryptionScope, MetricPackage } from "../../components/gkeCluster/choices";
import { parseQuantity } from "../../components/shared/quantity";

/** Keys of a stack on Google Cloud that decide its costs; the program's settings have all of them. */
export interface PricedStack {
  readonly nodes: number;
  readonly machineType: string;
  readonly diskGb: number;
  readonly spot: boolean;
  readonly brokerReplicas: number;
  readonly brokerStorage: string;
  readonly brokerStorageClass: string;
  readonly ledger: boolean;
  readonly imageScanning: boolean;
  readonly encryption: string;
  readonly flowLogs: boolean;
  readonly clusterMetrics: readonly string[];
}

/** US dollars a month, by what they are for. */
export type Costs = Readonly<Record<string, number>>;

const HOURS = 730;
const LEDGER_GB = 1;
const IMAGES_GB = 2;
const FREE_IMAGES_GB = 0.5;
// Assumptions about a month.
const IMAGES = 2;
const PUSHES = 4;
const KEY_VERSIONS = 4;
const LOG_GB = 5;
const FREE_LOG_GB = 50;
const FLOW_LOG_GB = 2;
/** Million samples of one package of metrics on one node: 100 series every minute. */
const MILLION_SAMPLES = (100 * HOURS * 60) / 1e6;

const GIB = 2 ** 30;

/** Costs of a stack by the formula of docs/reference/stacks.md. */
export function costsOf(stack: PricedStack, prices: Readonly<Record<string, number>>): Costs {
  const price = (name: string) => {
    const found = prices[name];
    if (found === undefined) throw new Error(`There is no price of ${name}.`);
    return found;
  };
  const { nodes, machineType, spot, diskGb, brokerReplicas, brokerStorage, ledger } = stack;
  const share = spot ? price("spot share") : 1;
  const gb = price(stack.brokerStorageClass === "ssd" ? "ssd GB" : "balanced GB");
  const billed = stack.clusterMetrics.filter((metrics) => metrics !== MetricPackage.System);
  return {
    "control plane": HOURS * price("fee"),
    machines: nodes * HOURS * price(machineType) * share,
    "boot disks": nodes * diskGb * price("balanced GB"),
    "NAT gateway": HOURS * (nodes * price("NAT node") + price("NAT address")),
    "broker volumes": brokerReplicas * ((parseQuantity(brokerStorage) ?? 0) / GIB) * gb,
    "ledger volume": ledger ? LEDGER_GB * gb : 0,
    images: (IMAGES_GB - FREE_IMAGES_GB) * price("registry GB"),
    "image scans": stack.imageScanning ? IMAGES * PUSHES * price("image scan") : 0,
    key: stack.encryption === EncryptionScope.Google ? 0 : KEY_VERSIONS * price("key version"),
    logs: Math.max(0, nodes * LOG_GB - FREE_LOG_GB) * price("log GB"),
    "flow logs": stack.flowLogs ? nodes * FLOW_LOG_GB * price("network log GB") : 0,
    "Managed Prometheus": billed.length * nodes * MILLION_SAMPLES * price("million samples"),
  };
}

export const totalOf = (costs: Costs): number => Object.values(costs).reduce((sum, part) => sum + part, 0);
