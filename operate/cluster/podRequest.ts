import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { Duplex, PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import type { Cluster } from "./cluster";

export interface PodRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
  readonly path: string;
  readonly tls?: boolean;
  /** `user:password` */
  readonly auth?: string;
  /** Sent as JSON in a POST request. */
  readonly body?: object;
  /** @default 5 */
  readonly timeoutSeconds?: number;
}

/** Sends an HTTP request to a server in a pod, as `requestPodText` does, and returns its JSON response. */
export async function requestPod<T>(cluster: Cluster, podRequest: PodRequest): Promise<T> {
  const content = await requestPodText(cluster, podRequest);
  return (content ? JSON.parse(content) : undefined) as T;
}

/**
 * Sends an HTTP request to a server in a pod through a port-forward, and returns the response's text. Nothing has to be
 * exposed. Unlike the API server's proxy, a port-forward is not subject to NetworkPolicies.
 */
export async function requestPodText(cluster: Cluster, podRequest: PodRequest): Promise<string> {
  const { namespace, pod, port, timeoutSeconds = 5 } = podRequest;
  // The timer of AbortSignal.timeout would let a process exit that waits for nothing else.
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), timeoutSeconds * 1000);
  const [sent, received] = [new PassThrough(), new PassThrough()];
  const opening = cluster.forward.portForward(namespace, pod, [port], received, null, sent);
  const close = () =>
    void opening.then(
      (channel) => "close" in channel && channel.close(),
      () => undefined,
    );
  try {
    await Promise.race([opening, rejectOnAbort(timeout.signal)]);
    return await send(podRequest, Duplex.from({ readable: received, writable: sent }), timeout.signal);
  } finally {
    clearTimeout(timer);
    close();
  }
}

function send(podRequest: PodRequest, connection: Duplex, signal: AbortSignal): Promise<string> {
  const { path, auth, body, tls } = podRequest;
  const options = {
    path,
    signal,
    ...(auth && { auth }),
    method: body ? "POST" : "GET",
    headers: { connection: "close", ...(body && { "content-type": "application/json" }) },
    createConnection: () => connection,
  };
  return new Promise((resolve, reject) => {
    // The certificate is for the name that clients use, not for this address. The API server vouches for the pod
    // instead.
    const pending = tls
      ? httpsRequest({
          ...options,
          createConnection: undefined,
          socket: connection,
          rejectUnauthorized: false,
        } as object)
      : httpRequest(options);
    pending.on("response", (response) => {
      text(response).then((content) => {
        if (response.statusCode && response.statusCode < 300) resolve(content);
        else reject(new Error(`${path} answered ${response.statusCode}: ${content.slice(0, 200)}`));
      }, reject);
    });
    pending.on("error", reject);
    pending.end(body && JSON.stringify(body));
  });
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new Error("no answer before the timeout")), { once: true });
  });
}
