import assert from "node:assert/strict";
import { CommandError } from "@pulumi/pulumi/automation";
import { OperationLog } from "../../../local/stack";

describe("the error of a Pulumi operation", () => {
  const log = () => new OperationLog(() => undefined);

  it("is what the CLI printed, once, if the engine did not start", () => {
    // As CommandResult.toString() writes it: the line is in the output and in the error.
    const line = "error: validating stack config: key 'clientNamespaces' must be of type 'array<string>'";
    const failed = `Command failed with exit code 1: pulumi up --yes\n${line}`;
    const cause = new CommandError(`code: -2\n stdout: \n stderr: ${failed}\n err?: Error: ${failed}`);
    const { name, message } = log().failure("up", cause);
    assert.equal(name, "UserError");
    assert.equal(
      message,
      "pulumi up failed:\n\nvalidating stack config: key 'clientNamespaces' must be of type 'array<string>'",
    );
  });

  it("is any other error, unchanged", () => {
    const cause = new TypeError("a fault in our code");
    assert.equal(log().failure("up", cause), cause);
  });
});
