import assert from "node:assert/strict";
import { UndoStack } from "../../../../operate/drill/undoStack";

describe("undoing a drill", () => {
  it("runs in reverse order, once, and continues past failures", async () => {
    const [done, said]: [string[], string[]] = [[], []];
    const undoStack = new UndoStack((text) => said.push(text));
    undoStack.push("first", async () => void done.push("first"));
    undoStack.push("second", async () => {
      done.push("second");
      throw new Error("no answer");
    });
    undoStack.push("third", async () => void done.push("third"));
    assert.deepEqual(await undoStack.undoAll(), ["second: no answer"]);
    assert.deepEqual(done, ["third", "second", "first"]);
    assert.deepEqual(said, ["third", "first"]);
    assert.deepEqual(await undoStack.undoAll(), []);
    assert.equal(done.length, 3);
  });

  it("can keep the first actions for later", async () => {
    const done: string[] = [];
    const undoStack = new UndoStack(() => undefined);
    undoStack.push("first", async () => void done.push("first"));
    const before = undoStack.size;
    undoStack.push("second", async () => void done.push("second"));
    undoStack.push("third", async () => void done.push("third"));
    await undoStack.undoAll(before);
    assert.deepEqual(done, ["third", "second"]);
    await undoStack.undoAll();
    assert.deepEqual(done, ["third", "second", "first"]);
  });
});
