import { KubernetesProvider } from "../../local/providers/kubernetes/provider";
import { idOf, parseType } from "../../local/providers/kubernetes/objects";
import type {
  CheckRequest,
  CheckResult,
  CreateRequest,
  CreateResult,
  ReadRequest,
  ReadResult,
  UpdateRequest,
} from "../../local/providers/plugin/provider";
import { plainProperties, type Properties } from "../../local/providers/plugin/values";

/** Model of @pulumi/kubernetes for a cluster of the model of Google Cloud: objects stay as they were applied. */
export class KubernetesModel extends KubernetesProvider {
  override async check({ type, newInputs }: CheckRequest): Promise<CheckResult> {
    return { inputs: { ...newInputs, ...parseType(type) } };
  }

  override async create({ inputs, preview }: CreateRequest): Promise<CreateResult> {
    return { id: preview ? "" : idOf(plainProperties(inputs)), state: inputs };
  }

  override async read({ inputs }: ReadRequest): Promise<ReadResult | undefined> {
    return { inputs, state: inputs };
  }

  override async update({ newInputs }: UpdateRequest): Promise<Properties> {
    return newInputs;
  }

  override async delete(): Promise<void> {
    // Nothing else knows the object.
  }
}
