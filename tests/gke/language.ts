import {
  Server,
  ServerCredentials,
  type sendUnaryData,
  type ServerUnaryCall,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/language_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";

// The language plugin of the official CLI, as far as commands need it that do not run the program, such as
// `pulumi import`.

const unary =
  <Response>(answer: () => Response) =>
  (_: ServerUnaryCall<unknown, Response>, respond: sendUnaryData<Response>) =>
    respond(null, answer());

const service: UntypedServiceImplementation = {
  handshake: unary(() => new proto.LanguageHandshakeResponse()),
  getPluginInfo: unary(() => new PluginInfo().setVersion("3.0.0")),
  getRequiredPackages: unary(() => new proto.GetRequiredPackagesResponse()),
  getRequiredPlugins: unary(() => new proto.GetRequiredPluginsResponse()),
};

const engine = process.ppid;
setInterval(() => {
  if (process.ppid !== engine) process.exit(1);
}, 1000).unref();

const server = new Server();
server.addService(LanguageRuntimeService, service);
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`${port}\n`);
});
