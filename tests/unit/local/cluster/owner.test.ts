import assert from "node:assert/strict";
import { foreignOwner } from "../../../../local/cluster/owner";

describe("the owner of a local cluster", () => {
  const of = (...checkouts: string[]) =>
    foreignOwner(
      checkouts.map((checkout) => ({ checkout })),
      "/home/me/ha-celery",
    );

  it("is foreign if another checkout created a container of it", () => {
    assert.equal(of("/home/me/ha-celery", "/home/me/other"), "/home/me/other");
  });

  it("is not foreign if this checkout or an older version created it, or if there is none", () => {
    assert.equal(of("/home/me/ha-celery", "/home/me/ha-celery"), undefined);
    assert.equal(of("", ""), undefined);
    assert.equal(of(), undefined);
  });
});
