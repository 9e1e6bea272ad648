import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { execa } from "execa";
import { CLOSE_CLIENTS } from "../../components/rabbitMqCluster/closeClients";
import { ensureErlangImage } from "../../local/images";
import { localName, REPOSITORY } from "../../local/paths";
import { ensureDocker } from "../../local/toolchain";
import type { Brokers } from "../../operate/cluster/brokers";
import { oldestDeadLetterSeconds, takeDeadLetters } from "../../operate/cluster/deadLetters";
import { parameterCommand } from "../../operate/drill/record/metrics";
import type { DrillRecord } from "../../operate/drill/record/record";
import { BrokerContainer } from "./brokerContainer";
import { createNetwork, removeNetwork } from "./containerNetwork";

const quiet = () => undefined;

/** Longer than the three polls after which a broker closes. */
const POLLS_MS = 6_000;

const PLUGINS = `[whereis(ha_celery_balance_leaders), whereis(ha_celery_dead_letters),
  whereis(ha_celery_detect_lost_nodes), whereis(ha_celery_drills), whereis(ha_celery_force_checkpoints), whereis(ha_celery_node_metrics), whereis(ha_celery_pause_minority),
  whereis(ha_celery_start_members)]`;
const CONNECT = `{ok, _} = amqp_connection:start({amqp_params_network, <<"guest">>, <<"guest">>, <<"/">>, "localhost", 5672,
  2047, 0, 0, 60000, none, [fun amqp_auth_mechanisms:plain/3], [], []}), ok.`;
/** The process of a connection still exists and handles no message. */
const STALL = "[ok = sys:suspend(C) || C <- rabbit_networking:local_connections()].";
/** Declared by the first broker, which leads all of them. */
const DECLARE_SIX = `[{new, _} = rabbit_amqqueue:declare({resource, <<"/">>, queue, <<"q", N>>}, true, false,
  [{<<"x-queue-type">>, longstr, <<"quorum">>}], none, <<"test">>) || N <- "123456"].`;
/** The third member of its queue cannot be started while the third broker does not answer. */
const DECLARE_SEVENTH = `{new, _} = rabbit_amqqueue:declare({resource, <<"/">>, queue, <<"q7">>}, true, false,
  [{<<"x-queue-type">>, longstr, <<"quorum">>}], none, <<"test">>), ok.`;
const RUNS_SEVENTH = "whereis('%2F_q7') =/= undefined.";
/** Makes a node the leader of the seventh queue. */
const leadSeventh = (node: string) => `{ok, Q} = rabbit_amqqueue:lookup({resource, <<"/">>, queue, <<"q7">>}),
  {ok, _} = rabbit_quorum_queue:transfer_leadership(Q, '${node}'), ok.`;
/** Milliseconds from the loss of a node until the seventh queue has another leader. */
const electionMs = (node: string) => `true = erlang:monitor_node('${node}', true),
  receive {nodedown, _} -> ok after 30000 -> exit(no_loss) end,
  Began = erlang:monotonic_time(millisecond),
  Wait = fun Wait() -> case ra_leaderboard:lookup_leader('%2F_q7') of
    {_, Node} when Node =/= '${node}' -> erlang:monotonic_time(millisecond) - Began;
    _ -> timer:sleep(10), Wait() end end,
  Wait().`;
/** A task that died in the queue `tasks`. */
const DEAD_LETTER = `{ok, C} = amqp_connection:start({amqp_params_direct, none, none, <<"/">>, node(), none, []}),
  {ok, Ch} = amqp_connection:open_channel(C),
  Declare = fun(Name, Arguments) -> {'queue.declare_ok', _, _, _} = amqp_channel:call(Ch, {'queue.declare', 0, Name, false, true,
    false, false, false, [{<<"x-queue-type">>, longstr, <<"quorum">>} | Arguments]}) end,
  Declare(<<"dead-letters">>, []),
  Declare(<<"tasks">>, [{<<"x-dead-letter-exchange">>, longstr, <<>>}, {<<"x-dead-letter-routing-key">>, longstr, <<"dead-letters">>}]),
  P = {'P_basic', undefined, undefined, [], 2, undefined, <<"drill-1">>, undefined, undefined, undefined, undefined, undefined,
    undefined, undefined, undefined},
  {'confirm.select_ok'} = amqp_channel:call(Ch, {'confirm.select', false}),
  ok = amqp_channel:call(Ch, {'basic.publish', 0, <<>>, <<"tasks">>, false, false}, {amqp_msg, P, <<>>}),
  true = amqp_channel:wait_for_confirms(Ch),
  {{'basic.get_ok', Tag, _, _, _, _}, _} = amqp_channel:call(Ch, {'basic.get', 0, <<"tasks">>, false}),
  amqp_channel:call(Ch, {'basic.reject', Tag, false}), amqp_connection:close(C), ok.`;
/** Polls at once; the call returns once that is done. */
const LOOK = "ha_celery_dead_letters ! poll, gen_server:call(ha_celery_dead_letters, wait).";
const LOOK_AT_QUEUES = "ha_celery_node_metrics ! poll, gen_server:call(ha_celery_node_metrics, wait).";
const READ_DRILLS = "ha_celery_drills ! poll, gen_server:call(ha_celery_drills, wait).";
const DRILL: DrillRecord = {
  run: "broker-kill-0922071320",
  scene: "broker-kill",
  outcome: "passed",
  startedAt: "2026-09-21T14:12:00.000Z",
  finishedAt: "2026-09-21T14:13:20.000Z",
  reasons: [],
};
const DEAD_LETTERS = '{resource, <<"/">>, queue, <<"dead-letters">>}';
const DELIVERIES = `{ok, Q} = rabbit_amqqueue:lookup(${DEAD_LETTERS}),
  {ok, {Header, _}} = ra:aux_command(amqqueue:get_pid(Q), {peek, 1}), maps:get(delivery_count, Header).`;
/** Number of queues of each leader. */
const LEADERS = `maps:values(maps:map(fun(_, Led) -> length(Led) end,
  maps:groups_from_list(fun amqqueue:qnode/1, rabbit_amqqueue:list()))).`;
/** Publishes to q1, and keeps what has become of the confirm. */
const PUBLISH = `spawn(fun() -> {ok, C} = amqp_connection:start({amqp_params_network, <<"guest">>, <<"guest">>, <<"/">>, "localhost",
  5672, 2047, 0, 0, 60000, none, [fun amqp_auth_mechanisms:plain/3], [], []}), {ok, Ch} = amqp_connection:open_channel(C),
  amqp_channel:call(Ch, {'confirm.select', false}), P = erlang:make_tuple(15, undefined, [{1, 'P_basic'}]),
  amqp_channel:call(Ch, {'basic.publish', 0, <<>>, <<"q1">>, false, false}, {amqp_msg, P, <<>>}),
  application:set_env(rabbit, test_published, true),
  application:set_env(rabbit, test_confirmed, catch amqp_channel:wait_for_confirms(Ch, 30)), timer:sleep(infinity) end), ok.`;
/** The polls of a minute at once; the call returns once they are done. */
const MINUTE =
  "[ha_celery_balance_leaders ! poll || _ <- lists:seq(1, 12)], gen_server:call(ha_celery_balance_leaders, wait, 30000).";
/** Has entries in its log, which is far too short for a checkpoint of RabbitMQ's own. */
const DECLARE_LOGGED = `{new, Q} = rabbit_amqqueue:declare({resource, <<"/">>, queue, <<"logged">>}, true, false,
  [{<<"x-queue-type">>, longstr, <<"quorum">>}], none, <<"test">>), ra:process_command(amqqueue:get_pid(Q),
  rabbit_fifo:make_garbage_collection()), ok.`;
/** Whether a checkpoint covers all entries of its log. */
const IS_RELEASED = `#{last_applied := Applied, snapshot_index := Checkpoint} = ra:key_metrics({'%2F_logged', node()}),
  Checkpoint =:= Applied.`;
const FORCE =
  "ha_celery_force_checkpoints ! poll, gen_server:call(ha_celery_force_checkpoints, wait, 30000).";
const HAS_ALARM = "rabbit_alarm:get_local_alarms() =/= [].";

/** A single broker, as the commands for an installation see it. */
const asBrokers = (broker: BrokerContainer): Pick<Brokers, "vhost" | "pods" | "management" | "exec"> => ({
  vhost: "/",
  pods: async () => [
    { metadata: { name: broker.name }, status: { conditions: [{ type: "Ready", status: "True" }] } },
  ],
  // A container answers; its management API is not asked.
  management: { get: async <T>() => ({}) as T, getFrom: async <T>() => ({}) as T },
  exec: async ({ pod }, ...command) => (await execa("docker", ["exec", pod, ...command])).stdout,
});

/** Waits up to a minute. */
async function until(done: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 60_000; !(await done()); await setTimeout(1_000))
    assert.ok(Date.now() < deadline, "not within a minute");
}

describe("the plugins of the broker image", () => {
  const network = localName("plugins", "network");
  const [first, second] = ["a", "b"].map(
    (letter) => new BrokerContainer(localName("plugins", letter), { network }),
  ) as [BrokerContainer, BrokerContainer];

  before(async () => {
    await ensureDocker(quiet);
    await createNetwork(network);
    await Promise.all([first.start(), second.start()]);
  });
  after(async () => {
    await removeNetwork(network);
    await Promise.all([first.stop(), second.stop()]);
  });

  it("pass their EUnit tests", async () => {
    const source = join(REPOSITORY, "docker", "rabbitmq");
    const files = await readdir(join(source, "tests"));
    const tested = files.map((file) => basename(file, ".erl"));
    const run = `R = eunit:test([${tested.join()}], [verbose]), halt(case R of ok -> 0; _ -> 1 end).`;
    const script = `cd /tmp && erlc -Werror /source/poller/*.erl && erlc -Werror -pa /tmp /source/*/*.erl && erl -noshell -eval '${run}'`;
    const options = ["--rm", "--volume", `${source}:/source:ro`, "--entrypoint", "sh"];
    const { stdout } = await execa("docker", [
      "run",
      ...options,
      await ensureErlangImage(quiet),
      "-c",
      script,
    ]);
    assert.match(stdout, /All \d+ tests passed/);
  });

  const metrics = async ({ name } = first, path = "/metrics") => {
    const scrape = String.raw`exec 3<>/dev/tcp/127.0.0.1/15692; printf 'GET ${path} HTTP/1.0\r\n\r\n' >&3; cat <&3`;
    return (await execa("docker", ["exec", name, "bash", "-c", scrape])).stdout;
  };

  describe("for dead letters", () => {
    // The leaders of all queues are counted below.
    after(async () => {
      for (const queue of ["dead-letters", "tasks"]) await first.control("delete_queue", queue);
    });

    it("report number and age, without delivering one", async () => {
      await first.control("eval", DEAD_LETTER);
      // RabbitMQ publishes a dead letter after the rejection has returned.
      await until(async () => {
        await first.control("eval", LOOK);
        return /^ha_celery_dead_letters{vhost="\/"} 1$/m.test(await metrics());
      });
      const before = await first.control("eval", DELIVERIES);
      await first.control("eval", LOOK);
      const [, age] =
        /^ha_celery_dead_letters_oldest_seconds{vhost="\/"} ([\d.]+)$/m.exec(await metrics()) ?? [];
      assert.ok(Number(age) > 0 && Number(age) < 60, `${age} s`);
      assert.equal(
        await oldestDeadLetterSeconds(asBrokers(first)).then((seconds) => (seconds ?? 99) < 60),
        true,
      );
      assert.equal(await first.control("eval", DELIVERIES), before);
    });

    it("are counted before RabbitMQ's own metrics have their number", async () => {
      await first.control("eval", `ets:delete(queue_coarse_metrics, ${DEAD_LETTERS}), ${LOOK}`);
      assert.match(await metrics(), /^ha_celery_dead_letters{vhost="\/"} 1$/m);
    });

    it("are not reported while their queue does not answer, and are afterwards", async () => {
      await first.control("eval", "sys:suspend('%2F_dead-letters').");
      await first.control("eval", LOOK);
      assert.doesNotMatch(await metrics(), /ha_celery_dead_letters/);
      await first.control("eval", "sys:resume('%2F_dead-letters').");
      await first.control("eval", LOOK);
      assert.match(await metrics(), /^ha_celery_dead_letters{vhost="\/"} 1$/m);
    });

    it("cost a scrape no other metric if they fail", async () => {
      await until(async () => {
        await first.control("eval", "application:set_env(ha_celery_dead_letters, letters, broken).");
        const scraped = await metrics();
        assert.match(scraped, /^rabbitmq_identity_info/m);
        // The plugin's own poll may have come in between.
        return !scraped.includes("ha_celery_dead_letters");
      });
      await first.control("eval", LOOK);
      assert.match(await metrics(), /^ha_celery_dead_letters{/m);
    });

    it("have an age as every queue's first message, on a page of its own", async () => {
      await until(async () => {
        // RabbitMQ counts ready messages every 5 s.
        await first.control("eval", LOOK_AT_QUEUES);
        return /^ha_celery_queue_oldest_seconds{vhost="\/",queue="dead-letters"} [\d.]+$/m.test(
          await metrics(first, "/metrics/ha_celery"),
        );
      });
      assert.doesNotMatch(await metrics(), /ha_celery_queue_oldest_seconds/);
    });

    it("let a drill remove its own, and return others without a failed delivery", async () => {
      const before = await first.control("eval", DELIVERIES);
      for (let reads = 0; reads < 3; reads += 1)
        assert.equal(await takeDeadLetters(asBrokers(first), "another"), 0);
      assert.equal(await first.control("eval", DELIVERIES), before);
      assert.equal(await takeDeadLetters(asBrokers(first), "drill"), 1);
      assert.equal(await takeDeadLetters(asBrokers(first), "drill"), 0);
    });
  });

  it("leave a single broker open whose list of members cannot be read", async () => {
    await first.control("eval", "ok = ra:stop_server(coordination, {rabbitmq_metadata, node()}).");
    assert.equal(await first.control("eval", "rabbit_nodes:list_members()."), "[]");
    await setTimeout(POLLS_MS);
    assert.equal(await first.accepts(5672), true);
    await first.control("eval", "ok = ra:restart_server(coordination, {rabbitmq_metadata, node()}).");
  });

  it("leave the broker running when they crash again and again", async () => {
    await first.control(
      "eval",
      `[begin [exit(P, kill) || P <- ${PLUGINS}, is_pid(P)], timer:sleep(100) end || _ <- lists:seq(1, 50)], ok.`,
    );
    await setTimeout(2_000);
    assert.equal(await first.control("eval", `lists:all(fun is_pid/1, ${PLUGINS}).`), "true");
    assert.equal(await first.accepts(5672), true);
  });

  it("force a checkpoint of a queue during a disk alarm, and not before", async () => {
    await first.control("eval", DECLARE_LOGGED);
    await first.control("eval", FORCE);
    assert.equal(await first.control("eval", IS_RELEASED), "false");
    await first.control("set_disk_free_limit", "1000000GB");
    await until(async () => (await first.control("eval", HAS_ALARM)) === "true");
    await first.control("eval", FORCE);
    assert.equal(await first.control("eval", IS_RELEASED), "true");
    await first.control("set_disk_free_limit", "50MB");
    await first.control("delete_queue", "logged");
  });

  describe("in a cluster", () => {
    before(async () => {
      await second.control("stop_app");
      await second.control("join_cluster", `rabbit@${first.name}`);
      await second.control("start_app");
    });

    it("close a broker whose peer's RabbitMQ is stopped, although a connection is stuck, and open it again", async () => {
      await first.control("eval", CONNECT);
      await first.control("eval", STALL);
      await second.control("stop_app");
      await setTimeout(POLLS_MS);
      assert.equal(await first.accepts(5672), false, "clients can connect");
      assert.equal(await first.accepts(15672), true, "the management API is closed");
      await setTimeout(POLLS_MS);
      assert.equal(await first.control("eval", "rabbit_networking:local_connections()."), "[]");
      await second.control("start_app");
      await setTimeout(POLLS_MS);
      assert.equal(await first.accepts(5672), true, "clients cannot connect");
    });

    it("serve the verdict of a drill on every node", async () => {
      const [, , ...command] = parameterCommand(DRILL);
      await first.control(...command);
      for (const broker of [first, second]) {
        await broker.control("eval", READ_DRILLS);
        const scraped = await metrics(broker);
        assert.match(scraped, /^ha_celery_drill_passed{scene="broker-kill"} 1$/m);
        assert.match(
          scraped,
          /^ha_celery_drill_finished_timestamp_seconds{scene="broker-kill"} 1790000000$/m,
        );
      }
      await first.control(...parameterCommand({ ...DRILL, outcome: "failed" }).slice(2));
      await second.control("eval", READ_DRILLS);
      assert.match(await metrics(second), /^ha_celery_drill_passed{scene="broker-kill"} 0$/m);
    });

    it("balance leaders once all brokers have served for a minute", async () => {
      await first.control("eval", DECLARE_SIX);
      const leaders = async () => JSON.parse(await first.control("eval", LEADERS)) as number[];
      assert.deepEqual(await leaders(), [6]);
      await first.control("eval", MINUTE);
      assert.deepEqual(await leaders(), [3, 3]);
    });

    it("close connections once publishers have their confirms", async () => {
      const member = `'%2F_q1', 'rabbit@${second.name}'`;
      const tested = (name: string) => first.control("eval", `application:get_env(rabbit, test_${name}).`);
      await first.control(
        "eval",
        `{ok, Q} = rabbit_amqqueue:lookup({resource, <<"/">>, queue, <<"q1">>}),
          rabbit_quorum_queue:transfer_leadership(Q, node()), sys:suspend({${member}}).`,
      );
      await first.control("eval", PUBLISH);
      await until(async () => (await tested("published")) === "{ok,true}");
      assert.equal(await tested("confirmed"), "undefined");
      const resume = `spawn(fun() -> timer:sleep(500), sys:resume({${member}}) end)`;
      assert.equal(await first.control("eval", `${resume}, ${CLOSE_CLIENTS}`), "{ok,1}");
      assert.equal(await tested("confirmed"), "{ok,true}");
      assert.equal(await first.accepts(5672), false);
      await first.control("eval", "rabbit_maintenance:resume_all_client_listeners().");
    });

    describe("of three", () => {
      const third = new BrokerContainer(localName("plugins", "c"), { network });

      before(async () => {
        await third.start();
        await third.control("stop_app");
        await third.control("join_cluster", `rabbit@${first.name}`);
        await third.control("start_app");
      });
      after(() => third.stop());

      it("start a queue's member on a broker that did not answer when the queue was declared", async () => {
        await execa("docker", ["pause", third.name]);
        try {
          await until(
            async () => (await first.control("eval", "length(rabbit_nodes:list_running()).")) === "2",
          );
          await first.control("eval", DECLARE_SEVENTH);
        } finally {
          await execa("docker", ["unpause", third.name]);
        }
        assert.equal(await third.control("eval", RUNS_SEVENTH), "false");
        await until(async () => (await third.control("eval", RUNS_SEVENTH)) === "true");
      });

      it("disconnect a broker whose machine is lost, not one whose process is stopped, and elect other leaders", async () => {
        const peers = () => first.control("eval", "length(nodes()).");
        await until(async () => (await peers()) === "2");
        await execa("docker", ["pause", third.name]);
        await setTimeout(POLLS_MS);
        assert.equal(await peers(), "2");
        await execa("docker", ["unpause", third.name]);
        const lost = `rabbit@${third.name}`;
        await first.control("eval", leadSeventh(lost));
        const election = first.control("eval", electionMs(lost));
        // Sends neither FIN nor RST.
        await execa("docker", ["network", "disconnect", network, third.name]);
        try {
          await setTimeout(POLLS_MS);
          // Erlang itself needs 45 s, and this broker has no TCP_USER_TIMEOUT.
          assert.equal(await peers(), "1");
          // Raft itself waits for 5 s and more.
          const took = Number(await election);
          assert.ok(took < 2000, `the election ended after ${took} ms`);
        } finally {
          await execa("docker", ["network", "connect", network, third.name]);
        }
      });
    });
  });
});
