import assert from "node:assert/strict";
import { type DockerPlan, planDocker } from "../../../../local/toolchain/docker";
import { fakeHost } from "./fixtures";

type Given = Parameters<typeof fakeHost>[0];

const refused =
  "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?";
const denied = "Got permission denied while trying to connect to the Docker daemon socket";
const answers = (stderr?: string) => ({
  "docker version": stderr ? { exitCode: 1, stderr } : { stdout: "20.10.24" },
});

const table: [situation: string, given: Given, expected: DockerPlan | RegExp][] = [
  ["Docker answers", { path: ["docker"], answers: answers() }, { step: "use" }],
  [
    "root, stopped, systemd",
    { isRoot: true, path: ["docker", "dockerd"], answers: answers(refused) },
    { step: "start", how: "systemd" },
  ],
  [
    "root, stopped, no systemd",
    { isRoot: true, hasSystemd: false, path: ["docker", "dockerd"], answers: answers(refused) },
    { step: "start", how: "detached" },
  ],
  ["root, Debian, nothing installed", { isRoot: true, path: ["apt-get"] }, { step: "install" }],
  [
    "root, Ubuntu, only the client",
    {
      isRoot: true,
      distributions: ["ubuntu", "debian"],
      path: ["docker", "apt-get"],
      answers: answers(refused),
    },
    { step: "install" },
  ],
  [
    "user, Debian, nothing installed",
    { path: ["apt-get"] },
    /Docker is not installed\. Install it: sudo apt-get install docker\.io$/,
  ],
  [
    "user, Fedora, nothing installed",
    { distributions: ["fedora"] },
    /Docker is not installed\. Install it: https:\/\/docs\.docker\.com/,
  ],
  ["root, Fedora, nothing installed", { isRoot: true, distributions: ["fedora"] }, /Docker is not installed/],
  [
    "user, not in the group",
    { path: ["docker", "dockerd"], answers: answers(denied) },
    /has no permission to use Docker .*sudo usermod --append --groups docker/,
  ],
  [
    "user, stopped, systemd",
    { path: ["docker", "dockerd"], answers: answers(refused) },
    /does not respond .*sudo systemctl start docker$/,
  ],
  [
    "user, stopped, no systemd",
    { hasSystemd: false, path: ["docker", "dockerd"], answers: answers(refused) },
    /does not respond .*sudo dockerd$/,
  ],
  [
    "user, only the client",
    { path: ["docker", "apt-get"], answers: answers(refused) },
    /no Docker engine responds\. Install it: sudo apt-get/,
  ],
  [
    "another host's Docker is out of reach, although root could start one here",
    {
      isRoot: true,
      path: ["docker", "dockerd"],
      env: { DOCKER_HOST: "tcp://10.1.2.3:2375" },
      answers: answers(refused),
    },
    /DOCKER_HOST=tcp:\/\/10\.1\.2\.3:2375 does not respond/,
  ],
];

describe("finding Docker", () => {
  for (const [situation, given, expected] of table) {
    it(situation, async () => {
      const plan = await planDocker(fakeHost(given));
      if (!(expected instanceof RegExp)) return assert.deepEqual(plan, expected);
      assert.equal(plan.step, "blocked");
      if (plan.step === "blocked") assert.match(plan.problem, expected);
    });
  }
});
