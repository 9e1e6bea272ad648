import assert from "node:assert/strict";
import { PATIENT_SECONDS, patiently } from "../../../../operate/cluster/patience";

describe("patience with a busy machine", () => {
  const asked: (number | undefined)[] = [];
  /** Answers only if it has more than three seconds. */
  const slow = async (timeoutSeconds?: number): Promise<string> => {
    asked.push(timeoutSeconds);
    if ((timeoutSeconds ?? 3) <= 3) throw new Error("no answer before the timeout");
    return "answer";
  };
  beforeEach(() => void asked.splice(0));

  it("asks once more with a long timeout", async () => {
    assert.equal(await patiently(slow), "answer");
    assert.deepEqual(asked, [undefined, PATIENT_SECONDS]);
  });

  it("does not ask again after an answer", async () => {
    await patiently(async (seconds) => asked.push(seconds));
    assert.deepEqual(asked, [undefined]);
  });

  it("fails if there is still no answer", async () => {
    await assert.rejects(
      patiently(() => Promise.reject(new Error("refused"))),
      /refused/,
    );
  });
});
