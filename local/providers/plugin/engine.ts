import { credentials } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

/** The engine's log: what we say appears beside the resource in the user's output. */
export class Engine {
  private readonly client: EngineClient;
  private pending: Promise<void> = Promise.resolve();

  constructor(address: string) {
    this.client = new EngineClient(address, credentials.createInsecure());
  }

  log(urn: string, message: string, options: { severity?: LogSeverity; ephemeral?: boolean } = {}): void {
    const request = new LogRequest()
      .setUrn(urn)
      .setMessage(message)
      .setSeverity(options.severity ?? LogSeverity.INFO)
      .setEphemeral(options.ephemeral ?? false);
    // One after the other, so that lines keep their order. A lost line must not fail the operation.
    this.pending = this.pending.then(
      () => new Promise((resolve) => void this.client.log(request, () => resolve())),
    );
  }

  /** Resolves when everything said so far has arrived. */
  flush(): Promise<void> {
    return this.pending;
  }
}
