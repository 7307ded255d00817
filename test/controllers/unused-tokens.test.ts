/** What becomes of Secrets' tokens that nobody uses, as a function of what is known. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { reconcileUnusedToken } from "../../actors/controller-manager/controllers/token-secrets/cleaning.js";
import type { Answers } from "../../actors/controller-manager/engine/plan.js";
import type { Secret, ServiceAccount } from "../../src/api/types.js";

const test = suite("tokens that nobody uses");

const nowMs = Date.UTC(2026, 10, 28, 12);
const account: ServiceAccount = { metadata: { name: "robot", uid: "a" }, secrets: [{ name: "robot-token" }] };
const old: Secret = {
  type: "kubernetes.io/service-account-token",
  metadata: {
    name: "robot-token",
    namespace: "default",
    uid: "s",
    resourceVersion: "7",
    creationTimestamp: "2020-01-01T00:00:00Z",
    annotations: { "kubernetes.io/service-account.name": "robot", "kubernetes.io/service-account.uid": "a" },
  },
};
const labelled = (labels: Record<string, string>): Secret => ({ ...old, metadata: { ...old.metadata, labels } });
const used = (day: string) => labelled({ "kubernetes.io/legacy-token-last-used": day });
const invalid = (day: string) => labelled({ "kubernetes.io/legacy-token-invalid-since": day });
const since = (day: string): Answers => new Map([["tracking", { object: { metadata: {}, data: { since: day } } }]]);

interface Row {
  readonly when: string;
  readonly secret?: Secret;
  readonly account?: ServiceAccount;
  readonly mounted?: boolean;
  readonly answers?: Answers;
  readonly does: "nothing" | "waits" | "asks" | "marks" | "deletes";
}
const tracked = since("2024-01-01");
const rows: Row[] = [
  { when: "it was made by hand", account: { metadata: { name: "robot", uid: "a" } }, does: "nothing" },
  { when: "its account is another", account: { ...account, metadata: { name: "robot", uid: "b" } }, does: "nothing" },
  { when: "it is on its way out", secret: { ...old, metadata: { ...old.metadata, deletionTimestamp: "x" } }, does: "nothing" },
  {
    when: "it is younger than a year",
    secret: { ...old, metadata: { ...old.metadata, creationTimestamp: "2026-01-01T00:00:00Z" } },
    does: "waits",
  },
  { when: "it was used less than a year ago", secret: used("2025-11-28"), does: "waits" },
  { when: "nobody knows when it was used", secret: used("lately"), does: "waits" },
  { when: "a pod mounts it", mounted: true, does: "waits" },
  { when: "it is not known since when uses are noted", does: "asks" },
  { when: "uses are not noted", answers: new Map([["tracking", "absent"]]), does: "waits" },
  { when: "uses are noted for less than a year", answers: since("2025-11-28"), does: "waits" },
  { when: "nobody has used it", answers: tracked, does: "marks" },
  { when: "it was used more than a year ago", secret: used("2025-11-27"), answers: tracked, does: "marks" },
  { when: "since when it is invalid is no day", secret: invalid("yes"), answers: tracked, does: "marks" },
  { when: "it is invalid for less than a year", secret: invalid("2025-11-28"), answers: tracked, does: "waits" },
  { when: "it is invalid for more than a year", secret: invalid("2025-11-27"), answers: tracked, does: "deletes" },
];
for (const { when, secret = old, account: of = account, mounted = false, answers = new Map(), does } of rows)
  test(`when ${when}: ${does}`, () => {
    const plan = reconcileUnusedToken(secret, { account: of, isMounted: () => mounted }, answers, nowMs);
    const request = plan.writes?.[0]?.request;
    const kind = plan.reads ? "asks" : request ? (request.verb === "delete" ? "deletes" : "marks") : undefined;
    assert.is(kind ?? (plan.requeueAfterMs === undefined ? "nothing" : "waits"), does);
    if (request?.verb === "patch")
      assert.equal(request.patch, {
        metadata: { uid: "s", labels: { "kubernetes.io/legacy-token-invalid-since": "2026-11-28" } },
      });
    if (request?.verb === "delete") assert.equal(request.options?.preconditions, { resourceVersion: "7" });
  });

test.run();
