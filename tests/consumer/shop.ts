import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CoreV1Api, type KubeConfig, type V1Pod } from "@kubernetes/client-node";
import { isReady, nameOf } from "../../operate/cluster/objects";
import { executeIn } from "../cluster/machine";

/** What the web answered to tests/consumer/shop/post_orders.py. */
export interface Posted {
  readonly orders: readonly { readonly id: number; readonly published: boolean }[];
  readonly reports: readonly number[];
  readonly errors: readonly string[];
}

/** What the database contains: tests/consumer/shop/state.py. */
export interface ShopState {
  readonly orders: readonly number[];
  readonly items: number;
  readonly withoutReceipt: readonly number[];
  /** Orders of the tasks with a result; an order is listed once per run of its task under another ID. */
  readonly results: readonly number[];
  /** Tasks without success: name, state, and error. */
  readonly unsuccessful: readonly (readonly string[])[];
  /** Numbers of orders and items by report. */
  readonly reports: Readonly<Record<string, readonly [number | null, number | null]>>;
}

/** The deployed examples/django. */
export class Shop {
  private readonly core: CoreV1Api;

  constructor(
    private readonly config: KubeConfig,
    readonly namespace: string,
  ) {
    this.core = config.makeApiClient(CoreV1Api);
  }

  /** Posts orders and reports to the web's Service. */
  async post(seconds: number): Promise<Posted> {
    const answers = await this.inWeb("python", "-c", script("post_orders"), "http://web", String(seconds));
    return JSON.parse(answers) as Posted;
  }

  async state(): Promise<ShopState> {
    return JSON.parse(await this.shell("state")) as ShopState;
  }

  /** Reads the state until it is as expected, or for `seconds`. */
  async stateWhen(expected: (state: ShopState) => boolean, seconds: number): Promise<ShopState> {
    const deadline = Date.now() + seconds * 1000;
    let state = await this.state();
    while (!expected(state) && Date.now() < deadline) {
      await sleep(2000);
      state = await this.state();
    }
    return state;
  }

  /** Creates an order without a task, and a schedule that finds it. Returns the order. */
  async schedule(): Promise<number> {
    return Number(await this.shell("schedule"));
  }

  /** Deletes the broker pod that leads a queue, without waiting for it to stop. Returns its name. */
  async killLeader(queue: string): Promise<string> {
    const [pod] = await this.pods("rabbitmq");
    const listed = await this.inPod(
      pod,
      "rabbitmq",
      ...["rabbitmqctl", "--quiet", "--formatter=json", "list_queues", "--vhost=celery", "name", "leader"],
    );
    const queues = JSON.parse(listed.slice(listed.indexOf("["))) as { name: string; leader: string }[];
    const leader = queues.find(({ name }) => name === queue)?.leader;
    const name = leader?.replace(/^rabbit@/, "").split(".")[0];
    if (!name) throw new Error(`queue ${queue} has no leader: ${listed}`);
    await this.core.deleteNamespacedPod({ name, namespace: this.namespace, gracePeriodSeconds: 0 });
    return name;
  }

  /** Returns the number of messages in a queue. */
  async messagesIn(queue: string): Promise<number> {
    const [pod] = await this.pods("rabbitmq");
    const command = ["rabbitmqctl", "--quiet", "--formatter=json", "list_queues", "--vhost=celery"];
    const listed = await this.inPod(pod, "rabbitmq", ...command, "name", "messages");
    const queues = JSON.parse(listed.slice(listed.indexOf("["))) as { name: string; messages: number }[];
    return queues.find(({ name }) => name === queue)?.messages ?? 0;
  }

  /** Runs a command in a web pod. */
  async inWeb(...command: string[]): Promise<string> {
    const [pod] = await this.pods("web");
    return this.inPod(pod, "web", ...command);
  }

  private shell(name: string): Promise<string> {
    return this.inWeb("python", "manage.py", "shell", "--verbosity=0", "--command", script(name));
  }

  private inPod(pod: V1Pod | undefined, container: string, ...command: string[]): Promise<string> {
    if (!pod) throw new Error(`no pod of ${container} is ready in ${this.namespace}`);
    const place = { config: this.config, namespace: this.namespace, pod: nameOf(pod), container };
    return executeIn(place, ...command);
  }

  private async pods(name: string): Promise<V1Pod[]> {
    const { namespace } = this;
    const labelSelector = `app.kubernetes.io/name=${name}`;
    const { items } = await this.core.listNamespacedPod({ namespace, labelSelector });
    return items.filter(isReady);
  }
}

function script(name: string): string {
  return readFileSync(join(__dirname, "shop", `${name}.py`), "utf8");
}
