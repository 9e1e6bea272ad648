import assert from "node:assert/strict";
import { Command } from "commander";
import { checkAllowed, drillCommand } from "../../../../operate/cli/drill";
import type { ConnectedCluster } from "../../../../operate/cli/clusterAccess";
import type { DrillOptions } from "../../../../operate/cli/drillOptions";
import type { Installation } from "../../../../operate/cluster/installation";
import { UsageError } from "../../../../operate/errors";
import { SCENES } from "../../../../operate/drill/scenes";
import { apiOff } from "../../../../operate/drill/scenes/apiOff";
import { fakeCluster } from "../fakeCluster";

describe("ha-celery drill history", () => {
  /** Parses a command line, and returns the options of the command that it names. */
  async function optionsOf(...args: string[]): Promise<[command: string, options: object]> {
    const called: [string, object][] = [];
    const access = {
      addOptions: (command: Command) => command.option("--context <name>"),
      connect: async (options: object) => {
        called.push([new Error().stack?.includes("drillHistory") ? "history" : "drill", options]);
        throw new UsageError("no cluster");
      },
      contexts: async () => [],
    };
    const program = new Command();
    drillCommand(program, access);
    await assert.rejects(program.parseAsync(["drill", ...args], { from: "user" }), /no cluster/);
    return called[0] ?? assert.fail("nothing was called");
  }

  it("has its own options, and no scene has its name", async () => {
    const [command, options] = await optionsOf("history", "--json", "--context=staging");
    assert.deepEqual([command, options], ["history", { json: true, context: "staging" }]);
    assert.ok(!SCENES.some(({ name }) => name === "history"));
  });

  it("leaves the options of drills as they are, before and after the scene", async () => {
    for (const args of [
      ["--json", "drain", "--context=staging"],
      ["drain", "--json", "--context=staging"],
    ]) {
      const [command, options] = await optionsOf(...args);
      assert.equal(command, "drill");
      assert.deepEqual(
        [(options as DrillOptions).json, (options as DrillOptions).context],
        [true, "staging"],
      );
    }
  });
});

describe("a scene that stops the control plane", () => {
  const check = (more: Partial<ConnectedCluster>) => {
    const connected = { cluster: fakeCluster({}), local: true, ...more };
    checkAllowed(apiOff, { protected: false } as Installation, connected, {} as DrillOptions);
  };

  it("is refused on a cluster where that is impossible, and the error names the local target", () => {
    assert.throws(() => check({}), {
      name: "UsageError",
      message:
        "api-off stops the Kubernetes API, which is possible only on a local cluster. Run it there: make drill SCENE=api-off",
    });
    check({ controlPlane: { stop: async () => undefined, resume: async () => undefined } });
  });
});
