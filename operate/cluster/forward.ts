import { request as plain } from "node:http";
import { request as secure } from "node:https";
import { Duplex, PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import type { Cluster } from "./cluster";

export interface Question {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
  readonly path: string;
  readonly tls?: boolean;
  /** `user:password` */
  readonly auth?: string;
  /** Sent by POST as JSON. */
  readonly body?: object;
  /** @default 5 */
  readonly timeoutSeconds?: number;
}

/** The JSON answer of a server in a pod, asked by port-forwarding: nothing has to be exposed, and it reaches the pod past every NetworkPolicy,
 * which the API server's proxy does not. */
export async function ask<T>(cluster: Cluster, question: Question): Promise<T> {
  const { namespace, pod, port, timeoutSeconds = 5 } = question;
  // Not AbortSignal.timeout: its timer lets a process end that has nothing else to wait for.
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), timeoutSeconds * 1000);
  const [sent, received] = [new PassThrough(), new PassThrough()];
  const opening = cluster.forward.portForward(namespace, pod, [port], received, null, sent);
  const close = () =>
    void opening.then(
      (channel) => "close" in channel && channel.close(),
      () => undefined,
    );
  try {
    await Promise.race([opening, aborted(late.signal)]);
    return await answer<T>(question, Duplex.from({ readable: received, writable: sent }), late.signal);
  } finally {
    clearTimeout(timer);
    close();
  }
}

function answer<T>(question: Question, connection: Duplex, signal: AbortSignal): Promise<T> {
  const { path, auth, body, tls } = question;
  const options = {
    path,
    signal,
    ...(auth && { auth }),
    method: body ? "POST" : "GET",
    headers: { connection: "close", ...(body && { "content-type": "application/json" }) },
    createConnection: () => connection,
  };
  return new Promise((resolve, reject) => {
    // The API server has vouched for the pod; its certificate is for the name that clients use, which this address is not.
    const asked = tls
      ? secure({
          ...options,
          createConnection: undefined,
          socket: connection,
          rejectUnauthorized: false,
        } as object)
      : plain(options);
    asked.on("response", (response) => {
      text(response).then((said) => {
        if (response.statusCode && response.statusCode < 300)
          resolve((said ? JSON.parse(said) : undefined) as T);
        else reject(new Error(`${path} answered ${response.statusCode}: ${said.slice(0, 200)}`));
      }, reject);
    });
    asked.on("error", reject);
    asked.end(body && JSON.stringify(body));
  });
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new Error("no answer in time")), { once: true });
  });
}
