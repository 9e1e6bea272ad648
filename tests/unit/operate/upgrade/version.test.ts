import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { CELERY, compareMinors, minorOf, satisfies } from "../../../../operate/upgrade/version";

describe("versions of an upgrade check", () => {
  it("are the ones of Celery that the Python package supports", () => {
    const source = readFileSync("docker/worker/ha_celery/versions.py", "utf8");
    const [, least, below] = /SUPPORTED = \{\s+"celery": \("([\d.]+)", "([\d.]+)"\)/.exec(source) ?? [];
    assert.deepEqual({ least, below }, CELERY);
  });

  it("are compared by major and minor version", () => {
    assert.deepEqual(minorOf("v1.34.2-gke.100"), [1, 34]);
    assert.ok(compareMinors("5.10.0", "5.9") > 0);
    assert.ok(compareMinors("v1.9.8", "v1.10.0") < 0);
    assert.equal(compareMinors("v1.34.9", "1.34"), 0);
    assert.equal(compareMinors("unknown", "1.34"), 0);
  });

  it("are in a range of the same major version", () => {
    for (const version of ["4.34.0", "4.34.9", "4.35.0-alpha.1", "4.100.0"])
      assert.ok(satisfies(version, "^4.34.0"), version);
    for (const version of ["4.33.9", "5.0.0", "3.99.0", "unknown"])
      assert.ok(!satisfies(version, "^4.34.0"), version);
    assert.ok(!satisfies("4.34.1", "^4.34.2"));
  });
});
