import assert from "node:assert/strict";
import { type RabbitMqClusterArgs, RabbitMqCluster } from "../../../../components";
import { passwordHash } from "../../../../components/rabbitMqCluster/definitions";
import { usersOf } from "../../../../components/rabbitMqCluster/users";
import { type Registered, cluster, known, passwordOf, run, shows, the } from "../engine";

const ARGS: RabbitMqClusterArgs = { namespace: "jobs", image: "registry/rabbitmq@sha256:abc" };
const create = (passwordRevision: number) =>
  run(() => new RabbitMqCluster("mq", { ...ARGS, passwordRevision }, cluster()));

interface Definitions {
  users: { name: string; password_hash: string }[];
  permissions: { user: string; configure: string }[];
}

function definitionsOf(resources: Registered[]): Definitions {
  const { stringData } = the(resources, "Secret", "mq-definitions").inputs as {
    stringData: Record<string, string>;
  };
  return JSON.parse(stringData["definitions.json"] ?? "") as Definitions;
}

describe("the passwords of the application and of the user for dead letters", () => {
  it("are of two users in turn: the active one first, then the one before", () => {
    const first = { name: "celery", revision: 0 };
    const second = { name: "celery-2", revision: 1 };
    const third = { name: "celery", revision: 2 };
    assert.deepEqual(usersOf("celery", 0), [first]);
    assert.deepEqual(usersOf("celery", 1), [second, first]);
    assert.deepEqual(usersOf("celery", 2), [third, second]);
    assert.deepEqual(usersOf("celery", 3), [{ name: "celery-2", revision: 3 }, third]);
  });

  const KEEPERS: [number, Record<string, unknown>][] = [
    [0, { password: undefined }],
    [1, { password: undefined, "password-2": { revision: "1" } }],
    [2, { password: { revision: "2" }, "password-2": { revision: "1" } }],
    [3, { password: { revision: "2" }, "password-2": { revision: "3" } }],
  ];
  for (const [revision, keepers] of KEEPERS) {
    it(`change only for the user that is not in use: revision ${revision}`, async () => {
      const { resources } = await create(revision);
      for (const owner of [/^mq-(password.*)/, /^mq-dead-letters-(password.*)/]) {
        const passwords = resources.filter(({ name }) => owner.test(name));
        assert.deepEqual(
          Object.fromEntries(
            passwords.map(({ name, inputs }) => [name.replace(owner, "$1"), inputs.keepers]),
          ),
          keepers,
        );
        assert.ok(
          passwords.every(({ protect }) => !protect),
          "a protected one could not be replaced",
        );
      }
    });
  }

  it("are known to the nodes for both users, who have the same rights, before clients get the new one", async () => {
    const { resources, result } = await create(1);
    const { users, permissions } = definitionsOf(resources);
    assert.deepEqual(
      users.map(({ name, password_hash }) => ({ name, password_hash })),
      [
        { name: "celery-2", password_hash: passwordHash("celery-2", passwordOf("mq-password-2")) },
        { name: "celery", password_hash: passwordHash("celery", passwordOf("mq-password")) },
        {
          name: "dead-letters-2",
          password_hash: passwordHash("dead-letters-2", passwordOf("mq-dead-letters-password-2")),
        },
        {
          name: "dead-letters",
          password_hash: passwordHash("dead-letters", passwordOf("mq-dead-letters-password")),
        },
        {
          name: "monitoring",
          password_hash: passwordHash("monitoring", passwordOf("mq-monitoring-password")),
        },
      ],
    );
    assert.deepEqual(
      permissions.map(({ user, configure }) => ({ user, configure })),
      [
        { user: "celery-2", configure: "^(?!dead-letters$).*" },
        { user: "celery", configure: "^(?!dead-letters$).*" },
        { user: "dead-letters-2", configure: "^$" },
        { user: "dead-letters", configure: "^$" },
        { user: "monitoring", configure: "^$" },
      ],
    );
    const { inputs, dependencies } = the(resources, "Secret", "mq-client");
    assert.ok(dependencies.includes("kubernetes:apps/v1:StatefulSet mq-set"));
    const url = `amqp://celery-2:${passwordOf("mq-password-2")}@mq-client-0000000.jobs.svc:5672/celery`;
    assert.deepEqual(inputs.stringData, {
      "amqp-url": url,
      host: "mq-client-0000000.jobs.svc",
      port: "5672",
      vhost: "celery",
      username: "celery-2",
      password: passwordOf("mq-password-2"),
    });
    const reader = the(resources, "Secret", "mq-dead-letters").inputs.stringData as Record<string, string>;
    assert.equal(reader.username, "dead-letters-2");
    assert.equal(reader.password, passwordOf("mq-dead-letters-password-2"));
    assert.deepEqual(await known({ username: result.username, url: result.amqpUrl }), {
      username: "celery-2",
      url,
    });
  });

  it("rename the Secrets whose new name restarts clients, also if the provider may change Secrets in place", async () => {
    const { resources } = await run(
      () => new RabbitMqCluster("mq", { ...ARGS, passwordRevision: 1, tls: {} }, cluster()),
    );
    const renamed = resources.filter(({ replaceOnChanges }) => replaceOnChanges.length > 0);
    assert.deepEqual(renamed.map(({ name, replaceOnChanges }) => [name, ...replaceOnChanges]).sort(), [
      ["mq-client", "data", "stringData"],
      ["mq-dead-letters", "data", "stringData"],
      ["mq-monitoring", "data", "stringData"],
    ]);
    for (const { inputs } of renamed) assert.ok(!("name" in (inputs.metadata as object)));
  });

  it("restart the nodes when they change, and stay secret", async () => {
    const [before, after] = [await create(0), await create(1)];
    const checksum = ({ resources }: typeof before) =>
      JSON.stringify(the(resources, "StatefulSet").inputs).match(/"ha-celery\/checksum":"(\w+)"/)?.[1];
    assert.ok(checksum(before));
    assert.notEqual(checksum(before), checksum(after));
    const password = passwordOf("mq-password-2");
    assert.ok(shows(the(after.resources, "Secret", "mq-client").inputs, password), "the check finds it");
    for (const { name, raw } of after.resources) assert.ok(!shows(raw, password), name);
  });
});
