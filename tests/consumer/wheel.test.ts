import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { REPOSITORY } from "../../local/paths";
import { packPython, type PythonFiles } from "../../release/pack";

const PYTHON = join(REPOSITORY, "docker/worker/.venv/bin/python");

describe("the Python package as it is published", function () {
  this.timeout(180_000);
  const folder = mkdtempSync(join(tmpdir(), "ha-celery-wheel-"));
  let files: PythonFiles;

  before(async () => {
    files = await packPython(join(folder, "packed"));
  });
  after(() => rmSync(folder, { recursive: true }));

  const python = async (code: string, env: Record<string, string> = {}) =>
    (await execa(PYTHON, ["-c", code], { cwd: folder, env })).stdout;

  it("has its types, license, description and addresses", async () => {
    const list = `import zipfile; print("\\n".join(zipfile.ZipFile(${JSON.stringify(files.wheel)}).namelist()))`;
    const names = (await python(list)).split("\n");
    for (const name of [/^ha_celery\/py\.typed$/, /\.dist-info\/licenses\/LICENSE$/])
      assert.ok(
        names.some((each) => name.test(each)),
        `${name}`,
      );
    assert.deepEqual(
      names.filter((name) => !/^ha_celery(\/|-[\d.a-z]+\.dist-info\/)/.test(name)),
      [],
      "other packages, such as tests",
    );
  });

  it("installs and imports outside of this repository", async () => {
    const installed = join(folder, "installed");
    // Its dependencies are those of the tests' environment.
    await execa(PYTHON, [
      ...["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"],
      ...["--target", installed, files.wheel],
    ]);
    const code =
      "import ha_celery, ha_celery.metrics, ha_celery.drill; print(ha_celery.__file__, ha_celery.create_app('a').main)";
    const [file, app] = (await python(code, { PYTHONPATH: installed })).split(" ");
    assert.equal(file, join(installed, "ha_celery/__init__.py"));
    assert.equal(app, "a");
  });

  it("names its documentation, changes and issues", async () => {
    const code = `import importlib.metadata as m; p = m.metadata("ha-celery"); print(p["License-Expression"], p["Description-Content-Type"], *[u.split(",")[0] for u in p.get_all("Project-URL")])`;
    const found = await python(code, { PYTHONPATH: join(folder, "installed") });
    assert.equal(found, "Apache-2.0 text/markdown Homepage Documentation Repository Issues Changelog");
  });
});
