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
import { CLUSTER, type Google } from "./google";
import { computed, idOf } from "./outputs";
import { AUTONAMED, replaces, reported } from "./schema";

/** Model of the provider @pulumi/gcp: it compares inputs with what Google reports, as Terraform's providers do. */
export class GoogleProvider implements ResourceProvider {
  readonly version = packageVersion("@pulumi/gcp");

  constructor(private readonly google: Google) {}

  async configure(): Promise<void> {
    // The model needs no credentials.
  }

  diffConfig(): ConfigDiff {
    return { changed: [], replaces: [] };
  }

  async check({ type, name, oldInputs, newInputs, randomSeed }: CheckRequest): Promise<CheckResult> {
    if (!AUTONAMED.has(type) || newInputs.name !== undefined) return { inputs: newInputs };
    const generated = `${name}-${randomSuffix(randomSeed).slice(0, 7)}`;
    return { inputs: { ...newInputs, name: oldInputs.name ?? generated } };
  }

  async diff({ type, oldInputs, oldState, newInputs }: DiffRequest): Promise<DiffResult> {
    const [before, after] = [plainProperties(oldInputs), plainProperties(newInputs)];
    const state = plainProperties(oldState);
    const known = pick(state, Object.keys({ ...before, ...after }));
    const changes = changesBetween(known, after).filter(
      // Google adds values that the program does not set.
      ({ path, kind }) => kind !== "delete" || valueAt(before, path) !== undefined,
    );
    return {
      changes: changes.map(({ path, kind }) => ({ path, kind, replace: replaces(type, path) })),
    };
  }

  async create({ type, inputs, preview }: CreateRequest): Promise<CreateResult> {
    if (preview) return { id: "", state: inputs };
    const properties = plainProperties(inputs);
    const id = idOf(type, properties);
    this.google.create(type, id, properties);
    return { id, state: stateOf(type, properties) };
  }

  async read({ type, id, inputs }: ReadRequest): Promise<ReadResult | undefined> {
    const found = this.google.find(id);
    if (!found) return undefined;
    const imported = Object.keys(inputs).length === 0;
    return {
      inputs: imported ? found.properties : inputs,
      state: stateOf(type, found.properties),
    };
  }

  async update({ type, id, newInputs, preview }: UpdateRequest): Promise<Properties> {
    const properties = plainProperties(newInputs);
    if (!preview) this.google.put(type, id, properties);
    return stateOf(type, properties);
  }

  async delete({ type, id, state }: DeleteRequest): Promise<void> {
    if (type === CLUSTER && plainProperties(state).deletionProtection === true) {
      throw new Error(
        "Cannot destroy cluster because deletion_protection is set to true. Set it to false to proceed with cluster deletion.",
      );
    }
    this.google.delete(id);
  }
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
