import { execa } from "execa";
import { UserError } from "../../operate/errors";
import { localName, makeCommand } from "../paths";

/** Says which component of a container keeps the cluster from getting ready, with the end of its log and where the rest is. */
export async function explainFailure(
  cluster: string,
  container: string,
  problem: string,
): Promise<UserError> {
  const explained = await execa("docker", ["exec", container, "explain-failure"], {
    reject: false,
    stdin: "ignore",
  });
  if (explained.failed) {
    const logs = await execa("docker", ["logs", "--tail=12", container], {
      reject: false,
      stdin: "ignore",
      all: true,
    });
    return failure(
      cluster,
      `The container ${container} ${problem}`,
      (logs.all ?? "").trim(),
      `docker logs ${container}`,
    );
  }
  const [component = "", log = "", ...tail] = explained.stdout.split("\n");
  return failure(
    cluster,
    `${component} in the container ${container} ${problem}`,
    tail.join("\n"),
    `docker exec ${container} cat ${log}`,
  );
}

function failure(cluster: string, problem: string, tail: string, whole: string): UserError {
  return new UserError(
    `${problem}, so the cluster ${localName(cluster)} is not ready. Its last lines:\n${tail || "(no output)"}\n` +
      `All of them: ${whole}\nTo start from nothing: ${makeCommand("down", cluster)} && ${makeCommand("up", cluster)}`,
  );
}
