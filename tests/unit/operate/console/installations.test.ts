import assert from "node:assert/strict";
import { chooserQueries } from "../../../../operate/console/chooser";
import {
  type Choice,
  choiceIn,
  Installations,
  parametersOf,
} from "../../../../operate/console/installations";
import { type Console, serveConsole } from "../../../../operate/console/server";
import { fakeCluster } from "../fakeCluster";

const FIRST: Choice = { context: "prod", namespace: "shop", name: "mq" };

describe("the installations of a console", () => {
  let opened: Choice[];
  let closed: string[];
  /** Names of those that a tab shows. */
  let busy: Set<string>;
  let shown: Installations;
  beforeEach(() => {
    [opened, closed, busy] = [[], [], new Set()];
    shown = new Installations(FIRST, (choice) => {
      opened.push(choice);
      return {
        routes: { queries: { which: async () => choice } },
        isIdle: () => !busy.has(choice.name),
        close: async () => void closed.push(choice.name),
      };
    });
  });
  const ask = (choice?: Partial<Choice>) =>
    shown.routesFor(new URLSearchParams(choice)).queries?.which?.(new URLSearchParams());
  const other = (index: number): Choice => ({ ...FIRST, name: `mq-${index}` });

  it("are named by an address, and the first one is shown without names", async () => {
    assert.deepEqual(await ask(), FIRST);
    assert.deepEqual(await ask({ context: "staging" }), FIRST);
    const staging = { context: "staging", namespace: "a&b", name: "x=y" };
    assert.deepEqual(await ask(staging), staging);
    assert.deepEqual(choiceIn(parametersOf(staging)), staging);
    assert.deepEqual(opened, [FIRST, staging]);
  });

  it("are kept, but not more than a few that nobody looks at", async () => {
    busy.add("mq-0");
    for (let index = 0; index < 30; index++) await ask(other(index));
    assert.equal(opened.length, 30);
    await ask(other(29));
    await ask(other(0));
    assert.equal(opened.length, 30);
    await ask(other(5));
    assert.equal(opened.length, 31);
    await shown.close();
    assert.equal(closed.length, 10);
  });

  describe("by a server", () => {
    let running: Console;
    beforeEach(async () => {
      running = await serveConsole((parameters) => shown.routesFor(parameters), new Map());
    });
    afterEach(() => running.close());

    it("are chosen by each request", async () => {
      const which = async (search: string) => (await fetch(`${running.url}which${search}`)).json();
      assert.deepEqual(await which(""), FIRST);
      assert.deepEqual(await which(`?${parametersOf(other(1))}`), other(1));
    });

    it("are not looked for without the token", async () => {
      await fetch(new URL("/which", running.url));
      assert.deepEqual(opened, []);
    });
  });
});

describe("the chooser of the console", () => {
  const set = (namespace: string, name: string) => ({ metadata: { namespace, name } });
  const SETS = [set("shop", "mq"), set("lab", "mq"), set("lab", "a")];

  const chooser = (cluster: ReturnType<typeof fakeCluster>) =>
    chooserQueries({ list: async () => ["prod", "staging"], cluster: async () => cluster }, 0.05);
  const inContext = (queries: ReturnType<typeof chooser>) =>
    queries.installations?.(new URLSearchParams({ in: "prod" }));

  it("lists the contexts without asking a cluster, and the installations of one", async () => {
    let asked = 0;
    const queries = chooser(
      fakeCluster({ apps: { listStatefulSetForAllNamespaces: () => (asked++, { items: SETS }) } }),
    );
    assert.deepEqual(await queries.contexts?.(new URLSearchParams()), ["prod", "staging"]);
    assert.equal(asked, 0);
    assert.deepEqual(await inContext(queries), [
      { namespace: "lab", name: "a" },
      { namespace: "lab", name: "mq" },
      { namespace: "shop", name: "mq" },
    ]);
  });

  it("lists those of the context's namespace for a user who may not list them all", async () => {
    const forbidden = () => {
      throw Object.assign(new Error("forbidden"), { code: 403 });
    };
    const answers = {
      listStatefulSetForAllNamespaces: forbidden,
      listNamespacedStatefulSet: ({ namespace }: { namespace: string }) => ({
        items: SETS.filter(({ metadata }) => metadata.namespace === namespace),
      }),
    };
    assert.deepEqual(await inContext(chooser(fakeCluster({ apps: answers }, { namespace: "shop" }))), [
      { namespace: "shop", name: "mq" },
    ]);
    await assert.rejects(async () => inContext(chooser(fakeCluster({ apps: answers }))), /forbidden/);
  });

  it("does not wait for a cluster forever", async () => {
    const silent = fakeCluster({
      apps: { listStatefulSetForAllNamespaces: () => new Promise(() => undefined) },
    });
    await assert.rejects(async () => inContext(chooser(silent)), /no answer within 0.05 s/);
  });
});
