import assert from "node:assert/strict";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CoreV1Api } from "@kubernetes/client-node";
import { execa } from "execa";
import { ensurePostgresImage } from "../../local/images";
import { REPOSITORY } from "../../local/paths";
import { openSharedCluster, type SharedCluster } from "../cluster/sharedCluster";
import { Consumer, type Outputs } from "./consumer";
import { type Posted, Shop, type ShopState } from "./shop";

/** Returns the orders that are not in a list. */
const missing = (orders: readonly number[], list: readonly number[]) => {
  const known = new Set(list);
  return orders.filter((id) => !known.has(id));
};

/** Time of the load, and of the broker's end in it. */
const LOAD_SECONDS = 30;
const KILL_AFTER_SECONDS = 8;

describe("a Django project: examples/django", () => {
  const consumer = new Consumer();
  let shared: SharedCluster;
  let env: Record<string, string>;
  let shop: Shop;
  let outputs: Outputs;
  let posted: Posted;
  /** Orders whose task could not be published within the budget; the periodic task publishes it. */
  let late: number[];
  let state: ShopState;

  before(async () => {
    [shared] = await Promise.all([openSharedCluster(), consumer.make()]);
    const { cluster, tools, bases } = shared;
    env = { ...tools.env, PULUMI_ROOT: join(tools.command, "../.."), KUBECONFIG: cluster.kubeconfigPath };
    const wheels = join(consumer.folder, "django", "wheels");
    const pip = join(REPOSITORY, "docker/worker/.venv/bin/pip");
    const worker = join(REPOSITORY, "docker/worker");
    await execa(pip, ["wheel", "--quiet", "--no-deps", "--wheel-dir", wheels, worker]);
    consumer.configure("images", {
      registry: cluster.registry,
      contexts: join(REPOSITORY, "docker"),
      rabbitmqBase: bases.rabbitmq,
      postgresBase: await ensurePostgresImage(() => undefined),
    });
    const images = await consumer.pulumi("up", "images", env);
    consumer.configure("django/deploy", {
      kubeContext: cluster.context,
      imageRepository: `${cluster.registry}/shop`,
      pythonImage: bases.worker,
      rabbitmqImage: images.rabbitmq?.value,
      postgresImage: images.postgres?.value,
      broker: {
        compute: { cpu: "100m", memory: "768Mi" },
        storage: { size: "1Gi", onDelete: "delete" },
        deletionProtection: false,
      },
    });
  });
  after(async () => {
    await shared.close();
    consumer.remove();
  });

  it("is deployed: migrated database, brokers, two pools, a ready beat, and the web", async () => {
    outputs = await consumer.pulumi("up", "django/deploy", env);
    shop = new Shop(shared.config, String(outputs.namespace?.value));
    assert.deepEqual((await shop.state()).orders, []);
  });

  it("needs no variable of an installation to be checked, migrated, and tested", async () => {
    const empty = ["env", "--ignore-environment", "PATH=/usr/local/bin:/usr/bin:/bin"];
    const manage = [...empty, "CELERY_LOADER=ha_celery.loader:Loader", "python", "-W", "ignore", "manage.py"];
    assert.match(await shop.inWeb(...manage, "check"), /no issues/);
    assert.match(await shop.inWeb(...manage, "makemigrations", "--check"), /No changes/);
    assert.match(await shop.inWeb(...manage, "test", "--settings=shop.settings_test"), /Ran 3 tests[^]*OK/);
  });

  it("answers every order while a broker is killed under load", async () => {
    const posting = shop.post(LOAD_SECONDS);
    await sleep(KILL_AFTER_SECONDS * 1000);
    const killed = await shop.killLeader("mail");
    posted = await posting;
    const { orders, reports, errors } = posted;
    late = orders.filter(({ published }) => !published).map(({ id }) => id);
    console.log(
      `      ${orders.length} orders, ${late.length} of them late, ${reports.length} reports; ${killed} killed`,
    );
    assert.deepEqual(errors, []);
    assert.ok(orders.length > 100);
  });

  it("loses no task: every committed order has its receipt, and the result of its task is in Postgres", async () => {
    state = await shop.stateWhen(
      ({ withoutReceipt, reports }) =>
        withoutReceipt.length === late.length && Object.values(reports).every(([orders]) => orders !== null),
      120,
    );
    assert.deepEqual(
      missing(
        posted.orders.map(({ id }) => id),
        state.orders,
      ),
      [],
    );
    assert.deepEqual(state.withoutReceipt, late);
    assert.deepEqual(missing(state.orders, [...state.results, ...late]), []);
    assert.deepEqual(state.unsuccessful, []);
    assert.equal(await shop.messagesIn("dead-letters"), 0);
  });

  it("ran the body of every chord", () => {
    assert.ok(posted.reports.length > 2);
    assert.deepEqual(
      posted.reports.filter((id) => state.reports[id]?.[0] === null),
      [],
    );
  });

  it("counts every order in a report", async () => {
    const { reports, orders, errors } = await shop.post(0);
    const [id = 0] = reports;
    const { reports: written } = await shop.stateWhen((now) => now.reports[id]?.[0] !== null, 60);
    const [counted, items] = written[id] ?? [];
    assert.deepEqual(errors, []);
    const least = state.orders.length;
    assert.ok(counted && counted >= least && counted <= least + orders.length, `${counted} of ${least}`);
    assert.equal(items, 2 * counted);
  });

  it("runs a schedule that was created through the ORM, and so sends a receipt that was never published", async () => {
    const order = await shop.schedule();
    const { withoutReceipt, results } = await shop.stateWhen((state) => state.results.includes(order), 60);
    assert.deepEqual(withoutReceipt, []);
    assert.ok(results.includes(order));
  });

  it("changes nothing when nothing changed", () => consumer.pulumi("preview", "django/deploy", env));

  it("leaves nothing behind", async () => {
    assert.ok(outputs.namespace);
    await consumer.pulumi("destroy", "django/deploy", env);
    const core = shared.config.makeApiClient(CoreV1Api);
    const [namespaces, volumes] = await Promise.all([core.listNamespace(), core.listPersistentVolume()]);
    const left = [
      ...namespaces.items.map(({ metadata }) => metadata?.name),
      ...volumes.items.map(({ spec }) => spec?.claimRef?.namespace),
    ];
    assert.ok(!left.includes(shop.namespace));
  });
});
