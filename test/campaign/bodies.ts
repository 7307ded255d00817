/** Bodies: objects of every kind with something wrong, as JSON, YAML or protobuf, and patches of each type. */

import { stringify } from "yaml";
import type { Resource } from "../../src/api/kinds.js";
import { hasMessage, sealProtobuf } from "../../src/api/protobuf/envelope.js";
import type { UntypedObject } from "../../src/api/types.js";
import { writeJson } from "../../src/json/text.js";
import { AnyObject } from "../api/any-object.js";
import { type Chance, strangeText, strangeValue } from "./chance.js";

export interface Body {
  readonly contentType: string;
  readonly bytes: Buffer;
}

type Fields = { [field: string]: unknown };

/** Few names, so that requests meet each other's objects, and so that no more than so many are ever kept. */
const names = ["a", "b", "c", "d", "web", "db"];

export const nameOf = (chance: Chance): string => (chance.oneIn(8) ? strangeText(chance) : chance.pick(names));

export function objectOf(resource: Resource, chance: Chance): Fields {
  const object = new AnyObject(chance.below(2 ** 31)).of(resource.type);
  const metadata: Fields = { name: nameOf(chance), labels: { app: chance.pick(names) } };
  if (chance.oneIn(6)) Object.assign(metadata, new AnyObject(chance.below(2 ** 31)).of("ObjectMeta"));
  if (chance.oneIn(4)) metadata.resourceVersion = chance.pick(["0", "1", "999999999", "x"]);
  if (chance.oneIn(10)) metadata.finalizers = ["example.com/a"];
  if (chance.oneIn(20)) metadata.ownerReferences = [strangeValue(chance)];
  return { apiVersion: resource.apiVersion, kind: resource.kind, ...object, metadata };
}

/** Changes a value somewhere inside; `value` stays as it is. */
export function disturbed(value: unknown, chance: Chance): unknown {
  if (chance.oneIn(4) || typeof value !== "object" || value === null) return strangeValue(chance);
  if (Array.isArray(value)) {
    if (value.length === 0 || chance.oneIn(4)) return [...value, strangeValue(chance)];
    const at = chance.below(value.length);
    return value.map((item, index) => (index === at ? disturbed(item, chance) : item));
  }
  const keys = Object.keys(value);
  const key = keys.length === 0 || chance.oneIn(5) ? strangeText(chance) : chance.pick(keys);
  const fields = new Map(Object.entries(value));
  if (chance.oneIn(6)) fields.delete(key);
  else fields.set(key, disturbed(fields.get(key), chance));
  return Object.fromEntries(fields);
}

/** Text with something done to it that no encoder does. */
function torn(text: string, chance: Chance): Buffer {
  const bytes = Buffer.from(text);
  const at = chance.below(bytes.length + 1);
  switch (chance.below(6)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return Buffer.concat([bytes.subarray(0, at), chance.bytes(1 + chance.below(4)), bytes.subarray(at)]);
    case 2:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at / 2)]);
    case 3:
      return Buffer.concat([bytes, bytes]);
    case 4: {
      const changed = Buffer.from(bytes);
      for (let count = 0; count < 3 && changed.length > 0; count += 1) changed[chance.below(changed.length)] = chance.below(256);
      return changed;
    }
    default:
      return Buffer.from(
        chance.pick(["", "[".repeat(5_000), '{"a":'.repeat(5_000), "null", "{}", "[]", '""', "0", "\u0000", "\ufeff{}"]),
      );
  }
}

const yamlOddities = [
  "a: &a [x]\nb: *a\n",
  "a: &a [*a]\n",
  `${Array.from({ length: 9 }, (_, index) => `l${index}: &l${index} [${index === 0 ? "x,x" : `*l${index - 1},*l${index - 1},*l${index - 1}`}]`).join("\n")}\n`,
  "--- \na: 1\n--- \nb: 2\n",
  "a: !!binary |\n  %%%\n",
  "a: !!js/function 'x'\n",
  "? [a, b]\n: c\n",
  "\t- a\n",
  "a: 'unclosed\n",
  "<<: {a: b}\nkind: <<\n",
  "a: 0o17\nb: 1_000\nc: yes\nd: 12:30:45\ne: .inf\n",
];

export function encoded(object: unknown, resource: Resource, chance: Chance): Body {
  const text = writeJson(object);
  switch (chance.below(5)) {
    case 0: {
      const yaml = chance.oneIn(6) ? chance.pick(yamlOddities) : stringify(object, { version: "1.1" });
      return { contentType: "application/yaml", bytes: chance.oneIn(3) ? torn(yaml, chance) : Buffer.from(yaml) };
    }
    case 1:
      return protobufOf(object, resource, chance);
    default:
      return {
        contentType: chance.oneIn(20) ? strangeText(chance) : "application/json",
        bytes: chance.oneIn(5) ? torn(text, chance) : Buffer.from(text),
      };
  }
}

function protobufOf(object: unknown, resource: Resource, chance: Chance): Body {
  const contentType = "application/vnd.kubernetes.protobuf";
  if (chance.oneIn(20)) return { contentType, bytes: chance.bytes(chance.below(100)) };
  const sealed = hasMessage(resource.type) ? seal(object, resource) : undefined;
  if (sealed === undefined) return { contentType, bytes: Buffer.concat([Buffer.from("k8s\0"), chance.bytes(chance.below(60))]) };
  const bytes = Buffer.from(sealed);
  if (chance.oneIn(3)) return { contentType, bytes };
  const changed = chance.oneIn(3) ? bytes.subarray(0, chance.below(bytes.length + 1)) : bytes;
  for (let count = chance.below(5); count > 0 && changed.length > 4; count -= 1)
    changed[4 + chance.below(changed.length - 4)] = chance.below(256);
  return { contentType, bytes: changed };
}

/** What is no object of the kind any more may have no protobuf form. */
function seal(object: unknown, { type }: Resource): Uint8Array | undefined {
  try {
    return sealProtobuf(type, object as UntypedObject);
  } catch {
    return undefined;
  }
}

const pointers = [
  "",
  "/",
  "/metadata",
  "/metadata/labels/app",
  "/spec",
  "/spec/replicas",
  "/spec/containers/0",
  "/spec/containers/-",
  "/data/a",
  "/~2",
  "/a~1b",
  "/0",
  "/metadata/labels/__proto__",
];
const operations = ["add", "remove", "replace", "move", "copy", "test", "leap"];
const directives = [
  { $patch: "delete" },
  { $patch: "replace" },
  { $patch: "leap" },
  { $retainKeys: ["a", 1] },
  { $retainKeys: "a" },
  { "$deleteFromPrimitiveList/finalizers": ["example.com/a"] },
  { "$setElementOrder/containers": [{ name: "a" }, { name: "b" }] },
  { "$setElementOrder/finalizers": 7 },
];

export function patchOf(resource: Resource, chance: Chance): Body {
  const fields = () => disturbed(objectOf(resource, chance), chance);
  const json = (contentType: string, value: unknown): Body => {
    const text = value === undefined ? "" : writeJson(value);
    return { contentType, bytes: chance.oneIn(8) ? torn(text, chance) : Buffer.from(text) };
  };
  switch (chance.below(4)) {
    case 0:
      return json(
        "application/json-patch+json",
        chance.oneIn(10)
          ? strangeValue(chance)
          : Array.from({ length: chance.below(5) }, () => ({
              op: chance.pick(operations),
              path: chance.pick(pointers),
              from: chance.pick(pointers),
              value: strangeValue(chance),
            })),
      );
    case 1:
      return json("application/merge-patch+json", chance.oneIn(10) ? strangeValue(chance) : fields());
    case 2: {
      const patch = fields();
      const directive = chance.pick(directives);
      const spec = { ...directive, containers: [{ name: "a", ...chance.pick(directives) }, strangeValue(chance)] };
      const at = chance.pick<Fields>([{ spec }, { metadata: directive }, directive, { spec: { template: { spec } } }]);
      return json(
        "application/strategic-merge-patch+json",
        typeof patch === "object" && patch !== null ? { ...patch, ...(chance.oneIn(2) ? at : {}) } : patch,
      );
    }
    default: {
      const object = fields();
      const text = stringify(object, { version: "1.1" });
      return { contentType: "application/apply-patch+yaml", bytes: chance.oneIn(6) ? torn(text, chance) : Buffer.from(text) };
    }
  }
}
