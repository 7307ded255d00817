import { test } from "uvu";
import * as assert from "uvu/assert";
import type { JsonObject } from "../../src/api/json-value.js";
import { mergeTypeOf } from "../../src/api/patch/merge-type.js";
import { applyPatch } from "../../src/api/patch/patch.js";

const patch = (type: string, current: JsonObject, change: JsonObject): JsonObject => {
  const outcome = applyPatch("application/strategic-merge-patch+json", mergeTypeOf(type), current, change);
  if (!outcome.ok) throw new Error(outcome.error.status.message);
  return outcome.value as JsonObject;
};

test("a Deployment's container image changes and everything else stays; what the patch adds goes first", () => {
  const current: JsonObject = {
    metadata: { name: "web" },
    spec: {
      template: {
        spec: {
          containers: [
            { name: "c", image: "a:1", env: [{ name: "A", value: "1" }] },
            { name: "d", image: "b" },
          ],
        },
      },
    },
  };
  const change = {
    spec: {
      template: {
        spec: {
          "$setElementOrder/containers": [{ name: "c" }, { name: "d" }],
          containers: [{ name: "c", image: "a:2", env: [{ name: "B", value: "2" }] }],
        },
      },
    },
  };
  assert.equal(patch("Deployment", current, change), {
    metadata: { name: "web" },
    spec: {
      template: {
        spec: {
          containers: [
            {
              name: "c",
              image: "a:2",
              env: [
                { name: "B", value: "2" },
                { name: "A", value: "1" },
              ],
            },
            { name: "d", image: "b" },
          ],
        },
      },
    },
  });
});

test("tolerations are replaced, finalizers merge, labels merge", () => {
  const current: JsonObject = { metadata: { labels: { a: "1" }, finalizers: ["x"] }, spec: { tolerations: [{ key: "a" }] } };
  assert.equal(
    patch("Pod", current, { metadata: { labels: { b: "2" }, finalizers: ["y"] }, spec: { tolerations: [{ key: "b" }] } }),
    {
      metadata: { labels: { a: "1", b: "2" }, finalizers: ["y", "x"] },
      spec: { tolerations: [{ key: "b" }] },
    },
  );
});

test("a Deployment's strategy keeps only the keys that $retainKeys names", () => {
  const current: JsonObject = { spec: { strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1 } } } };
  assert.equal(patch("Deployment", current, { spec: { strategy: { $retainKeys: ["type"], type: "Recreate" } } }), {
    spec: { strategy: { type: "Recreate" } },
  });
});

test("conditions of a node merge by type", () => {
  const current: JsonObject = {
    status: {
      conditions: [
        { type: "Ready", status: "False" },
        { type: "DiskPressure", status: "False" },
      ],
    },
  };
  assert.equal(patch("Node", current, { status: { conditions: [{ type: "Ready", status: "True" }] } }), {
    status: {
      conditions: [
        { type: "Ready", status: "True" },
        { type: "DiskPressure", status: "False" },
      ],
    },
  });
});

test("there is no merge type of a name the API does not know", () => assert.is(mergeTypeOf("Nonsense"), undefined));

test.run();
