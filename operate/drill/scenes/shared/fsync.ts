import type { Broker, Brokers } from "../../../cluster/brokers";

/** Prints the time of a write that waits for the disk: `4096 bytes (4.1 kB) copied, 1.02 s, 4.0 kB/s`. */
const script = (file: string): string =>
  `LC_ALL=C dd if=/dev/zero of=${file} bs=4k count=1 conv=fsync 2>&1; rm -f ${file}`;

/** Returns the seconds that a write with fsync takes in a broker's container. */
export async function fsyncSeconds(brokers: Brokers, broker: Broker, folder: string): Promise<number> {
  const output = await brokers.exec(broker, "sh", "-c", script(`${folder}/.ha-celery-drill`));
  const seconds = /copied, ([\d.e-]+) s/.exec(output)?.[1];
  if (seconds === undefined) throw new Error(`${broker.pod} could not write to ${folder}: ${output.trim()}`);
  return Number(seconds);
}
