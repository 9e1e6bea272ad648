/** One price of Google Cloud in us-east1, in US dollars. */
export interface Price {
  readonly dollars: number;
  /** Unit that the price is for. */
  readonly per: string;
  /** Markdown: the page of the price, and remarks. */
  readonly source: string;
}

const MACHINES = "[machines](https://cloud.google.com/compute/vm-instance-pricing)";
const SAME = "the same";
const machine = (dollars: number, source = SAME): Price => ({ dollars, per: "machine and hour", source });

/** Prices behind every estimate of costs, by name. docs/reference/stacks.md shows them. */
export const PRICES: Readonly<Record<string, Price>> = {
  fee: {
    dollars: 0.1,
    per: "cluster and hour",
    source: "[GKE](https://cloud.google.com/kubernetes-engine/pricing)",
  },
  "e2-standard-2": machine(0.06701, MACHINES),
  "e2-standard-4": machine(0.13402),
  "e2-standard-8": machine(0.26805),
  "e2-standard-16": machine(0.53609),
  "spot share": {
    dollars: 0.4,
    per: "of the price above",
    source:
      "[spot](https://cloud.google.com/spot-vms/pricing): it changes every month, 60 to 91 % off; this is the smallest discount",
  },
  "balanced GB": {
    dollars: 0.1,
    per: "GB and month",
    source: "[disks](https://cloud.google.com/compute/disks-image-pricing)",
  },
  "ssd GB": { dollars: 0.17, per: "GB and month", source: SAME },
  "NAT node": {
    dollars: 0.0014,
    per: "node and hour",
    source: "[NAT](https://cloud.google.com/nat/pricing)",
  },
  "NAT address": { dollars: 0.005, per: "address and hour", source: SAME },
  "image scan": {
    dollars: 0.26,
    per: "new image",
    source: "[Artifact Analysis](https://cloud.google.com/artifact-analysis/pricing)",
  },
  "key version": {
    dollars: 0.06,
    per: "version and month",
    source: "[Cloud KMS](https://cloud.google.com/kms/pricing)",
  },
  "log GB": {
    dollars: 0.5,
    per: "GB",
    source: "[Cloud Logging](https://cloud.google.com/stackdriver/pricing)",
  },
  "network log GB": {
    dollars: 0.25,
    per: "GB",
    source: "the same: flow logs and logs of NAT have no free share",
  },
  "million samples": {
    dollars: 0.06,
    per: "million samples",
    source: "the same; a lower price beyond 50 billion a month",
  },
  "registry GB": {
    dollars: 0.1,
    per: "GB and month",
    source: "[Artifact Registry](https://cloud.google.com/artifact-registry/pricing)",
  },
};

/** Dollars by the name of the price. */
export const DOLLARS: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries(PRICES).map(([name, { dollars }]) => [name, dollars]),
);
