import assert from "node:assert/strict";
import { coredns, pulumi } from "../../../../local/toolchain/binaries";
import { goProblem } from "../../../../local/toolchain/go";
import { fakeHost } from "./fixtures";

const withGo = (version: string, toolchain: string) =>
  fakeHost({ answers: { "go env GOVERSION GOTOOLCHAIN": { stdout: `${version}\n${toolchain}` } } });

describe("checking Go", () => {
  it("accepts a version that is new enough", async () => {
    assert.equal(await goProblem([coredns, pulumi], withGo("go1.26.8", "local")), undefined);
  });

  it("accepts an older one that may download a newer toolchain", async () => {
    assert.equal(await goProblem([pulumi], withGo("go1.22.1", "auto")), undefined);
  });

  it("names the highest version that a program requires", async () => {
    const problem = await goProblem([coredns, pulumi], withGo("go1.24.4", "local"));
    assert.match(
      problem ?? "",
      /^Go 1\.24\.4 is too old: building CoreDNS .*Pulumi.* requires Go 1\.25\.\d+ or later\. .*GOTOOLCHAIN=auto make up$/,
    );
  });

  it("treats 1.9 as older than 1.24, and too old to download a toolchain", async () => {
    assert.match(
      (await goProblem([coredns], withGo("go1.9", "auto"))) ?? "",
      /^Go 1\.9 is too old: .* https:\/\/go\.dev\/dl\//,
    );
  });

  it("explains how to install Go", async () => {
    assert.match(
      (await goProblem([coredns], fakeHost())) ?? "",
      /^Go is not installed, and CoreDNS .* Install Go .*: sudo apt-get install golang-go; GOTOOLCHAIN=auto make up$/,
    );
    assert.match(
      (await goProblem([coredns], fakeHost({ distributions: ["fedora"] }))) ?? "",
      /https:\/\/go\.dev\/dl\//,
    );
  });
});
