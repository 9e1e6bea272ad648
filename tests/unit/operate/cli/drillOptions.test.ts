import assert from "node:assert/strict";
import { Command, CommanderError } from "commander";
import { addDrillOptions, checkLoad, type DrillOptions, planOf } from "../../../../operate/cli/drillOptions";
import { SCENES } from "../../../../operate/drill/scenes";

function parse(...args: string[]): DrillOptions {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  addDrillOptions(command);
  return command.parse(args, { from: "user" }).opts<DrillOptions>();
}

function loadOf(scene: string, ...args: string[]) {
  const found = SCENES.find(({ name }) => name === scene);
  assert.ok(found);
  return planOf(found, parse(...args)).load;
}

describe("the load of a drill", () => {
  it("is single tasks by default", () => {
    const { kind, rate, taskSeconds, concurrency } = loadOf("broker-kill");
    assert.deepEqual([kind, rate, taskSeconds, concurrency], ["tasks", 40, 0.05, 2]);
  });

  it("is workflows with --load canvas, at a quarter of the scene's rate", () => {
    const { kind, rate, taskSeconds, concurrency } = loadOf("worker-kill", "--load", "canvas");
    assert.deepEqual([kind, rate, taskSeconds, concurrency], ["canvas", 1.75, 1, 4]);
  });

  it("is as the user sets it", () => {
    const { rate, concurrency } = loadOf("drain", "--load=canvas", "--rate=3", "--concurrency=1");
    assert.deepEqual([rate, concurrency], [3, 1]);
  });

  it("cannot be workflows on the workers of a pool", () => {
    checkLoad(parse("--load=tasks", "--use-pool"));
    checkLoad(parse("--load=canvas"));
    assert.throws(() => checkLoad(parse("--load=canvas", "--use-pool")), {
      name: "UserError",
      message: /^--load canvas cannot run on the pool's own workers .* Omit --use-pool\.$/,
    });
  });

  it("is refused if it does not exist", () => {
    assert.throws(
      () => parse("--load", "chains"),
      (error: unknown) => {
        assert.ok(error instanceof CommanderError);
        assert.match(
          error.message,
          /'--load <kind>' argument 'chains' is invalid. Use one of: tasks, canvas\./,
        );
        return true;
      },
    );
  });
});
