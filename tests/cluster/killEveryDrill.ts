import { KILLS, killDrill } from "./killedDrill";

/**
 * Kills the command of every kind of drill, and prints a table: node --import=tsx tests/cluster/killEveryDrill.ts
 * CLUSTER [SCENE...]
 */
async function main([cluster = "local", ...scenes]: readonly string[]): Promise<void> {
  const rows: string[] = [];
  for (const kill of KILLS.filter(({ scene }) => scenes.length === 0 || scenes.includes(scene))) {
    const { undoneSeconds, healthySeconds, goneSeconds, problems } = await killDrill(cluster, kill);
    const figures = [undoneSeconds, healthySeconds, goneSeconds].map((each) => each.toFixed(0));
    rows.push(`| \`${kill.scene}\` | ${figures.join(" | ")} |`);
    console.log(`${rows.at(-1)} ${problems.join(", ")}`);
  }
  console.log(
    ["", "| scene | undone | healthy | removed |", "| --- | --- | --- | --- |", ...rows].join("\n"),
  );
}

main(process.argv.slice(2)).then(
  () => process.exit(),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
