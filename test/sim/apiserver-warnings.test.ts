/** Whoever writes is warned with the answer; the cluster's own components are not, who could do nothing about it. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ownUser as user } from "../../actors/apiserver/access/users.js";
import type { ApiOutcome, ApiRequest } from "../../actors/apiserver/request.js";
import type { UntypedObject } from "../../src/api/types.js";
import { deployment, deployments, serving } from "./apiserver-world.js";

test("a create, an update and a patch are warned of what is new; a dry run and a refused write too", () => {
  const world = serving();
  const warned = (request: ApiRequest): readonly string[] => {
    let told: ApiOutcome | undefined;
    world.server().request(request, (outcome) => {
      told = outcome;
    });
    world.run(1_000);
    return told?.warnings ?? [];
  };
  const path = { ...deployments, name: "web" };
  const body = (graceSeconds: number, more: object = {}): UntypedObject => {
    const made = deployment("web") as unknown as UntypedObject & { spec: { template: { spec: object } } };
    made.spec.template.spec = { ...made.spec.template.spec, terminationGracePeriodSeconds: graceSeconds, ...more };
    return made;
  };
  const negative = [
    "spec.template.spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1",
  ];
  assert.equal(warned({ verb: "create", path: deployments, user, body: body(-1), options: { dryRun: true } }), negative);
  assert.equal(warned({ verb: "create", path: deployments, user, body: body(-1), options: {} }), negative);
  assert.equal(warned({ verb: "create", path: deployments, user, body: body(-1), options: {} }), negative, "though it exists");
  const annotated = { ...body(-1), metadata: { name: "web", labels: { a: "b" } } };
  assert.equal(warned({ verb: "update", path, user, body: annotated, options: {} }), [], "its spec is as it was");
  assert.equal(warned({ verb: "update", path, user, body: body(-2), options: {} }), negative);
  const patch = { spec: { template: { spec: { terminationGracePeriodSeconds: -3 } } } };
  const asPatch = { verb: "patch", path, user, patchType: "application/merge-patch+json", options: {} } as const;
  assert.equal(warned({ ...asPatch, patch }), negative);
  assert.equal(
    warned({ ...asPatch, patch: { spec: { template: { spec: { terminationGracePeriodSeconds: -4 } } } }, typed: true }),
    [],
  );
});

test.run();
