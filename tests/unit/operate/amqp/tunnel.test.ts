import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type PodPort, openTunnel } from "../../../../operate/amqp/tunnel";
import { fakeCluster } from "../fakeCluster";

type Forward = (output: Socket, errors: Socket, input: Socket) => object;

const TARGET: PodPort = { namespace: "shop", pod: "mq-1", port: 5671 };

/** Opens a tunnel through this port-forward, and a connection to it. */
async function open(forward: Forward) {
  const asked: unknown[] = [];
  const portForward = async (...words: unknown[]) => {
    asked.push(words.slice(0, 3));
    const [, , , output, errors, input] = words as [string, string, number[], Socket, Socket, Socket];
    return forward(output, errors, input);
  };
  const tunnel = await openTunnel(fakeCluster({}, { forward: { portForward } }), TARGET);
  const client = connect(tunnel.port, "127.0.0.1");
  client.on("error", () => undefined);
  return { tunnel, client, asked };
}

describe("a tunnel to a pod", () => {
  it("carries bytes both ways, and ends the stream with the connection", async () => {
    let closed: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (closed = resolve));
    const { tunnel, client, asked } = await open((output, _, input) => {
      input.on("data", (bytes) => output.write(`echo ${bytes.toString()}`));
      return { close: () => closed() };
    });
    client.write("hello");
    const [answer] = (await once(client, "data")) as [Buffer];
    assert.equal(answer.toString(), "echo hello");
    assert.deepEqual(asked, [["shop", "mq-1", [5671]]]);
    client.destroy();
    await ended;
    tunnel.close();
  });

  const FAILURES: [string, Forward][] = [
    [
      "the node cannot connect",
      (_, errors) => {
        errors.write("connection refused");
        return { close: () => undefined };
      },
    ],
    [
      "the API server refuses",
      () => {
        throw new Error("forbidden");
      },
    ],
    [
      "the stream ends",
      () => {
        const stream = { onclose: (): void => undefined, close: () => undefined };
        setTimeout(() => stream.onclose(), 10);
        return stream;
      },
    ],
  ];
  for (const [when, forward] of FAILURES)
    it(`ends the connection when ${when}`, async () => {
      const { tunnel, client } = await open(forward);
      await once(client, "close");
      tunnel.close();
    });
});
