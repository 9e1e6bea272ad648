import { LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { formatPath } from "./changes";
import type { Engine } from "./engine";
import type { Change, CheckRequest, Operation, ResourceProvider } from "./provider";
import type { Properties } from "./values";

/** Converts between the engine's messages and the provider's types. */
export class Handlers {
  engine?: Engine;

  constructor(
    private readonly provider: ResourceProvider,
    private readonly signal: AbortSignal,
  ) {}

  async handshake(): Promise<proto.ProviderHandshakeResponse> {
    return new proto.ProviderHandshakeResponse()
      .setAcceptSecrets(true)
      .setSupportsAutonamingConfiguration(true);
  }

  async diffConfig(request: proto.DiffRequest): Promise<proto.DiffResponse> {
    const { changed, replaces } = this.provider.diffConfig(
      properties(request.getOldInputs() ?? request.getOlds()),
      properties(request.getNews()),
    );
    return new proto.DiffResponse()
      .setChanges(changes(changed.length > 0))
      .setDiffsList(changed)
      .setReplacesList(replaces);
  }

  async configure(request: proto.ConfigureRequest): Promise<proto.ConfigureResponse> {
    await this.provider.configure(properties(request.getArgs()));
    return new proto.ConfigureResponse()
      .setAcceptsecrets(true)
      .setSupportspreview(true)
      .setSupportsAutonamingConfiguration(true);
  }

  async check(request: proto.CheckRequest): Promise<proto.CheckResponse> {
    const { inputs, failures = [] } = await this.provider.check({
      ...this.operation(request),
      oldInputs: properties(request.getOlds()),
      newInputs: properties(request.getNews()),
      randomSeed: request.getRandomseed_asU8(),
      autoname: autoname(request),
    });
    return new proto.CheckResponse()
      .setInputs(struct(inputs))
      .setFailuresList(
        failures.map(({ property, reason }) =>
          new proto.CheckFailure().setProperty(property).setReason(reason),
        ),
      );
  }

  async diff(request: proto.DiffRequest): Promise<proto.DiffResponse> {
    const result = await this.provider.diff({
      ...this.operation(request),
      oldInputs: properties(request.getOldInputs()),
      oldState: properties(request.getOlds()),
      newInputs: properties(request.getNews()),
    });
    const response = new proto.DiffResponse()
      .setChanges(changes(result.changes.length > 0))
      .setReplacesList(
        result.changes.filter((change) => change.replace).map((change) => formatPath(change.path)),
      )
      .setDeletebeforereplace(result.deleteBeforeReplace ?? false)
      .setHasdetaileddiff(true);
    for (const change of result.changes) {
      response
        .getDetaileddiffMap()
        .set(formatPath(change.path), new proto.PropertyDiff().setKind(kind(change)).setInputdiff(true));
    }
    return response;
  }

  async create(request: proto.CreateRequest): Promise<proto.CreateResponse> {
    const { id, state } = await this.provider.create({
      ...this.operation(request),
      inputs: properties(request.getProperties()),
      timeoutSeconds: request.getTimeout(),
      preview: request.getPreview(),
    });
    return new proto.CreateResponse().setId(id).setProperties(struct(state));
  }

  async read(request: proto.ReadRequest): Promise<proto.ReadResponse> {
    const result = await this.provider.read({
      ...this.operation(request),
      id: request.getId(),
      inputs: properties(request.getInputs()),
      state: properties(request.getProperties()),
    });
    if (!result) return new proto.ReadResponse();
    return new proto.ReadResponse()
      .setId(request.getId())
      .setInputs(struct(result.inputs))
      .setProperties(struct(result.state));
  }

  async update(request: proto.UpdateRequest): Promise<proto.UpdateResponse> {
    const state = await this.provider.update({
      ...this.operation(request),
      id: request.getId(),
      oldState: properties(request.getOlds()),
      newInputs: properties(request.getNews()),
      timeoutSeconds: request.getTimeout(),
      preview: request.getPreview(),
    });
    return new proto.UpdateResponse().setProperties(struct(state));
  }

  async delete(request: proto.DeleteRequest): Promise<Empty> {
    await this.provider.delete({
      ...this.operation(request),
      id: request.getId(),
      state: properties(request.getProperties()),
      timeoutSeconds: request.getTimeout(),
    });
    return new Empty();
  }

  async invoke(request: proto.InvokeRequest): Promise<proto.InvokeResponse> {
    const token = request.getTok();
    if (!this.provider.invoke) throw new Error(`The provider has no function ${token}.`);
    const result = await this.provider.invoke(token, properties(request.getArgs()));
    return new proto.InvokeResponse().setReturn(struct(result));
  }

  private operation(request: { getUrn(): string }): Operation {
    const urn = request.getUrn();
    const [, , types = "", ...name] = urn.split("::");
    return {
      urn,
      type: types.split("$").at(-1) ?? types,
      name: name.join("::"),
      signal: this.signal,
      info: (message) => this.engine?.log(urn, message),
      warn: (message) => this.engine?.log(urn, message, { severity: LogSeverity.WARNING }),
      status: (message) => this.engine?.log(urn, message, { ephemeral: true }),
    };
  }
}

function autoname(request: proto.CheckRequest): CheckRequest["autoname"] {
  const options = request.getAutonaming();
  if (!options) return undefined;
  if (options.getMode() === proto.CheckRequest.AutonamingOptions.Mode.DISABLE) return "disabled";
  return { proposed: options.getProposedName() };
}

function kind(change: Change): proto.PropertyDiff.Kind {
  const { Kind } = proto.PropertyDiff;
  const plain = { add: Kind.ADD, delete: Kind.DELETE, update: Kind.UPDATE };
  const replacing = { add: Kind.ADD_REPLACE, delete: Kind.DELETE_REPLACE, update: Kind.UPDATE_REPLACE };
  return (change.replace ? replacing : plain)[change.kind];
}

function changes(any: boolean): proto.DiffResponse.DiffChanges {
  return any ? proto.DiffResponse.DiffChanges.DIFF_SOME : proto.DiffResponse.DiffChanges.DIFF_NONE;
}

function properties(message: Struct | undefined): Properties {
  return (message?.toJavaScript() ?? {}) as Properties;
}

function struct(value: Properties): Struct {
  return Struct.fromJavaScript(value);
}
