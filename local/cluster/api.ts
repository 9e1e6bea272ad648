import { Agent, request } from "node:https";
import { parse } from "yaml";

/** A minimal client for readiness checks. The official client takes longer to load than the checks themselves. */
export class Api {
  private readonly agent: Agent;
  private readonly server: string;

  constructor(kubeconfig: string) {
    const { clusters, users } = parse(kubeconfig) as Kubeconfig;
    const [cluster, user] = [clusters[0]?.cluster, users[0]?.user];
    if (!cluster || !user) throw new Error("the kubeconfig must have one cluster and one user");
    this.server = cluster.server;
    this.agent = new Agent({
      keepAlive: true,
      ca: decode(cluster["certificate-authority-data"]),
      cert: decode(user["client-certificate-data"]),
      key: decode(user["client-key-data"]),
    });
  }

  /** Returns the body of a response with status 200; undefined for any other response, and without one. */
  get(path: string): Promise<string | undefined> {
    return new Promise((resolve) => {
      const pending = request(`${this.server}${path}`, { agent: this.agent, timeout: 2_000 }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", () => resolve(undefined));
        response.on("end", () =>
          resolve(response.statusCode === 200 ? Buffer.concat(chunks).toString() : undefined),
        );
      });
      pending.on("timeout", () => pending.destroy());
      pending.on("error", () => resolve(undefined));
      pending.end();
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
