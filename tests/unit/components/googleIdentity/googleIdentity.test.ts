import assert from "node:assert/strict";
import { type GoogleIdentityArgs, GoogleIdentity } from "../../../../components";
import { GOOGLE_IDENTITY } from "../../../../components/googleIdentity/validation";
import { problemsOf } from "../../../../components/shared/checks";
import { cluster, known, list, outputsOf, refusal, run, the } from "../engine";

const ARGS: GoogleIdentityArgs = { project: "my-project", namespace: "celery" };
const create = (args: Partial<GoogleIdentityArgs> = {}) =>
  new GoogleIdentity("reports", { ...ARGS, ...args }, cluster());
const resourcesOf = async (args: Partial<GoogleIdentityArgs> = {}) =>
  (await run(() => create(args))).resources;
const PRINCIPAL =
  "principal://iam.googleapis.com/projects/123/locations/global/workloadIdentityPools/my-project.svc.id.goog/subject/ns/celery/sa/reports";

describe("GoogleIdentity", () => {
  it("creates exactly its resources, all below itself, each with its provider", async () => {
    const { resources, result } = await run(() => create({ roles: ["roles/cloudtrace.agent"] }));
    assert.deepEqual(list(resources), [
      "Account reports-pods",
      "GoogleIdentity reports",
      "IAMMember reports-acts-as",
      "IAMMember reports-roles/cloudtrace.agent",
      "Service reports-cloudresourcemanager",
      "Service reports-iam",
      "Service reports-iamcredentials",
      "ServiceAccount reports",
    ]);
    for (const each of resources.filter(({ custom }) => custom))
      assert.equal(each.parent, "ha-celery:index:GoogleIdentity reports");
    assert.equal(the(resources, "ServiceAccount").provider, "cluster");
    assert.deepEqual(the(resources, "GoogleIdentity").outputs.sort(), outputsOf(result));
  });

  it("lets the Kubernetes ServiceAccount act as a Google service account, once there is a cluster", async () => {
    const { resources, result } = await run(() => create({ roles: ["roles/cloudtrace.agent"] }));
    const { accountId } = the(resources, "Account").inputs as { accountId: string };
    const email = `${accountId}@my-project.iam.gserviceaccount.com`;
    assert.match(accountId, /^reports-[0-9a-f]{8}$/);
    assert.deepEqual(the(resources, "ServiceAccount").inputs.metadata, {
      name: "reports",
      namespace: "celery",
      labels: {
        "app.kubernetes.io/name": "google-identity",
        "app.kubernetes.io/instance": "reports",
        "app.kubernetes.io/component": "identity",
        "app.kubernetes.io/part-of": "ha-celery",
      },
      annotations: { "iam.gke.io/gcp-service-account": email },
    });
    const actsAs = the(resources, "IAMMember", "reports-acts-as");
    assert.equal(actsAs.inputs.role, "roles/iam.workloadIdentityUser");
    assert.equal(actsAs.inputs.member, "serviceAccount:my-project.svc.id.goog[celery/reports]");
    const role = the(resources, "IAMMember", "reports-roles/cloudtrace.agent");
    const member = `serviceAccount:${email}`;
    assert.deepEqual(role.inputs, { project: "my-project", role: "roles/cloudtrace.agent", member });
    for (const { dependencies } of [actsAs, role])
      assert.ok(dependencies.includes("kubernetes:core/v1:ServiceAccount reports"));
    const { serviceAccountName } = result;
    assert.deepEqual(await known({ member: result.member, serviceAccountName }), {
      member,
      serviceAccountName: "reports",
    });
  });

  it("keeps the Google service account when the stack is renamed", async () => {
    assert.deepEqual(the(await resourcesOf(), "Account").ignoreChanges, ["accountId"]);
  });

  it("grants roles to the Kubernetes ServiceAccount itself with the project's number", async () => {
    const { resources, result } = await run(() =>
      create({ projectNumber: "123", roles: ["roles/pubsub.viewer"] }),
    );
    assert.ok(!list(resources).some((each) => /^Account|acts-as/.test(each)));
    assert.ok(!("annotations" in (the(resources, "ServiceAccount").inputs.metadata as object)));
    assert.equal(the(resources, "IAMMember").inputs.member, PRINCIPAL);
    assert.deepEqual(await known({ member: result.member }), { member: PRINCIPAL });
  });

  it("takes the name that it is told, and leaves APIs alone", async () => {
    const resources = await resourcesOf({ serviceAccountName: "workers", enableApis: false });
    assert.equal((the(resources, "ServiceAccount").inputs.metadata as { name: string }).name, "workers");
    assert.equal(
      the(resources, "IAMMember").inputs.member,
      "serviceAccount:my-project.svc.id.goog[celery/workers]",
    );
    assert.ok(!list(resources).some((each) => each.startsWith("Service reports")));
  });

  it("plans the same in a preview", async () => {
    const { resources } = await run(() => create({}), true);
    assert.deepEqual(list(resources), list(await resourcesOf()));
  });

  it("needs a Kubernetes provider", async () => {
    assert.match(await refusal(() => new GoogleIdentity("reports", ARGS)), /has no Kubernetes provider/);
  });

  const CASES: [Partial<GoogleIdentityArgs>, ...string[]][] = [
    [{ roles: ["roles/storage.objectViewer", "projects/my-project/roles/reader"], projectNumber: "1" }],
    [
      { roles: ["roles/editor", "viewer"] },
      'roles[0] is "roles/editor", which gives the pods almost everything in the project. Use the roles that the tasks need.',
      'roles[1] is "viewer", which is not a role. Use for example "roles/cloudtrace.agent".',
    ],
    [
      { projectNumber: "my-project" },
      'projectNumber is "my-project", which is not the number of a project. Use what `gcloud projects describe PROJECT --format="value(projectNumber)"` prints.',
    ],
    [
      { serviceAccountName: "Reports", project: "x" },
      'project is "x", which is not a Google Cloud project ID. Use 6 to 30 lowercase letters, digits and "-", as `gcloud projects list` shows it.',
      'serviceAccountName is "Reports", but it becomes part of host names. Use lowercase letters, digits and "-", starting with a letter, at most 40 characters.',
    ],
  ];
  for (const [args, ...problems] of CASES) {
    it(`${problems.length} problems with ${JSON.stringify(args)}`, () => {
      assert.deepEqual(problemsOf({ ...ARGS, ...args }, GOOGLE_IDENTITY), problems);
    });
  }
});
