import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { V1Pod } from "@kubernetes/client-node";
import { LIMIT_IN_NODE, slowDown } from "../../../../../operate/drill/agents/slowDisk";
import type { Nodes, PodChange } from "../../../../../operate/cluster/nodes";

const FOLDER = "/var/lib/rabbitmq/mnesia";
const MOUNTINFO = [
  "1 0 0:50 / / rw - overlay overlay rw",
  `2 1 8:17 /data ${FOLDER} rw - ext4 /dev/sdb1 rw`,
].join("\n");
const V1 = {
  "proc/7/cgroup": "9:name=systemd:/pods/a\n8:cpu,blkio:/pods/a\n0::/",
  "proc/mounts":
    "cgroup /sys/fs/cgroup/blkio cgroup rw,blkio 0 0\ncgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0",
  "sys/fs/cgroup/blkio/pods/a/blkio.throttle.write_iops_device": "",
};
const V2 = {
  "proc/7/cgroup": "0::/pods/a",
  "proc/mounts": "cgroup2 /sys/fs/cgroup cgroup2 rw 0 0",
  "sys/fs/cgroup/pods/a/io.max": "",
};

describe("a slow disk", () => {
  const root = mkdtempSync(join(tmpdir(), "ha-celery-"));
  const limit = (value: string) =>
    execFileSync("sh", ["-c", LIMIT_IN_NODE, "sh", "7", FOLDER, value, root]).toString();

  /** Writes what the script reads on a node whose volume is the first partition of the disk 8:16. */
  function node(files: Readonly<Record<string, string>>): void {
    const all = {
      "proc/7/mountinfo": MOUNTINFO,
      "sys/devices/sdb/dev": "8:16\n",
      "sys/devices/sdb/sdb1/partition": "1\n",
      ...files,
    };
    for (const [name, content] of Object.entries(all)) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), content);
    }
    mkdirSync(join(root, "sys/dev/block"), { recursive: true });
    symlinkSync("../../devices/sdb/sdb1", join(root, "sys/dev/block/8:17"));
  }

  afterEach(() => {
    for (const folder of ["proc", "sys"]) rmSync(join(root, folder), { recursive: true, force: true });
  });
  after(() => rmSync(root, { recursive: true }));

  it("is a limit of the container's cgroup for the whole disk", () => {
    const file = join(root, "sys/fs/cgroup/blkio/pods/a/blkio.throttle.write_iops_device");
    node(V1);
    assert.equal(limit("2"), "");
    assert.equal(readFileSync(file, "utf8"), "8:16 2\n");
    assert.equal(limit(""), "");
    assert.equal(readFileSync(file, "utf8"), "8:16 0\n");
  });

  it("is one of io.max with cgroup v2", () => {
    const file = join(root, "sys/fs/cgroup/pods/a/io.max");
    node(V2);
    limit("2");
    assert.equal(readFileSync(file, "utf8"), "8:16 wiops=2\n");
    limit("");
    assert.equal(readFileSync(file, "utf8"), "8:16 wiops=max\n");
  });

  it("is refused without a block device or a controller", () => {
    node({ ...V2, "proc/7/mountinfo": `2 1 0:51 / ${FOLDER} rw - nfs server:/ rw` });
    assert.equal(limit("2"), "no block device is mounted there\n");
    rmSync(join(root, "sys"), { recursive: true });
    node({ "proc/7/cgroup": V2["proc/7/cgroup"], "proc/mounts": V2["proc/mounts"] });
    assert.match(limit("2"), /^the node has no cgroup controller for disks/);
  });

  it("has not ended if the kernel refuses to remove the limit", () => {
    node(V2);
    const file = join(root, "sys/fs/cgroup/pods/a/io.max");
    rmSync(file);
    // As a directory it cannot be written.
    mkdirSync(file);
    assert.match(limit("2"), /^the kernel refuses '8:16 wiops=2' in /m);
    assert.throws(() => limit(""), { status: 1 });
  });

  it("says what the node lacks", async () => {
    const nodes = {
      change: async (_pod: V1Pod, { apply }: PodChange) => execFileSync("sh", ["-c", apply]).toString(),
    } as unknown as Nodes;
    const disk = { container: "containerd://no-such-container", folder: FOLDER, writesPerSecond: 2 };
    await assert.rejects(slowDown(nodes, { metadata: { name: "mq-0" } }, disk), {
      name: "UserError",
      message: `The writes of pod mq-0 to ${FOLDER} cannot be limited: its container does not run. Run another scene, such as stall.`,
    });
  });
});
