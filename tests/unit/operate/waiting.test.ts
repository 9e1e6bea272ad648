import assert from "node:assert/strict";
import { NonRetryableError, until } from "../../../operate/waiting";

const signal = new AbortController().signal;

describe("waiting", () => {
  it("counts an error as false", async () => {
    let asked = 0;
    await until("it is so", 5, signal, async () => {
      if (++asked === 1) throw new Error("not yet");
      return true;
    });
    assert.equal(asked, 2);
  });

  it("names in its error what it waited for", async () => {
    await assert.rejects(
      until("the sun rises", 0, signal, async () => false),
      /timed out after 0 s waiting until the sun rises/,
    );
  });

  it("ends immediately with a NonRetryableError, and when it is aborted", async () => {
    const failing = until("x", 60, signal, async () => {
      throw new NonRetryableError("the publisher failed");
    });
    await assert.rejects(failing, /the publisher failed/);
    const ending = new AbortController();
    const waiting = until("x", 60, ending.signal, async () => false);
    ending.abort();
    await assert.rejects(waiting, { name: "AbortError" });
  });
});
