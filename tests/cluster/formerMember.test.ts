import assert from "node:assert/strict";
import { connect } from "amqplib";
import { leaveQueues } from "../../components/rabbitMqCluster/prepare";
import { localName } from "../../local/paths";
import { BrokerContainer } from "./brokerContainer";

const LOST = "rabbit@mq-2.mq-nodes.jobs.svc.cluster.local";

/** Erlang expression that replaces the nodes that a queue counts as its members. */
const count = (queue: string, nodes: string) =>
  `Name = rabbit_misc:r(<<"/">>, queue, <<"${queue}">>), ` +
  `rabbit_amqqueue:update(Name, fun(Q) -> amqqueue:set_type_state(Q, ` +
  `(amqqueue:get_type_state(Q))#{nodes => ${nodes}}) end), ok.`;

describe("a broker node with an empty volume, with a real broker", () => {
  const broker = new BrokerContainer(localName("former", "broker"));
  const left = async () => broker.control("eval", leaveQueues(LOST));

  before(async () => {
    await broker.start();
    const connection = await connect(broker.url());
    const channel = await connection.createChannel();
    for (const queue of ["mail", "audit", "alone"])
      await channel.assertQueue(queue, { arguments: { "x-queue-type": "quorum" } });
    await channel.assertQueue("classic", { durable: true });
    await connection.close();
  });
  after(() => broker.stop());

  it("has nothing to leave where no queue counts it", async () => {
    assert.equal(await left(), "0");
  });

  it("leaves every queue that counts it, but for one without another member", async () => {
    for (const queue of ["mail", "audit"]) await broker.control("eval", count(queue, `[node(), '${LOST}']`));
    await broker.control("eval", count("alone", `['${LOST}']`));
    assert.equal(await left(), "0");
    const members =
      "[{Name, rabbit_queue_type:get_nodes(Q)} || Q <- rabbit_amqqueue:list(), " +
      '{resource, _, _, Name} <- [amqqueue:get_name(Q)], lists:member(Name, [<<"mail">>, <<"audit">>])].';
    assert.doesNotMatch(await broker.control("eval", members), /mq-2/);
  });

  it("knows a queue without a leader, which goes on counting it", async () => {
    await broker.control("eval", count("mail", `[node(), '${LOST}']`));
    await broker.control("eval", "ra:stop_server(quorum_queues, {'%2F_mail', node()}).");
    assert.equal(await left(), "1");
    await broker.control("eval", "ra:restart_server(quorum_queues, {'%2F_mail', node()}).");
    for (let attempt = 0; attempt < 30 && (await left()) !== "0"; attempt++);
    assert.equal(await left(), "0");
  });
});
