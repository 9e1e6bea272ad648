import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { ACCESS_TOKEN, CLUSTER, type Google } from "./google";

/** Environment variable with the endpoint of Google's API for clusters. The provider reads it, too. */
export const ENDPOINT_VARIABLE = "GOOGLE_CONTAINER_CUSTOM_ENDPOINT";

/** Google's API for clusters: lists those of a location. */
export class ContainerApi {
  private readonly server = createServer((request, response) => {
    response.setHeader("content-type", "application/json");
    response.statusCode = request.headers.authorization === `Bearer ${ACCESS_TOKEN}` ? 200 : 401;
    response.end(JSON.stringify({ clusters: this.clusters(request) }));
  });

  constructor(private readonly google: Google) {}

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1/`;
  }

  close(): void {
    this.server.close();
  }

  /** Google reports the name of the subnetwork, not its ID. */
  private clusters({ url = "" }: IncomingMessage): object[] {
    return this.google
      .list(CLUSTER)
      .filter((id) => url === `/v1/${id.replace(/\/[^/]+$/, "")}`)
      .map((id) => {
        const { name, subnetwork } = this.google.find(id)?.properties ?? {};
        return { name, subnetwork: String(subnetwork).split("/").at(-1) };
      });
  }
}
