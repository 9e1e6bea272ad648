import type { Drill } from "../scene";

interface Connection {
  readonly node: string;
  readonly client_properties?: { readonly connection_name?: string };
}

/** Records how many of the drill's connections the victim has. Their number is random and affects the figures. */
export async function noteClients(drill: Drill): Promise<void> {
  const { brokers, load, victim } = drill;
  const connections = await brokers.management.get<Connection[]>(
    "/connections?columns=node,client_properties",
  );
  const names = connections
    .filter(({ node }) => node === victim.node)
    .map(({ client_properties: properties }) => properties?.connection_name ?? "");
  const countOf = (name: string) => names.filter((each) => each.includes(`@${name}`)).length;
  drill.note("worker connections at the victim", countOf(load.workersName));
  drill.note("publisher connections at the victim", countOf(load.publisherName));
}
