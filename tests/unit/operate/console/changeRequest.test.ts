import assert from "node:assert/strict";
import type { Body, Session } from "../../../../operate/console/routes";
import { type Console, serveConsole } from "../../../../operate/console/server";
import { NOTHING } from "../../../../operate/console/past";
import { UserError } from "../../../../operate/errors";

const source = { known: NOTHING, listen: () => () => undefined };

describe("changes of the console", () => {
  let done: Body[];
  let printed: string[];
  let running: Console;
  let token: string;

  beforeEach(async () => {
    [done, printed] = [[], []];
    const purge = async (body: Body) => {
      if (body.queue === undefined) throw new UserError("Name a queue.");
      return {
        what: "purge queue mail",
        consent: "12",
        run: async () => {
          if (body.queue === "broken") throw new Error("no broker is ready");
          done.push(body);
          return { text: "12 tasks deleted for good", purged: 12 };
        },
      };
    };
    const print = (line: string) => void printed.push(line);
    running = await serveConsole({ source, writes: { purge }, print }, new Map());
    const session = (await (await fetch(`${running.url}session`)).json()) as Session;
    token = session.token ?? assert.fail("no token");
  });
  afterEach(() => running.close());

  /** Sends a change as the page does, except for these headers. */
  async function post(body: unknown, headers: Record<string, string> = {}, path = "purge") {
    const response = await fetch(running.url + path, {
      method: "POST",
      headers: {
        Origin: new URL(running.url).origin,
        "Content-Type": "application/json",
        "X-CSRF-Token": token,
        ...headers,
      },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    return [response.status, (await response.text()).trim()] as const;
  }

  it("are made with consent, and printed with their outcome", async () => {
    const body = { queue: "mail", consent: " 12 " };
    assert.deepEqual(await post(body), [200, '{"text":"12 tasks deleted for good","purged":12}']);
    assert.deepEqual(done, [body]);
    assert.deepEqual(printed, ["purge queue mail", "12 tasks deleted for good"]);
  });

  it("are not made without consent", async () => {
    for (const consent of [undefined, "", "11", 12, "yes"])
      assert.deepEqual(await post({ queue: "mail", consent }), [
        422,
        "Not confirmed: type 12. Nothing was changed.",
      ]);
    assert.deepEqual([done, printed], [[], []]);
  });

  it("are refused if another page could have sent them", async () => {
    const body = { queue: "mail", consent: "12" };
    for (const [headers, status] of [
      [{ Origin: "http://evil.example" }, 403],
      [{ Origin: "null" }, 403],
      [{ Origin: "" }, 403],
      [{ Origin: new URL(running.url).origin.replace("127.0.0.1", "localhost") }, 403],
      [{ "X-CSRF-Token": "" }, 403],
      [{ "X-CSRF-Token": "0".repeat(32) }, 403],
      [{ "X-CSRF-Token": new URL(running.url).pathname.slice(1, -1) }, 403],
      [{ "Sec-Fetch-Site": "same-site" }, 403],
      [{ "Content-Type": "text/plain" }, 415],
      [{ "Content-Type": "application/x-www-form-urlencoded" }, 415],
    ] as [Record<string, string>, number][])
      assert.equal((await post(body, headers))[0], status, JSON.stringify(headers));
    assert.deepEqual(done, []);
  });

  it("are refused if they are no JSON object, too large, or unknown", async () => {
    for (const body of ["", "12", "[]", "null", "{"]) assert.equal((await post(body))[0], 400, body);
    assert.equal((await post({ queue: "x".repeat(70_000) }))[0], 413);
    for (const path of ["status", "toString", "__proto__", ""])
      assert.equal((await post({ consent: "12" }, {}, path))[0], 404, path);
  });

  it("say what was wrong with the request, or what failed", async () => {
    assert.deepEqual(await post({ consent: "12" }), [422, "Name a queue."]);
    assert.deepEqual(await post({ queue: "broken", consent: "12" }), [502, "no broker is ready"]);
    assert.deepEqual(printed, ["purge queue mail", "purge queue mail: failed: no broker is ready"]);
  });

  it("need --allow-changes: a console that only reads has no token, and answers no POST", async () => {
    const reading = await serveConsole({ source }, new Map());
    assert.deepEqual(await (await fetch(`${reading.url}session`)).json(), {});
    const response = await fetch(`${reading.url}purge`, { method: "POST" });
    assert.equal(response.status, 405);
    await reading.close();
  });
});

describe("queries of the console", () => {
  it("answer JSON to what is asked, and their errors as a sentence", async () => {
    const running = await serveConsole(
      {
        source,
        queries: {
          "dead-letters": async (parameters) => {
            if (parameters.has("fail")) throw new UserError("No broker is ready.");
            return { task: parameters.get("task") };
          },
        },
      },
      new Map(),
    );
    const answer = await fetch(`${running.url}dead-letters?task=shop.mail%20it`);
    assert.equal(answer.headers.get("content-type"), "application/json");
    assert.deepEqual(await answer.json(), { task: "shop.mail it" });
    const failed = await fetch(`${running.url}dead-letters?fail=1`);
    assert.deepEqual([failed.status, await failed.text()], [422, "No broker is ready.\n"]);
    assert.equal((await fetch(`${running.url}constructor`)).status, 404);
    await running.close();
  });
});
