import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import baseImages from "../../../../docker/base-images.json";
import { moveBaseImages } from "../../../../local/images/moveBaseImages";
import { type Answers, fakeHost, recorder, useTemporaryCache } from "../toolchain/fixtures";

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;

describe("docker/base-images.json", () => {
  const cache = useTemporaryCache();

  async function move(images: Record<string, string>, answers: Answers) {
    const file = join(cache.path, "base-images.json");
    await writeFile(file, JSON.stringify(images));
    const { lines, report } = recorder();
    const error = await moveBaseImages(report, file, fakeHost({ answers })).then(
      () => undefined,
      (caught: unknown) => caught,
    );
    return { lines, error, images: JSON.parse(await readFile(file, "utf8")) as Record<string, string> };
  }

  const pulled = (from: string) => ({ stdout: `4.3: Pulling from library/x\nDigest: ${from}\nStatus: done` });

  it("names every base image by tag and digest", () => {
    for (const image of Object.values(baseImages)) assert.match(image, /^[^@]+:[\w.-]+@sha256:[0-9a-f]{64}$/);
  });

  it("moves to the digests that the registry has for the tags", async () => {
    const { images, lines } = await move(
      { rabbitmq: `rabbitmq:4.3@${digest("1")}`, worker: "registry.example:5000/python:3.13" },
      {
        "docker pull rabbitmq:4.3": pulled(digest("2")),
        "docker pull registry.example:5000/python:3.13": pulled(digest("3")),
      },
    );
    assert.deepEqual(images, {
      rabbitmq: `rabbitmq:4.3@${digest("2")}`,
      worker: `registry.example:5000/python:3.13@${digest("3")}`,
    });
    assert.deepEqual(lines.slice(2), [
      `rabbitmq: rabbitmq:4.3 from ${digest("1")} to ${digest("2")}`,
      `worker: registry.example:5000/python:3.13 from no digest to ${digest("3")}`,
    ]);
  });

  it("says so if nothing is newer", async () => {
    const before = { worker: `python:3.13@${digest("1")}` };
    const { images, lines } = await move(before, { "docker pull": pulled(digest("1")) });
    assert.deepEqual(images, before);
    assert.equal(lines.at(-1), "worker: python:3.13 has not changed");
  });

  it("stays as it is if one of them cannot be moved, and says why of all", async () => {
    const before = {
      rabbitmq: `rabbitmq:4.3@${digest("1")}`,
      worker: `python@${digest("1")}`,
      other: "other:1",
      good: "good:1",
    };
    const { images, error } = await move(before, {
      "docker pull rabbitmq": { exitCode: 1, stderr: "Error: no such host" },
      "docker pull other": { stdout: "" },
      "docker pull good": pulled(digest("2")),
    });
    assert.deepEqual(images, before);
    assert.equal((error as Error).name, "UserError");
    const [head, ...problems] = (error as Error).message.split("\n  ");
    assert.match(head ?? "", /base-images\.json is unchanged, because of:$/);
    assert.deepEqual(problems, [
      "rabbitmq: docker pull rabbitmq:4.3 failed (Error: no such host). Give Docker access to the registry, or name an image of another one.",
      `worker is "python@${digest("1")}", which has no tag to follow. Write it as IMAGE:TAG.`,
      "other: docker pull other:1 printed no digest. Write it into the file by hand.",
    ]);
  });
});
