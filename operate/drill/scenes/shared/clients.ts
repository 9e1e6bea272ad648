import type { Drill } from "../scene";

interface Connection {
  readonly node: string;
  readonly client_properties?: { readonly connection_name?: string };
}

/** Records how many of the drill's connections a broker has. Their number is random and affects the figures. */
export async function noteClients(drill: Drill, broker = drill.victim, title = "the victim"): Promise<void> {
  const { brokers, load } = drill;
  const connections = await brokers.management.get<Connection[]>(
    "/connections?columns=node,client_properties",
  );
  const names = connections
    .filter(({ node }) => node === broker.node)
    .map(({ client_properties: properties }) => properties?.connection_name ?? "");
  const countOf = (name: string) => names.filter((each) => each.includes(`@${name}`)).length;
  drill.note(`worker connections at ${title}`, countOf(load.workersName));
  drill.note(`publisher connections at ${title}`, countOf(load.publisherName));
}
