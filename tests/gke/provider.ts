import { setTimeout as sleep } from "node:timers/promises";
import { changesBetween } from "../../local/providers/plugin/changes";
import type {
  CheckRequest,
  CheckResult,
  ConfigDiff,
  CreateRequest,
  CreateResult,
  DeleteRequest,
  DiffRequest,
  DiffResult,
  ReadRequest,
  ReadResult,
  ResourceProvider,
  UpdateRequest,
} from "../../local/providers/plugin/provider";
import { randomSuffix } from "../../local/providers/plugin/randomName";
import { plainProperties, type Properties } from "../../local/providers/plugin/values";
import { packageVersion } from "../../local/providers/plugin/version";
import { ACCESS_TOKEN, CLUSTER, type Google, SERVICE } from "./google";
import { requestProblems } from "./discovery/check";
import type { Documents } from "./discovery/documents";
import { requestOf } from "./discovery/requests";
import { computed, idOf } from "./outputs";
import { AUTONAMED, keeps, replaces, reported } from "./schema";

/** Model of the provider @pulumi/gcp: it compares inputs with what Google reports, as Terraform's providers do. */
export class GoogleProvider implements ResourceProvider {
  readonly version = packageVersion("@pulumi/gcp");

  constructor(
    private readonly google: Google,
    private readonly documents: Documents,
  ) {}

  async configure(): Promise<void> {
    // The model needs no credentials.
  }

  diffConfig(): ConfigDiff {
    return { changed: [], replaces: [] };
  }

  async check({ type, name, oldInputs, newInputs, randomSeed }: CheckRequest): Promise<CheckResult> {
    if (!AUTONAMED.has(type) || newInputs.name !== undefined) return { inputs: newInputs };
    const { [GENERATED]: generated = ["name"] } = oldInputs;
    // An imported name is none that the provider generated.
    const old = (generated as string[]).includes("name") ? oldInputs.name : undefined;
    const suffix = randomSuffix(randomSeed).slice(0, 7);
    return { inputs: { ...newInputs, name: old ?? `${name}-${suffix}`, [GENERATED]: ["name"] } };
  }

  async diff({ type, oldInputs, oldState, newInputs }: DiffRequest): Promise<DiffResult> {
    const [before, after] = [plain(oldInputs), plain(newInputs)];
    const state = plainProperties(oldState);
    const known = pick(state, Object.keys({ ...before, ...after }));
    const changes = changesBetween(known, after).filter(
      // Google adds values that the program does not set, and keeps some that it sets no more.
      ({ path, kind }) => kind !== "delete" || (valueAt(before, path) !== undefined && !keeps(type, path)),
    );
    return {
      changes: changes.map(({ path, kind }) => ({ path, kind, replace: replaces(type, path) })),
    };
  }

  async create({ type, inputs, preview, info }: CreateRequest): Promise<CreateResult> {
    if (preview) return { id: "", state: inputs };
    const properties = plain(inputs);
    const id = idOf(type, properties);
    this.requireRequest(type, properties);
    this.google.create(type, id, properties);
    if (type === CLUSTER && this.google.takeStall()) {
      // All other resources exist long before a cluster is ready.
      await sleep(10_000);
      info("Google creates the cluster");
      await sleep(60_000);
    }
    return { id, state: stateOf(type, properties) };
  }

  async read({ type, id, inputs }: ReadRequest): Promise<ReadResult | undefined> {
    const found = this.google.find(id);
    if (!found) return undefined;
    const imported = Object.keys(inputs).length === 0;
    return {
      inputs: imported ? { ...found.properties, [GENERATED]: [] } : without(inputs, GENERATED),
      state: stateOf(type, found.properties),
    };
  }

  async update({ type, id, newInputs, preview }: UpdateRequest): Promise<Properties> {
    const properties = plain(newInputs);
    if (preview) return stateOf(type, properties);
    this.requireRequest(type, properties);
    this.google.update(type, id, properties);
    return stateOf(type, properties);
  }

  /** Refuses fields and values that the API does not have. An update is checked as if it created the resource. */
  private requireRequest(type: string, inputs: Properties): void {
    const { api, ...request } = requestOf(type, inputs, "");
    const problems = requestProblems(this.documents.get(api), request);
    if (problems.length === 0) return;
    throw new Error(`googleapi: Error 400: Invalid JSON payload received. ${problems.join("; ")}`);
  }

  async invoke(token: string): Promise<Properties> {
    if (token !== "gcp:organizations/getClientConfig:getClientConfig")
      throw new Error(`The model does not have the function ${token}.`);
    return { accessToken: ACCESS_TOKEN, id: "", project: "", region: "", zone: "", defaultLabels: {} };
  }

  async delete({ type, id, state }: DeleteRequest): Promise<void> {
    if (type === CLUSTER && plainProperties(state).deletionProtection === true) {
      throw new Error(
        "Cannot destroy cluster because deletion_protection is set to true. Set it to false to proceed with cluster deletion.",
      );
    }
    if (type === SERVICE && plainProperties(state).disableOnDestroy === false) return;
    this.google.delete(id);
  }
}

/** Property of the inputs that lists the generated ones. An import lists none, and a refresh removes the list, which
 * makes all of them count as generated (pulumi-terraform-bridge, pkg/tfbridge/schema.go). */
const GENERATED = "__defaults";

function plain(inputs: Properties): Properties {
  return without(plainProperties(inputs), GENERATED);
}

function without(from: Properties, key: string): Properties {
  return pick(
    from,
    Object.keys(from).filter((each) => each !== key),
  );
}

/** State of a resource: what Google reports about it. */
function stateOf(type: string, inputs: Properties): Properties {
  return { ...reported(type, inputs), ...computed(type, inputs) };
}

function pick(from: Properties, keys: string[]): Properties {
  return Object.fromEntries(Object.entries(from).filter(([key]) => keys.includes(key)));
}

function valueAt(from: unknown, path: (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (inner as Record<string | number, unknown> | undefined)?.[key],
    from,
  );
}
