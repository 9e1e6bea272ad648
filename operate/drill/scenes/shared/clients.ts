import type { Drill } from "../scene";

interface ConnectionOfApi {
  readonly node: string;
  readonly client_properties?: { readonly connection_name?: string };
}

/** Notes how many of the drill's own connections are at the broker that is hit: chance decides, and the figures depend on it. */
export async function noteClients(drill: Drill): Promise<void> {
  const { brokers, load, victim } = drill;
  const connections = await brokers.management.get<ConnectionOfApi[]>(
    "/connections?columns=node,client_properties",
  );
  const names = connections
    .filter(({ node }) => node === victim.node)
    .map(({ client_properties: properties }) => properties?.connection_name ?? "");
  const ofDrill = (name: string) => names.filter((each) => each.includes(`@${name}`)).length;
  drill.note("worker connections at the victim", ofDrill(load.workersName));
  drill.note("publisher connections at the victim", ofDrill(load.publisherName));
}
