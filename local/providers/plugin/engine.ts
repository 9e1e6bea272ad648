import { credentials } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

/** Client for the engine's log, whose lines appear beside the resource in the user's output. */
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
    // Sent one after the other to preserve their order. Errors are ignored: a lost line must not fail the operation.
    this.pending = this.pending.then(
      () => new Promise((resolve) => void this.client.log(request, () => resolve())),
    );
  }

  /** Resolves when all lines so far have been sent. */
  flush(): Promise<void> {
    return this.pending;
  }
}
