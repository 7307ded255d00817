/**
 * The API server against a model of what the documentation says: sequences of operations at random, by several managers, valid and
 * not. What differs is shrunk to the shortest sequence that still does. `CHARTROOM_MODEL_RUNS` says how many sequences (60), and
 * `CHARTROOM_MODEL_SEED` which.
 */

import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { UntypedObject } from "../../src/api/types.js";
import { readJson, writeJson } from "../../src/json/text.js";
import { ApiServerWorld } from "./apiserver-world.js";
import { type Fields, Model, ownersText, sorted } from "./apply-model.js";
import { configMap, definition, type Kind, type Operation, operations, type Sent, thing } from "./apply-sequences.js";
import { jsonPatched, mergePatched, strategicallyPatched } from "./patch-model.js";

const runs = Number(process.env["CHARTROOM_MODEL_RUNS"] ?? 60);
const seed = Number(process.env["CHARTROOM_MODEL_SEED"] ?? 20);

class Run {
  private model: Model;

  constructor(
    private readonly world: ApiServerWorld,
    private readonly kind: Kind,
    private name: string,
  ) {
    this.model = new Model(kind);
  }

  /** Does the same with both, which must come to the same. */
  agree(operation: Operation): void {
    const [before, expectedBefore] = this.versions;
    const [code, expected] = this.step(operation);
    assert.is(code, expected, `the answer: ${code}, not ${expected}`);
    this.check();
    if (operation.what === "generate") return;
    const [after, expectedAfter] = this.versions;
    const isWritten = expectedAfter !== expectedBefore;
    if (after !== "" && before !== "") assert.is(after !== before, isWritten, `it is written: ${isWritten}`);
  }

  /** The code that the API server answers and that of the model. */
  private step(operation: Operation): readonly [number, number] {
    switch (operation.what) {
      case "create": {
        const { object, manager: by, dryRun: dry } = operation;
        const told = this.world.create(this.kind.path, this.whole(object), 0, dry, by);
        return [told.error?.code ?? 200, this.model.create(object, by, dry)];
      }
      case "generate":
        return this.generate(operation);
      case "update":
        return this.update(operation);
      case "patch":
        return this.patch(operation);
      case "apply": {
        const { object, manager: by, part, force, dryRun: dry } = operation;
        const subresource = part === "" ? {} : { subresource: part };
        const told = this.world.apply(this.kind.path, this.whole(object), by, { force, dryRun: dry, ...subresource });
        return [told.error?.code ?? 200, this.model.apply(object, by, part, force, dry)];
      }
      case "delete":
        return this.delete(operation);
      case "deletecollection": {
        const selection = { labelSelector: `app=${operation.app}`, fieldSelector: `metadata.name=${this.name}` };
        const { error } = this.world.deleteCollection(this.kind.path, selection);
        const { labels: of = {} } = (this.model.object?.metadata ?? {}) as { labels?: Fields };
        if (of.app === operation.app) this.model.delete(false);
        return [error?.code ?? 200, 200];
      }
    }
  }

  private generate({ object, manager: by }: Extract<Operation, { what: "generate" }>): readonly [number, number] {
    const made = { ...object, metadata: { ...(object.metadata as Fields), generateName: "made-" } };
    const { metadata, ...rest } = this.whole(made);
    const { name: _name, ...own } = metadata;
    const told = this.world.create(this.kind.path, { ...rest, metadata: own }, 0, false, by);
    const model = new Model(this.kind);
    const expected = model.create(made, by, false);
    if (expected !== 200) return [told.error?.code ?? 200, expected];
    this.model = model;
    this.name = told.object.metadata.name ?? "";
    assert.match(this.name, /^made-[a-z0-9]{5}$/);
    return [told.error?.code ?? 200, expected];
  }

  private delete({ at, uid: which, dryRun: dry }: Extract<Operation, { what: "delete" }>): readonly [number, number] {
    const resourceVersion = this.resourceVersion(at);
    const { uid: right = "none" } = this.world.get(this.kind.path, this.name).object.metadata;
    const uid = which === "none" ? undefined : which === "right" ? right : "wrong";
    const preconditions = {
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(uid === undefined ? {} : { uid }),
    };
    const told = this.world.delete(this.kind.path, this.name, { dryRun: dry, preconditions });
    const isRefused = (at === "stale" || which === "wrong") && this.model.object !== undefined;
    return [told.error?.code ?? 200, isRefused ? 409 : this.model.delete(dry)];
  }

  private update({
    object,
    manager: by,
    part,
    at,
    dryRun: dry,
  }: Extract<Operation, { what: "update" }>): readonly [number, number] {
    const resourceVersion = this.resourceVersion(at);
    const body = this.whole(object, resourceVersion === undefined ? {} : { resourceVersion });
    const options = { fieldManager: by, dryRun: dry, ...(part === "" ? {} : { subresource: part }) };
    const told = this.world.update(this.kind.path, body, options);
    const exists = this.model.object !== undefined;
    const refused = exists && at === "stale" ? 409 : exists && at === "none" && this.kind.hasStatus ? 422 : undefined;
    return [told.error?.code ?? 200, refused ?? this.model.update(() => object, by, part, dry)];
  }

  private patch({ sent, manager: by, part, at, dryRun: dry }: Extract<Operation, { what: "patch" }>): readonly [number, number] {
    const { type } = sent;
    const options = { fieldManager: by, dryRun: dry };
    const subresource = part === "" ? undefined : part;
    const isOld = type === "application/merge-patch+json" && at === "stale";
    const { metadata: own } = sent.patch as Fields;
    const patch = isOld ? { ...sent.patch, metadata: { ...(own as Fields), resourceVersion: "1" } } : sent.patch;
    const told = this.world.patch(this.kind.path, this.name, patch, type, subresource, options);
    const code = told.error?.code ?? 200;
    const live = this.model.object;
    if (live === undefined) return [code, 404];
    if (type === "application/strategic-merge-patch+json") {
      if (this.kind.hasStatus) return [code, 415];
      if (strategicallyPatched(live, sent.patch) === undefined) return [code, 400];
    }
    return [code, isOld ? 409 : this.model.update((object) => patchedBy(sent, object), by, part, dry)];
  }

  /** That the two say the same of the object. */
  private check(): void {
    const { object, error } = this.world.get(this.kind.path, this.name);
    const { model } = this;
    assert.is(error?.code ?? 200, model.object === undefined ? 404 : 200, "the object exists");
    if (model.object === undefined) return;
    same("fields", sorted(this.plain(object)), sorted(withoutBareMetadata(model.object)));
    same("owners", ownersText(ownersOf(object)), ownersText(model.owners));
    if (this.kind.hasGeneration) assert.is(object.metadata.generation, model.generation, "its generation");
    assert.is(object.metadata.deletionTimestamp !== undefined, model.deleting, "whether it is being deleted");
  }

  /** How often the object was written, as far as resourceVersions tell. */
  private get versions(): readonly [string, number] {
    return [this.world.get(this.kind.path, this.name).object.metadata.resourceVersion ?? "", this.model.version];
  }

  private resourceVersion(at: "fresh" | "stale" | "none"): string | undefined {
    if (at === "none") return undefined;
    return at === "stale" ? "1" : this.world.get(this.kind.path, this.name).object.metadata.resourceVersion;
  }

  private whole({ metadata: own = {}, ...rest }: Fields, more: object = {}): UntypedObject {
    const { apiVersion, kind } = this.kind;
    return { apiVersion, kind, metadata: { name: this.name, ...(own as object), ...more }, ...rest } as UntypedObject;
  }

  private plain(object: UntypedObject): Fields {
    const { labels: of, finalizers: ending, generateName } = object.metadata;
    const kept = readJson(writeJson({ labels: of, finalizers: ending, generateName })) as Fields;
    const { apiVersion: _version, kind: _kind, metadata: _metadata, ...rest } = object;
    return withoutBareMetadata({ metadata: kept, ...(rest as Fields) });
  }
}

function patchedBy({ type, patch }: Sent, live: Fields): Fields | undefined {
  if (type === "application/json-patch+json") return jsonPatched(live, patch);
  return type === "application/merge-patch+json" ? (mergePatched(live, patch) as Fields) : strategicallyPatched(live, patch);
}

const same = (what: string, found: string, expected: string): void =>
  assert.is(found, expected, `its ${what} are\n${found}\nand not\n${expected}`);

const withoutBareMetadata = ({ metadata: own = {}, ...rest }: Fields): Fields =>
  Object.keys(own as Fields).length === 0 ? rest : { metadata: own, ...rest };

/** The owners of an object as the model names them. */
function ownersOf(object: UntypedObject): Map<string, Set<string>> {
  const owners = new Map<string, Set<string>>();
  for (const { manager: by, operation, subresource = "", fieldsV1 } of object.metadata.managedFields ?? []) {
    owners.set(`${by} ${operation} ${subresource}`, new Set(pathsIn(fieldsV1 as object, "")));
  }
  return owners;
}

function pathsIn(fields: object, path: string): string[] {
  return Object.entries(fields).flatMap(([element, inner]) => {
    if (element === ".") return [path];
    const value = element.slice(2);
    const at = element.startsWith("f:")
      ? `${path}.${value}`
      : element.startsWith("v:")
        ? `${path}[=${String(readJson(value))}]`
        : `${path}[${String(Object.values(readJson(value) as object)[0])}]`;
    return Object.keys(inner as object).length === 0 ? [at] : pathsIn(inner as object, at);
  });
}

for (const kind of [configMap, thing]) {
  test(`a ${kind.kind} is what the documentation says after any sequence of operations`, () => {
    const world = new ApiServerWorld().untilServing();
    world.create({ group: "apiextensions.k8s.io", version: "v1", resource: "customresourcedefinitions" }, definition);
    world.run(200);
    let count = 0;
    const property = fc.property(fc.array(operations(kind), { minLength: 1, maxLength: 24 }), (sequence) => {
      const run = new Run(world, kind, `object-${++count}`);
      for (const operation of sequence) run.agree(operation);
    });
    const { failed, errorInstance, counterexample } = fc.check(property, { seed, numRuns: runs });
    if (!failed) return;
    const steps = (counterexample?.[0] ?? []).map((operation) => writeJson(operation)).join("\n");
    assert.unreachable(`the API server and the model differ after\n${steps}\n${(errorInstance as Error).message}`);
  });
}

test.run();
