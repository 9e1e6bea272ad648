import assert from "node:assert/strict";
import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import { type ContainerRegistryArgs, ContainerRegistry } from "../../../../components";
import { CONTAINER_REGISTRY } from "../../../../components/containerRegistry/validation";
import { type Run, known, list, outputsOf, refusal, run, the } from "../engine";
import { problemsOf } from "../../../../components/shared/checks";

const ARGS: ContainerRegistryArgs = { project: "my-project", location: "us-east1" };
const create = (args: Partial<ContainerRegistryArgs> = {}, opts?: pulumi.ComponentResourceOptions) =>
  new ContainerRegistry("images", { ...ARGS, ...args }, opts);

describe("ContainerRegistry", () => {
  const readers = ["serviceAccount:nodes@my-project.iam.gserviceaccount.com", "group:team@example.com"];
  const inputs = () => [pulumi.output(readers[0] ?? ""), readers[1] ?? ""];
  let plain: Run<ContainerRegistry>;
  before(async () => {
    plain = await run(() => create({ readers: inputs() }));
  });

  it("creates exactly its resources, all below itself", () => {
    assert.deepEqual(list(plain.resources), [
      "ContainerRegistry images",
      "Repository images-repository",
      "RepositoryIamMember images-reader-0",
      "RepositoryIamMember images-reader-group:team@example.com",
      "Service images-artifactregistry",
      "Service images-cloudresourcemanager",
      "Service images-containerscanning",
    ]);
    for (const each of plain.resources.filter(({ custom }) => custom)) {
      assert.equal(each.parent, "ha-celery:index:ContainerRegistry images", each.name);
    }
  });

  it("uses the Google Cloud provider that it is given", async () => {
    const provider = () => new gcp.Provider("google", { project: "other" });
    const { resources } = await run(() => create({ readers }, { provider: provider() }));
    for (const each of resources.filter(({ custom }) => custom)) assert.equal(each.provider, "google");
  });

  it("enables its API first, unless told not to", async () => {
    const { dependencies } = the(plain.resources, "Repository");
    assert.ok(dependencies.includes("gcp:projects/service:Service images-artifactregistry"));
    const { resources } = await run(() => create({ enableApis: false }));
    assert.deepEqual(list(resources), ["ContainerRegistry images", "Repository images-repository"]);
  });

  it("describes the repository exactly, with defaults", () => {
    assert.deepEqual(the(plain.resources, "Repository").inputs, {
      project: "my-project",
      location: "us-east1",
      repositoryId: "images-9f005bda",
      description: "Images of images.",
      format: "DOCKER",
      vulnerabilityScanningConfig: { enablementConfig: "INHERITED" },
      cleanupPolicies: [
        { id: "keep-recent", action: "KEEP", mostRecentVersions: { keepCount: 10 } },
        {
          id: "delete-untagged",
          action: "DELETE",
          condition: { tagState: "UNTAGGED", olderThan: "604800s" },
        },
        { id: "delete-tagged", action: "DELETE", condition: { tagState: "TAGGED", olderThan: "7776000s" } },
      ],
    });
  });

  it("passes every option on", async () => {
    const { resources } = await run(() =>
      create({
        location: "europe",
        repositoryId: "celery",
        keepRecent: 3,
        untaggedDays: 1,
        taggedDays: 30,
        vulnerabilityScanning: false,
        deletionProtection: false,
      }),
    );
    const { inputs, protect } = the(resources, "Repository");
    assert.deepEqual(inputs, {
      project: "my-project",
      location: "europe",
      repositoryId: "celery",
      description: "Images of images.",
      format: "DOCKER",
      vulnerabilityScanningConfig: { enablementConfig: "DISABLED" },
      cleanupPolicies: [
        { id: "keep-recent", action: "KEEP", mostRecentVersions: { keepCount: 3 } },
        { id: "delete-untagged", action: "DELETE", condition: { tagState: "UNTAGGED", olderThan: "86400s" } },
        { id: "delete-tagged", action: "DELETE", condition: { tagState: "TAGGED", olderThan: "2592000s" } },
      ],
    });
    assert.equal(protect, false);
    assert.ok(!list(resources).includes("Service images-containerscanning"));
  });

  it("keeps a generated ID when the stack is renamed, and changes one that is given", async () => {
    const ignored = async (args: Partial<ContainerRegistryArgs>) =>
      the((await run(() => create(args))).resources, "Repository").ignoreChanges;
    assert.deepEqual(await ignored({}), ["repositoryId"]);
    assert.deepEqual(await ignored({ repositoryId: "celery" }), []);
  });

  it("lets its readers pull, and no more", () => {
    const names = ["images-reader-0", "images-reader-group:team@example.com"];
    readers.forEach((member, index) => {
      assert.deepEqual(the(plain.resources, "RepositoryIamMember", names[index]).inputs, {
        project: "my-project",
        location: "us-east1",
        repository: "images-9f005bda",
        role: "roles/artifactregistry.reader",
        member,
      });
    });
  });

  const grants = async (members: () => pulumi.Input<string>[]) =>
    list((await run(() => create({ readers: members() }))).resources).filter((each) =>
      each.includes("IamMember"),
    );

  it("keeps the grants of the other readers when one is removed from the list", async () => {
    const [first = "", second = ""] = readers;
    assert.deepEqual(
      await grants(() => [second]),
      (await grants(() => [first, second])).filter((each) => each.endsWith(second)),
    );
    assert.equal((await grants(() => [first, first])).length, 1);
  });

  it("keeps the grant of an output when another member comes before it", async () => {
    const nodes = () => pulumi.output(readers[0] ?? "");
    const [before = ""] = await grants(() => [nodes()]);
    const after = await grants(() => ["group:devs@example.com", nodes()]);
    assert.deepEqual([after.length, after.includes(before)], [2, true]);
  });

  it("protects the images, unless told not to", () => {
    assert.deepEqual(list(plain.resources.filter(({ protect }) => protect)), [
      "Repository images-repository",
    ]);
  });

  it("registers exactly its public outputs, and says where it is", async () => {
    const { resources, result } = plain;
    assert.deepEqual(the(resources, "ContainerRegistry").outputs.sort(), outputsOf(result));
    const { url, repositoryName } = result;
    assert.deepEqual(await known({ url, repositoryName }), {
      url: "us-east1-docker.pkg.dev/my-project/images-9f005bda",
      repositoryName: "images-9f005bda",
    });
  });

  it("plans the same in a preview in which nothing is known yet", async () => {
    const { resources } = await run(() => create({ readers: inputs() }), true);
    assert.deepEqual(list(resources), list(plain.resources));
  });

  it("refuses with every problem, and its own name's", async () => {
    assert.equal(
      await refusal(() => new ContainerRegistry("Images", { project: "x", location: "us-east1-c" })),
      [
        'ContainerRegistry "Images" has 3 problems:',
        '  - name is "Images", but it becomes part of host names. Use lowercase letters, digits and "-", starting with a letter, at most 40 characters.',
        '  - project is "x", which is not a Google Cloud project ID. Use 6 to 30 lowercase letters, digits and "-", as `gcloud projects list` shows it.',
        '  - location is "us-east1-c", a zone, but registries belong to regions. Use "us-east1".',
      ].join("\n"),
    );
  });

  const badId = (id: string) =>
    `repositoryId is "${id}". Use up to 63 lowercase letters, digits and "-", starting with a letter and not ending with "-".`;
  const CASES: [Partial<ContainerRegistryArgs>, ...string[]][] = [
    [{}],
    [{ location: "asia" }],
    [
      { location: "here" },
      'location is "here", which is not a region of Google Cloud. Use the region of the cluster, for example "us-east1".',
    ],
    [{ repositoryId: "a" }],
    [{ repositoryId: "a".repeat(63) }],
    [{ repositoryId: "a".repeat(64) }, badId("a".repeat(64))],
    [{ repositoryId: "team/app" }, badId("team/app")],
    [{ repositoryId: "app-" }, badId("app-")],
    [{ readers: ["allUsers", "domain:example.com"] }],
    [{ readers: ["allUsers:x", "user:a@example.com"] }, bad(0, "allUsers:x")],
    [
      { readers: ["group:a@example.com", "nodes@my-project.iam.gserviceaccount.com"] },
      bad(1, "nodes@my-project.iam.gserviceaccount.com"),
    ],
    [
      { keepRecent: 0, untaggedDays: 0, taggedDays: 1.5 },
      "keepRecent is 0, but the running image must be among those that are kept. Use a whole number of at least 1.",
      "untaggedDays is 0, but images are deleted after this number of days. Use a whole number of at least 1.",
      "taggedDays is 1.5, but images are deleted after this number of days. Use a whole number of at least 1.",
    ],
  ];
  function bad(index: number, reader: string) {
    return `readers[${index}] is "${reader}", which is not an IAM member. Use for example "serviceAccount:NAME@PROJECT.iam.gserviceaccount.com".`;
  }
  for (const [args, ...problems] of CASES) {
    it(`${problems.length} problems with ${JSON.stringify(args)}`, () => {
      assert.deepEqual(problemsOf({ ...ARGS, ...args }, CONTAINER_REGISTRY), problems);
    });
  }
});
