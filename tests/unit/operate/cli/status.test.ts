import assert from "node:assert/strict";
import { refresh } from "../../../../operate/cli/status";

describe("ha-celery status --watch", () => {
  const { error } = console;
  afterEach(() => {
    console.error = error;
  });

  it("goes on while the cluster does not answer, until it is interrupted", async () => {
    const errors: string[] = [];
    console.error = (text: string) => errors.push(text);
    const interrupted = new AbortController();
    let updates = 0;
    await refresh(interrupted.signal, async () => {
      updates++;
      if (updates === 1) throw new Error("connect ECONNREFUSED");
      interrupted.abort();
    });
    assert.equal(updates, 2);
    assert.deepEqual(errors, ["The status cannot be read: connect ECONNREFUSED"]);
  });
});
