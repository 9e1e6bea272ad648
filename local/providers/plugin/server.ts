import {
  Server,
  ServerCredentials,
  type handleUnaryCall,
  type sendUnaryData,
  type ServerUnaryCall,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { type PluginAttach, PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Engine } from "./engine";
import { toServiceError } from "./failure";
import { Handlers } from "./handlers";
import type { ResourceProvider } from "./provider";

const LARGEST_MESSAGE = 400 * 1024 * 1024;

/**
 * Serves a provider to the engine that started this process. The engine's address is an argument; the port is
 * printed to stdout.
 */
export async function serve(provider: ResourceProvider): Promise<void> {
  exitWithEngine();
  const engine = process.argv.slice(2).find((argument) => /^[^-].*:\d+$/.test(argument));
  const { port } = await listen(provider, engine);
  process.stdout.write(`${port}\n`);
}

/** A provider that is being served. */
export interface Listening {
  readonly port: number;
  close(): void;
}

/** Serves a provider to an engine. Without its address, engines attach themselves, one after the other: those with the
 * environment variable PULUMI_DEBUG_PROVIDERS=PACKAGE:PORT. */
export async function listen(provider: ResourceProvider, engine?: string): Promise<Listening> {
  const cancellation = new AbortController();
  const handlers = new Handlers(provider, cancellation.signal);
  if (engine) handlers.engine = new Engine(engine);

  const service: UntypedServiceImplementation = {
    handshake: unary(() => handlers.handshake()),
    attach: unary(async (request: PluginAttach) => {
      handlers.engine = new Engine(request.getAddress());
      return new Empty();
    }),
    getPluginInfo: unary(async () => new PluginInfo().setVersion(provider.version)),
    getSchema: unary(async () => new proto.GetSchemaResponse().setSchema("{}")),
    checkConfig: unary(async (request: proto.CheckRequest) =>
      new proto.CheckResponse().setInputs(request.getNews()),
    ),
    diffConfig: unary((request: proto.DiffRequest) => handlers.diffConfig(request)),
    configure: unary((request: proto.ConfigureRequest) => handlers.configure(request)),
    check: unary((request: proto.CheckRequest) => handlers.check(request)),
    diff: unary((request: proto.DiffRequest) => handlers.diff(request)),
    create: unary((request: proto.CreateRequest) => handlers.create(request)),
    read: unary((request: proto.ReadRequest) => handlers.read(request)),
    update: unary((request: proto.UpdateRequest) => handlers.update(request)),
    delete: unary((request: proto.DeleteRequest) => handlers.delete(request)),
    invoke: unary((request: proto.InvokeRequest) => handlers.invoke(request)),
    cancel: unary(async () => {
      cancellation.abort();
      return new Empty();
    }),
  };
  const server = new Server({
    "grpc.max_receive_message_length": LARGEST_MESSAGE,
    "grpc.max_send_message_length": LARGEST_MESSAGE,
  });
  server.addService(ResourceProviderService, service);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { port, close: () => server.forceShutdown() };

  function unary<Request, Response>(
    handle: (request: Request) => Promise<Response>,
  ): handleUnaryCall<Request, Response> {
    return (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>) => {
      const settle = async (): Promise<void> => {
        try {
          const response = await handle(call.request);
          await handlers.engine?.flush();
          callback(null, response);
        } catch (error) {
          await handlers.engine?.flush();
          callback(toServiceError(error));
        }
      };
      void settle();
    };
  }
}

/** Exits when the parent process has changed, because an engine that was killed cannot stop its plugins. */
function exitWithEngine(): void {
  const engine = process.ppid;
  setInterval(() => {
    if (process.ppid !== engine) process.exit(1);
  }, 1000).unref();
}
