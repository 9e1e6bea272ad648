import assert from "node:assert/strict";
import { request } from "node:http";
import { networkInterfaces } from "node:os";
import { LastValue } from "../../../../operate/console/drills";
import { exportOf } from "../../../../operate/console/export";
import { NOTHING } from "../../../../operate/console/past";
import { Reader } from "../../../../operate/console/reader";
import { type Console, serveConsole } from "../../../../operate/console/server";
import { readSite } from "../../../../operate/console/site";
import { until } from "../../../../operate/waiting";
import { HEALTHY, statusOf } from "../../../console/installations";

const SITE = new Map([
  ["", { type: "text/html", content: Buffer.from("<page>") }],
  ["app.js", { type: "text/javascript", content: Buffer.from("code") }],
]);

describe("the server of the console", () => {
  let reads = 0;
  let running: Console;
  const reader = () =>
    new Reader(
      async () => {
        reads++;
        return statusOf(HEALTHY);
      },
      { refresh: 0.01, timeout: 1 },
    );

  beforeEach(async () => {
    reads = 0;
    running = await serveConsole({ source: reader() }, SITE);
  });
  afterEach(() => running.close());

  it("serves the page below a random token, on loopback", async () => {
    assert.match(running.url, /^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}\/$/);
    const page = await fetch(running.url);
    assert.equal(await page.text(), "<page>");
    assert.equal(await (await fetch(`${running.url}app.js`)).text(), "code");
    const other = await serveConsole({ source: reader() }, SITE);
    assert.notEqual(new URL(other.url).pathname, new URL(running.url).pathname);
    await other.close();
  });

  it("does not listen on another address of this machine", async () => {
    const outside = Object.values(networkInterfaces())
      .flatMap((addresses = []) => addresses)
      .find(({ family, internal }) => family === "IPv4" && !internal);
    if (outside) await assert.rejects(fetch(running.url.replace("127.0.0.1", outside.address)));
  });

  it("shows nothing without the token", async () => {
    const { origin, pathname } = new URL(running.url);
    for (const path of [
      "/",
      "/app.js",
      "/status",
      pathname.slice(0, -1),
      `${pathname.slice(0, -3)}ab/`,
      `/x${pathname}`,
    ])
      assert.equal((await fetch(origin + path)).status, 404, path);
    assert.equal((await fetch(`${running.url}../package.json`)).status, 404);
    assert.equal((await fetch(`${running.url}%2e%2e/package.json`)).status, 404);
    assert.equal(reads, 0);
  });

  it("refuses everything but GET", async () => {
    for (const method of ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
      assert.equal((await fetch(`${running.url}status`, { method })).status, 405, method);
    assert.equal(reads, 0);
  });

  it("refuses another host name, which a foreign page could let point to loopback", async () => {
    const { port, pathname } = new URL(running.url);
    const statusFor = (host: string) =>
      new Promise((resolve, reject) => {
        request({ port, path: pathname, host: "127.0.0.1", headers: { host } }, (response) => {
          response.resume();
          resolve(response.statusCode);
        })
          .on("error", reject)
          .end();
      });
    assert.equal(await statusFor(`localhost:${port}`), 200);
    assert.equal(await statusFor(`evil.example:${port}`), 403);
  });

  it("forbids the page everything that it does not need", async () => {
    const { headers } = await fetch(running.url);
    const policy = headers.get("content-security-policy") ?? "";
    assert.match(policy, /default-src 'none'/);
    assert.doesNotMatch(policy, /unsafe|\*|http/);
    assert.equal(headers.get("cache-control"), "no-store");
    assert.equal(headers.get("referrer-policy"), "no-referrer");
  });

  it("sends what is known, then each status, and stops reading when the tab is closed", async () => {
    const tab = new AbortController();
    const { body, headers } = await fetch(`${running.url}status`, { signal: tab.signal });
    assert.equal(headers.get("content-type"), "text/event-stream");
    let text = "";
    for await (const chunk of body ?? []) {
      text += Buffer.from(chunk).toString();
      if (text.split("event: observation").length > 2) break;
    }
    tab.abort();
    assert.match(
      text,
      /^retry: 2000\n\nevent: past\ndata: \{.*\}\n\nevent: observation\ndata: \{"at":\d+,"status":/,
    );
    let before = -1;
    await until("nothing is read anymore", 5, new AbortController().signal, async () => {
      const stopped = reads === before;
      before = reads;
      return stopped;
    });
  });

  it("sends the value of each feed, then every new one", async () => {
    const feed = new LastValue(1);
    const other = await serveConsole({ source: reader(), feeds: { number: feed } }, SITE);
    const tab = new AbortController();
    const { body } = await fetch(`${other.url}status`, { signal: tab.signal });
    let text = "";
    for await (const chunk of body ?? []) {
      text += Buffer.from(chunk).toString();
      if (text.includes("data: 2\n")) break;
      if (text.includes("data: 1\n")) feed.set(2);
    }
    tab.abort();
    assert.match(text, /event: number\ndata: 1\n\n[^]*event: number\ndata: 2\n\n/);
    await other.close();
  });

  it("sends a long history", async () => {
    const history = "x".repeat(9_000_000);
    const feeds = { history: new LastValue(history) };
    const other = await serveConsole({ source: reader(), feeds }, SITE);
    try {
      let bytes = 0;
      const { body } = await fetch(`${other.url}status`);
      for await (const chunk of body ?? []) {
        bytes += (chunk as Uint8Array).length;
        if (bytes > history.length) break;
      }
      assert.ok(bytes > history.length, `${bytes} bytes`);
    } finally {
      await other.close();
    }
  });

  it("lets the browser save a document, which does not know the token", async () => {
    const page = '<link rel="stylesheet" href="app.css" /><script type="module" src="app.js"></script>';
    const site = new Map(SITE).set("", { type: "text/html", content: Buffer.from(page) });
    const exported = exportOf(site, { past: NOTHING, drills: [] }, 0);
    const other = await serveConsole({ documents: { export: async () => exported } }, SITE);
    const response = await fetch(`${other.url}export`);
    assert.equal(
      response.headers.get("content-disposition"),
      'attachment; filename="ha-celery-1970-01-01T000000Z.html"',
    );
    const text = await response.text();
    assert.equal(text, exported.content);
    assert.ok(!text.includes(new URL(other.url).pathname.replaceAll("/", "")));
    // Without a source, there is no status.
    assert.equal((await fetch(`${other.url}status`)).status, 404);
    await other.close();
  });

  it("ends while a tab is open", async () => {
    const tab = await fetch(`${running.url}status`);
    await running.close();
    await assert.rejects(tab.text());
    running = await serveConsole({ source: reader() }, SITE);
  });

  it("says that a port is in use", async () => {
    const port = Number(new URL(running.url).port);
    await assert.rejects(serveConsole({ source: reader() }, SITE, { port }), {
      name: "UsageError",
      message: `Port ${port} is in use by another program. Choose another one, or omit --port to use any that is free.`,
    });
  });
});

describe("the files of the console", () => {
  it("are built by a command that the error names", () => {
    assert.throws(
      () => readSite("/nowhere"),
      /page is missing in \/nowhere\. Build it: npm run build:console/,
    );
  });
});
