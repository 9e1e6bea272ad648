import { isReady } from "../../operate/cluster/objects";
import type { DrillRecord } from "../../operate/drill/record/record";
import { until } from "../../operate/waiting";
import { core, NAMESPACE, pods } from "./machine";

/** A pod of the user's that receives webhooks, and the Secret with its address. */
export const RECEIVER = "webhook-receiver";
export const URL_KEY = "url";
const PORT = 8080;
const READY_SECONDS = 120;

/** Prints each body that is posted to the secret path, as one line. */
const SERVER = `
from http.server import BaseHTTPRequestHandler, HTTPServer
class Hook(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        self.send_response(200 if self.path == "/secret" else 404)
        self.end_headers()
        print("posted", body, flush=True)
HTTPServer(("", ${PORT}), Hook).serve_forever()`;

/** What a webhook receives: the record of the drill, and whose drill it was. */
export type Posted = DrillRecord & {
  readonly text: string;
  readonly namespace: string;
  readonly name: string;
};

/** Starts the receiver outside the installation's namespace, with the image of its workers. */
export async function startReceiver(): Promise<void> {
  const [worker] = await pods("celery-worker");
  const image = worker?.spec?.containers[0]?.image;
  const place = { name: RECEIVER, namespace: "default" };
  await core().createNamespacedPod({
    namespace: place.namespace,
    body: {
      metadata: place,
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [{ name: "receiver", image, command: ["python", "-c", SERVER] }],
      },
    },
  });
  let address = "";
  await until("the receiver runs", READY_SECONDS, AbortSignal.timeout(2 * READY_SECONDS * 1000), async () => {
    const pod = await core().readNamespacedPod(place);
    address = pod.status?.podIP ?? "";
    return isReady(pod) && address !== "";
  });
  await core().createNamespacedSecret({
    namespace: NAMESPACE,
    body: {
      metadata: { name: RECEIVER },
      stringData: { [URL_KEY]: `http://${address}:${PORT}/secret` },
    },
  });
}

/** Returns everything that was posted, the first first. */
export async function posted(): Promise<Posted[]> {
  const log = await core().readNamespacedPodLog({ name: RECEIVER, namespace: "default" });
  return log
    .split("\n")
    .filter((line) => line.startsWith("posted "))
    .map((line) => JSON.parse(line.slice("posted ".length)) as Posted);
}

export async function stopReceiver(): Promise<void> {
  await core().deleteNamespacedPod({ name: RECEIVER, namespace: "default" });
  await core().deleteNamespacedSecret({ name: RECEIVER, namespace: NAMESPACE });
}
