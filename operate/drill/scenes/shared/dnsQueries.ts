import type { PacketRule } from "../../agents/podNetwork";

/** Drops DNS queries, over UDP and TCP. */
export const DNS_QUERIES: readonly PacketRule[] = ["udp", "tcp"].map((protocol) => ({
  match: `-p ${protocol} --dport 53`,
  target: "DROP",
}));
