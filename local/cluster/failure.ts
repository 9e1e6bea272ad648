import { execa } from "execa";
import { UserError } from "../../operate/errors";
import { localName, makeCommand } from "../paths";

/**
 * Builds the error that names the failing component of a container, with the end of its log and the command that
 * shows all of it.
 */
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

function failure(cluster: string, problem: string, tail: string, showLog: string): UserError {
  return new UserError(
    `${problem}, so the cluster ${localName(cluster)} is not ready. Last lines of its log:\n${tail || "(no output)"}\n` +
      `Full log: ${showLog}\nTo start over: ${makeCommand("down", cluster)} && ${makeCommand("up", cluster)}`,
  );
}
