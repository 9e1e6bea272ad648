import type { Cluster } from "../../../operate/cluster/cluster";

type Call = (request: never) => unknown;

/** A cluster that returns only the responses of a test, by API and method. */
export function fakeCluster(answers: Record<string, Record<string, Call>>, more: object = {}): Cluster {
  const apis = Object.entries(answers).map(([api, methods]) => [
    api,
    Object.fromEntries(
      Object.entries(methods).map(([name, call]) => [name, async (request: never) => call(request)]),
    ),
  ]);
  return { context: "test", ...Object.fromEntries(apis), ...more } as unknown as Cluster;
}

export function notFound(): never {
  throw Object.assign(new Error("not found"), { code: 404 });
}
