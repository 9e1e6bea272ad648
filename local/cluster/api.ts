import { Agent, request } from "node:https";
import { parse } from "yaml";

/** Just enough of a client to see whether a cluster is ready: small, so that looking at a running cluster is quick. */
export class Api {
  private readonly agent: Agent;
  private readonly server: string;

  constructor(kubeconfig: string) {
    const { clusters, users } = parse(kubeconfig) as Kubeconfig;
    const [cluster, user] = [clusters[0]?.cluster, users[0]?.user];
    if (!cluster || !user) throw new Error("a kubeconfig of ours has one cluster and one user");
    this.server = cluster.server;
    this.agent = new Agent({
      keepAlive: true,
      ca: decode(cluster["certificate-authority-data"]),
      cert: decode(user["client-certificate-data"]),
      key: decode(user["client-key-data"]),
    });
  }

  /** The body of an answer with status 200; undefined for any other answer and for none. */
  get(path: string): Promise<string | undefined> {
    return new Promise((resolve) => {
      const asked = request(`${this.server}${path}`, { agent: this.agent, timeout: 2_000 }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("error", () => resolve(undefined));
        answer.on("end", () =>
          resolve(answer.statusCode === 200 ? Buffer.concat(chunks).toString() : undefined),
        );
      });
      asked.on("timeout", () => asked.destroy());
      asked.on("error", () => resolve(undefined));
      asked.end();
    });
  }

  async list<Item>(path: string): Promise<Item[]> {
    const body = await this.get(path);
    return body === undefined ? [] : (JSON.parse(body) as { items: Item[] }).items;
  }

  close(): void {
    this.agent.destroy();
  }
}

interface Kubeconfig {
  clusters: { cluster: { server: string; "certificate-authority-data": string } }[];
  users: { user: { "client-certificate-data": string; "client-key-data": string } }[];
}

const decode = (base64: string) => Buffer.from(base64, "base64");
