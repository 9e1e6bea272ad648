/** Time for outstanding confirms, in steps of 50 ms: 2 s. */
const STEPS = 40;

/**
 * Erlang expression that closes all client connections of a node once publishers have their confirms. RabbitMQ's drain
 * closes them at once: what is stored by then and not confirmed is published again, and runs twice.
 *
 * The node tells the connections of an alarm, so that it reads from none of them after its next publish. Consumers still
 * acknowledge. An idle publisher notices nothing.
 */
export const CLOSE_CLIENTS = `rabbit_maintenance:suspend_all_client_listeners(),
[rabbit_reader:conserve_resources(Connection, disk, {true, true, node()}) || Connection <- rabbit_networking:local_connections()],
Unconfirmed = fun() -> lists:sum([Count || [{_, Count}] <- rabbit_channel:info_local([messages_unconfirmed])]) end,
Wait = fun Wait(Steps) -> Steps > 0 andalso begin timer:sleep(50), Unconfirmed() > 0 end andalso Wait(Steps - 1) end,
Wait(${STEPS}), rabbit_maintenance:close_all_client_connections().`;
