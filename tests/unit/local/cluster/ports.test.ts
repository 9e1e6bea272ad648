import assert from "node:assert/strict";
import { createServer, type Server } from "node:net";
import { choosePort } from "../../../../local/cluster/ports";
import { UserError } from "../../../../operate/errors";

const everyPort = () => Promise.resolve(true);

describe("ports of a local cluster", () => {
  it("are the preferred ones if they are free", async () => {
    assert.equal(await choosePort(5000, new Set(), everyPort), 5000);
  });

  it("skip those of other clusters, running or not", async () => {
    assert.equal(await choosePort(5000, new Set([5000, 5001]), everyPort), 5002);
  });

  it("skip ports on which another program listens", async () => {
    const server = await listen();
    const { port } = server.address() as { port: number };
    const chosen = await choosePort(port, new Set());
    server.close();
    assert.ok(chosen > port);
  });

  it("fail with a clear message if none is free", async () => {
    await assert.rejects(
      choosePort(5000, new Set(), () => Promise.resolve(false)),
      (error: Error) => error instanceof UserError && error.message.includes("No port from 5000 to 5099"),
    );
  });
});

function listen(): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer().listen({ host: "127.0.0.1", port: 0 }, () => resolve(server));
  });
}
