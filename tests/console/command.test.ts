import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Session } from "../../operate/console/routes";
import { REPOSITORY } from "../../local/paths";
import { addressIn } from "./printed";

const base64 = (text: string) => Buffer.from(text).toString("base64");

/** What a Kubernetes API answers that has one installation and nothing else. */
const ANSWERS: Readonly<Record<string, unknown>> = {
  "/version": { major: "1", minor: "34" },
  "/apis/apps/v1/statefulsets": {
    items: [
      {
        metadata: { name: "mq", namespace: "shop" },
        spec: {
          replicas: 3,
          serviceName: "mq-nodes",
          selector: { matchLabels: { app: "mq" } },
          template: {},
        },
      },
    ],
  },
  "/api/v1/namespaces/shop/secrets": {
    items: [
      {
        metadata: {},
        data: { "management-url": base64("http://user:secret@mq:15672"), vhost: base64("jobs") },
      },
    ],
  },
  "/apis/apps/v1/namespaces/shop/deployments": { items: [] },
};

describe("ha-celery console", function () {
  this.timeout(180_000);
  const folder = mkdtempSync(join(tmpdir(), "ha-celery-console-"));
  const kubeconfig = join(folder, "kubeconfig");
  let api: Server;

  before(async () => {
    api = createServer(({ url = "" }, response) => {
      const answer = ANSWERS[url.replace(/\?.*/, "")];
      response.setHeader("Content-Type", "application/json");
      response.statusCode = answer ? 200 : 403;
      response.end(JSON.stringify(answer ?? { kind: "Status", message: `${url} is forbidden` }));
    }).listen(0, "127.0.0.1");
    await once(api, "listening");
    const server = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        clusters: [
          { name: "fake", cluster: { server, "insecure-skip-tls-verify": true } },
          { name: "away", cluster: { server: "http://127.0.0.1:1" } },
        ],
        users: [{ name: "fake", user: {} }],
        contexts: ["fake", "away"].map((name) => ({ name, context: { cluster: name, user: "fake" } })),
        "current-context": "fake",
      }),
    );
  });
  after(() => {
    api.closeAllConnections();
    api.close();
    rmSync(folder, { recursive: true });
  });

  const start = (...args: string[]): ChildProcess =>
    spawn("node", ["--import=tsx", "operate/cli/main.ts", "console", "--kubeconfig", kubeconfig, ...args], {
      cwd: REPOSITORY,
      stdio: ["ignore", "pipe", "pipe"],
    });

  it("prints the address, serves the page, tells why a status cannot be read, and ends with Ctrl-C", async () => {
    const child = start("--no-open");
    const url = await addressIn(child);
    assert.match(await (await fetch(url)).text(), /<title>ha-celery console<\/title>/);
    const text = await firstObservation(url);
    assert.match(text, /"kind":"unreachable","message":"The status cannot be read: .* is forbidden"/);
    assert.doesNotMatch(text, /secret/);
    const open = await fetch(`${url}status`);
    const ended = once(child, "exit");
    child.kill("SIGINT");
    assert.deepEqual(await ended, [0, null]);
    await assert.rejects(open.text());
  });

  it("continues if nobody reads its output, as with `| head -1`", async () => {
    const child = start("--no-open", "--allow-changes");
    const url = await addressIn(child);
    child.stdout?.destroy();
    const { token } = (await (await fetch(`${url}session`)).json()) as Session;
    // Prints two lines: what it does, and that it failed, because the API forbids what it needs.
    for (let attempt = 0; attempt < 2; attempt++) {
      const response = await fetch(`${url}dead-letters/replay`, {
        method: "POST",
        headers: {
          Origin: new URL(url).origin,
          "Content-Type": "application/json",
          "X-CSRF-Token": token ?? assert.fail("no token"),
        },
        body: JSON.stringify({ selection: {}, count: 1, seen: "", at: Date.now(), consent: "1" }),
      });
      assert.ok(response.status >= 400, await response.text());
    }
    assert.equal((await fetch(url)).status, 200);
    child.kill("SIGINT");
    assert.deepEqual(await once(child, "exit"), [0, null]);
  });

  it("shows installations of other contexts, and asks their clusters only then", async () => {
    const child = start("--no-open");
    const url = await addressIn(child);
    assert.deepEqual(await (await fetch(`${url}contexts`)).json(), ["fake", "away"]);
    assert.deepEqual(await (await fetch(`${url}installations?in=fake`)).json(), [
      { namespace: "shop", name: "mq" },
    ]);
    const refusal = await (await fetch(`${url}installations?in=away`)).text();
    assert.match(refusal, /^The cluster of context "away" \(http:\/\/127\.0\.0\.1:1\) does not answer/);
    const other = (context: string) => firstObservation(url, `?context=${context}&namespace=lab&name=x`);
    assert.match(await other("fake"), /"kind":"missing","message":"No installation named x/);
    assert.match(
      await other("away"),
      /"kind":"unreachable","message":"The status cannot be read: The cluster of/,
    );
    assert.match(await other("none"), /"kind":"unreachable".*There is no context \\"none\\"/);
    child.kill("SIGINT");
    await once(child, "exit");
  });
});

/** What a tab gets until the status was read once. */
async function firstObservation(url: string, search = ""): Promise<string> {
  const { body } = await fetch(`${url}status${search}`);
  let text = "";
  for await (const chunk of body ?? []) {
    text += Buffer.from(chunk).toString();
    if (text.includes("event: observation")) break;
  }
  return text;
}
