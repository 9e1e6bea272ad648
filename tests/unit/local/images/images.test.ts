import assert from "node:assert/strict";
import { chmod, mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { imageFor } from "../../../../local/images/build";
import { hostMirror, makeDebianImage } from "../../../../local/images/debian";
import { imagesPresent } from "../../../../local/images/docker";
import { hasOfficialImage } from "../../../../local/images/official";
import { withWorkFolder, workFolder } from "../../../../local/images/work";
import { fakeHost, recorder, useTemporaryCache } from "../toolchain/fixtures";

describe("base images", () => {
  const cache = useTemporaryCache();
  const official = "python:3.13-slim";

  async function recipe(content = "FROM x") {
    const folder = join(cache.path, "recipe");
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "Dockerfile"), content);
    return { repository: "ha-celery-test", folder, base: { image: "debian:test", id: "sha256:1" } };
  }

  it("have a tag that changes only with content, mode, base and programs", async () => {
    const first = await imageFor(await recipe());
    assert.match(first, /^ha-celery-test:[0-9a-f]{12}$/);
    assert.equal(await imageFor(await recipe()), first);
    assert.notEqual(await imageFor(await recipe("FROM y")), first);
    const same = await recipe();
    assert.notEqual(await imageFor({ ...same, base: { image: "debian:test", id: "sha256:2" } }), first);
    await chmod(join(same.folder, "Dockerfile"), 0o755);
    assert.notEqual(await imageFor(same), first);
    await chmod(join(same.folder, "Dockerfile"), 0o644);
    const programs = { tool: join(cache.path, "tool") };
    await writeFile(programs.tool, "1");
    const withTool = await imageFor({ ...same, programs });
    await writeFile(programs.tool, "22");
    assert.notEqual(await imageFor({ ...same, programs }), withTool);
  });

  it("are the official ones, without a pull, if Docker has them", async () => {
    const host = fakeHost();
    assert.ok(await hasOfficialImage(official, new Map([[official, "sha256:1"]]), recorder().report, host));
    assert.deepEqual(host.calls, []);
  });

  it("are the official ones by digest, too, which Docker lists without their tag", async () => {
    const host = fakeHost();
    const present = new Map([["registry.example:5000/python@sha256:9", "sha256:1"]]);
    const pinned = "registry.example:5000/python:3.13-slim@sha256:9";
    assert.ok(await hasOfficialImage(pinned, present, recorder().report, host));
    assert.deepEqual(host.calls, []);
  });

  it("are pulled if possible", async () => {
    const host = fakeHost({ answers: { "docker pull": {} } });
    await withWorkFolder(recorder().report, async () => {
      assert.ok(await hasOfficialImage(official, new Map(), recorder().report, host));
    });
  });

  it("are not pulled again for a day after a registry was unreachable", async () => {
    const host = fakeHost({ answers: { "docker pull": { exitCode: 1, stderr: "no such host" } } });
    const { lines, report } = recorder();
    await withWorkFolder(report, async () => {
      assert.equal(await hasOfficialImage(official, new Map(), report, host), false);
      assert.equal(await hasOfficialImage(official, new Map(), report, host), false);
    });
    assert.equal(host.calls.length, 1);
    assert.match(lines.join("\n"), /python:3\.13-slim cannot be pulled \(no such host\)/);
  });

  it("remove the folders of a killed run, but not the record of failed pulls", async () => {
    await mkdir(join(workFolder(), "debootstrap-trixie-x", "etc"), { recursive: true });
    await writeFile(join(workFolder(), "unreachable.json"), "{}");
    await withWorkFolder(recorder().report, async () => undefined);
    assert.deepEqual(await readdir(workFolder()), ["unreachable.json"]);
  });

  it("are built from the mirror of the host's apt, or from debootstrap's default", async () => {
    const stdout = "Debian-Security http://security.example/\nDebian http://mirror.example/debian";
    const answers = { "apt-get indextargets": { stdout } };
    assert.equal(await hostMirror(fakeHost({ answers })), "http://mirror.example/debian");
    assert.equal(await hostMirror(fakeHost()), "");
  });

  it("fail with a message without both root and a registry", async () => {
    const made = makeDebianImage("trixie", "ha-celery-debian:trixie", recorder().report, fakeHost());
    await assert.rejects(made, { name: "UserError", message: /requires root.*\n.*docker pull debian/ });
  });

  it("name the package to install if there is no apt-get", async () => {
    const host = fakeHost({ isRoot: true });
    const made = makeDebianImage("trixie", "ha-celery-debian:trixie", recorder().report, host);
    await assert.rejects(made, {
      name: "UserError",
      message: /Install your distribution.s debootstrap package/,
    });
  });

  it("are found with one docker command", async () => {
    const host = fakeHost({
      answers: {
        "docker image ls": {
          stdout: "a 1 sha256:9 sha256:1\nb 2 <none> sha256:2\n<none> <none> <none> sha256:3",
        },
      },
    });
    assert.deepEqual(Object.fromEntries(await imagesPresent(host)), {
      "a:1": "sha256:1",
      "a@sha256:9": "sha256:1",
      "b:2": "sha256:2",
    });
  });

  it("fail with docker's own message", async () => {
    const host = fakeHost({ answers: { docker: { exitCode: 1, stderr: "daemon not running" } } });
    await assert.rejects(imagesPresent(host), {
      name: "UserError",
      message: /docker image ls.*daemon not running/,
    });
  });
});
