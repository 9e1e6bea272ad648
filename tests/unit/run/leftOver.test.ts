import { removeLeftOver } from "../../run/leftOver";

describe("what a run of tests leaves", () => {
  const { DOCKER_HOST } = process.env;

  afterEach(() => {
    if (DOCKER_HOST === undefined) delete process.env["DOCKER_HOST"];
    else process.env["DOCKER_HOST"] = DOCKER_HOST;
  });

  it("is nothing once a suite has stopped Docker", async () => {
    process.env["DOCKER_HOST"] = "unix:///nowhere/docker.sock";
    await removeLeftOver(["left-over"]);
  });
});
