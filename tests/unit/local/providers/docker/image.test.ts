import assert from "node:assert/strict";
import { registryHost, repository } from "../../../../../local/providers/docker/image";

describe("docker stand-in: names", () => {
  for (const [name, repo] of [
    ["127.0.0.1:5000/rabbitmq:1", "127.0.0.1:5000/rabbitmq"],
    ["localhost/rabbitmq", "localhost/rabbitmq"],
    ["europe-docker.pkg.dev/p/r/worker:tag", "europe-docker.pkg.dev/p/r/worker"],
    ["rabbitmq:4.3", "docker.io/library/rabbitmq"],
    ["me/worker@sha256:aa", "docker.io/me/worker"],
  ] as const) {
    it(`${name} is of ${repo}`, () => assert.equal(repository(name), repo));
  }
  it("finds the registry", () => assert.equal(registryHost("127.0.0.1:5000/rabbitmq:1"), "127.0.0.1:5000"));
});
