import { createServer, type AddressInfo, type Socket } from "node:net";
import { Writable } from "node:stream";
import type { Cluster } from "../cluster/cluster";
import { messageOf } from "../errors";

/** A port of a pod. */
export interface PodPort {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
}

/** A port of 127.0.0.1 that leads to a pod through the Kubernetes API, like `kubectl port-forward`. */
export interface Tunnel {
  readonly port: number;
  close(): void;
}

/** Unlike a connection to a Service, this is not subject to NetworkPolicies. */
export async function openTunnel(cluster: Pick<Cluster, "forward">, target: PodPort): Promise<Tunnel> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    // Without a listener, an error would end the process. The client on this port sees its connection end.
    socket.on("error", () => undefined);
    carry(cluster, target, socket).catch((error: unknown) => socket.destroy(new Error(messageOf(error))));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
      sockets.forEach((socket) => socket.destroy());
    },
  };
}

async function carry(
  cluster: Pick<Cluster, "forward">,
  { namespace, pod, port }: PodPort,
  socket: Socket,
): Promise<void> {
  // The node reports here that it cannot connect, and leaves the stream open. Its first message has the port's number
  // only, of which the library leaves an empty text.
  const failure = new Writable({
    write: (text: Buffer, _, done) => {
      if (text.length > 0) socket.destroy(new Error(text.toString()));
      done();
    },
  });
  const stream = await cluster.forward.portForward(namespace, pod, [port], socket, failure, socket);
  // Only a stream that connects again by itself is a function.
  if (typeof stream === "function") return;
  stream.onclose = () => socket.destroy();
  socket.on("close", () => stream.close());
}
