import { createHash } from "node:crypto";
import { cp, link, mkdir, mkdtemp, readFile, readdir, rm, stat } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import type { Report } from "../report";
import { runLogged } from "../toolchain/logged";
import { workFolder } from "./work";

/** An image to build: a folder with a Dockerfile, a base image, and programs from outside the folder. */
export interface Recipe {
  repository: string;
  folder: string;
  base: { image: string; id: string };
  /** Files that are added to the build context as bin/<name>. */
  programs?: Record<string, string>;
}

/** Returns the image's name. Its tag is a hash of the recipe and the base image. */
export async function imageFor(recipe: Recipe): Promise<string> {
  const hash = createHash("sha256").update(recipe.base.id);
  const entries = await readdir(recipe.folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const file of files.sort()) {
    hash.update(`\0${relative(recipe.folder, file)}\0${(await stat(file)).mode & 0o111}\0`);
    hash.update(await readFile(file));
  }
  // Size and time instead of content, because the programs take hundreds of megabytes and are never edited in place.
  for (const [name, file] of Object.entries(recipe.programs ?? {})) {
    const { size, mtimeMs } = await stat(file);
    hash.update(`\0${name}\0${basename(file)}\0${size}\0${mtimeMs}`);
  }
  return `${recipe.repository}:${hash.digest("hex").slice(0, 12)}`;
}

export async function buildImage(recipe: Recipe, image: string, report: Report): Promise<void> {
  const context = await stageContext(recipe);
  try {
    const args = ["build", "--tag", image, "--build-arg", `BASE_IMAGE=${recipe.base.image}`, context];
    await runLogged(`building ${recipe.repository}`, "docker", args, {}, report);
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}

/** Copies the folder into the cache, where large programs can be hard-linked instead of copied. */
async function stageContext(recipe: Recipe): Promise<string> {
  const context = await mkdtemp(join(workFolder(), "context-"));
  await cp(recipe.folder, context, { recursive: true });
  await mkdir(join(context, "bin"), { recursive: true });
  for (const [name, file] of Object.entries(recipe.programs ?? {})) {
    const target = join(context, "bin", name);
    await link(file, target).catch(() => cp(file, target));
  }
  return context;
}
