import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { type Properties, stringAt } from "../../local/providers/plugin/values";

/** Environment variable with the file that holds the model's state. */
export const GOOGLE_VARIABLE = "HA_CELERY_TEST_GOOGLE";

/** Access token of everyone. */
export const ACCESS_TOKEN = "a-token";

/** A resource at Google's. */
export interface Existing {
  type: string;
  properties: Properties;
}

interface State {
  resources: Record<string, Existing>;
  /** Remaining requests that an API rejects after it was enabled, by the token of a resource's module. */
  slowApis: Record<string, number>;
  /** Whether the next cluster takes longer than any test. */
  slowCluster?: boolean;
}

export const CLUSTER = "gcp:container/cluster:Cluster";
export const SERVICE = "gcp:projects/service:Service";
const SUBNETWORK = "gcp:compute/subnetwork:Subnetwork";
const NETWORK = "gcp:compute/network:Network";
/** Types that set something. Setting it twice is not an error. */
const SETTINGS = /:(Service|ServiceIdentity|IAMMember|CryptoKeyIAMMember|RepositoryIamMember|Policy)$/;
/** Types that Google cannot delete. */
const PERMANENT = /:(KeyRing|CryptoKey)$/;
const GRANT = "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember";
const POOL = "gcp:container/nodePool:NodePool";

/** Model of Google's rules, as found with the real provider and recordings of Google's answers. */
export class Google {
  constructor(private readonly file: string) {}

  /** Makes an API reject requests for a while after it was enabled. `module` is the module of a resource type. */
  slowDown(module: string, requests: number): void {
    this.change((state) => (state.slowApis[module] = requests));
  }

  /** Lets Google finish the next cluster, but not answer. */
  stallNextCluster(): void {
    this.change((state) => (state.slowCluster = true));
  }

  /** Whether the cluster that was just created is the one that stalls. */
  takeStall(): boolean {
    const { slowCluster = false } = this.state;
    if (slowCluster) this.change((state) => (state.slowCluster = false));
    return slowCluster;
  }

  list(type: string): string[] {
    return Object.keys(this.state.resources).filter((id) => this.state.resources[id]?.type === type);
  }

  /** IDs of all resources. */
  all(): string[] {
    return Object.keys(this.state.resources).sort();
  }

  find(id: string): Existing | undefined {
    return this.state.resources[id];
  }

  create(type: string, id: string, properties: Properties): void {
    this.requireApi(type);
    if (!SETTINGS.test(type) && this.find(id))
      throw new Error(`googleapi: Error 409: Already exists: ${id}.`);
    if (type === CLUSTER) this.requireFreeServicesRange(properties);
    this.requireIdentityPool(properties);
    this.requireUseOfKeys(type, properties);
    this.put(type, id, properties);
  }

  /** Updates a resource. */
  update(type: string, id: string, properties: Properties): void {
    this.requireUseOfKeys(type, properties);
    this.put(type, id, properties);
  }

  put(type: string, id: string, properties: Properties): void {
    this.change((state) => (state.resources[id] = { type, properties }));
  }

  delete(id: string): void {
    if (PERMANENT.test(this.find(id)?.type ?? "")) throw new Error(`The model lets nobody delete ${id}.`);
    const user = this.userOf(id);
    if (user) {
      throw new Error(
        `googleapi: Error 400: The resource '${id}' is already being used by '${user}', resourceInUseByAnotherResource`,
      );
    }
    this.change((state) => {
      state.resources = Object.fromEntries(Object.entries(state.resources).filter(([other]) => other !== id));
    });
  }

  /** A services range belongs to one cluster, unlike a range of pods. */
  private requireFreeServicesRange(properties: Properties): void {
    const range = stringAt(properties, "ipAllocationPolicy", "servicesSecondaryRangeName");
    const { subnetwork } = properties;
    const taken = Object.values(this.state.resources).some(
      (other) =>
        other.type === CLUSTER &&
        range !== undefined &&
        other.properties.subnetwork === subnetwork &&
        stringAt(other.properties, "ipAllocationPolicy", "servicesSecondaryRangeName") === range,
    );
    if (taken) {
      throw new Error(
        `googleapi: Error 400: Services range "${range}" in network "${String(properties.network)}", subnetwork "${String(subnetwork)}" is already used by another cluster., badRequest`,
      );
    }
  }

  /** Google's service agents need a grant for each key that they use. */
  private requireUseOfKeys(type: string, properties: Properties): void {
    const uses: [key: string | undefined, agent: string][] = [
      [
        type === CLUSTER ? stringAt(properties, "databaseEncryption", "keyName") : undefined,
        "container-engine-robot",
      ],
      [type === POOL ? stringAt(properties, "nodeConfig", "bootDiskKmsKey") : undefined, "compute-system"],
    ];
    for (const [key, agent] of uses) {
      if (key === undefined) continue;
      const grants = this.list(GRANT).map((id) => this.find(id)?.properties ?? {});
      if (!grants.some(({ cryptoKeyId, member }) => cryptoKeyId === key && String(member).includes(agent)))
        throw new Error(`googleapi: Error 400: ${agent} may not use ${key}., badRequest`);
    }
  }

  /** A project has a pool of identities once it has a cluster with Workload Identity. */
  private requireIdentityPool({ member }: Properties): void {
    const [pool, project] = /([-a-z0-9]+)\.svc\.id\.goog/.exec(String(member)) ?? [];
    if (pool === undefined) return;
    if (this.list(CLUSTER).some((id) => this.find(id)?.properties.project === project)) return;
    throw new Error(`googleapi: Error 400: Identity Pool does not exist (${pool})., badRequest`);
  }

  private requireApi(type: string): void {
    const module = type.split(/[:/]/)[1] ?? "";
    const { slowApis } = this.state;
    const remaining = slowApis[module] ?? 0;
    if (remaining === 0) return;
    this.change((state) => (state.slowApis[module] = remaining - 1));
    throw new Error(
      `googleapi: Error 403: ${module}.googleapis.com API has not been used in project 1 before or it is disabled. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry., SERVICE_DISABLED`,
    );
  }

  /** Resource that prevents the deletion of a network or subnetwork. */
  private userOf(id: string): string | undefined {
    const property = { [NETWORK]: "network", [SUBNETWORK]: "subnetwork" }[this.find(id)?.type ?? ""];
    if (property === undefined) return undefined;
    return Object.keys(this.state.resources).find((other) => this.find(other)?.properties[property] === id);
  }

  private get state(): State {
    if (!existsSync(this.file)) return { resources: {}, slowApis: {} };
    return JSON.parse(readFileSync(this.file, "utf8")) as State;
  }

  private change(edit: (state: State) => void): void {
    const { state } = this;
    edit(state);
    writeFileSync(this.file, JSON.stringify(state));
  }
}
