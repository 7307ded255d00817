/**
 * Every operation of the API that a kind has, in the order in which a client goes through them: created, read, listed, watched, patched, replaced,
 * its status, and deleted, alone and as a collection.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#api-verbs
 */
import { Agent } from "node:https";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Answer, ApiFront, type Asked } from "../support/api-front.js";
import { until } from "../support/until.js";
import { kinds } from "./kinds.js";

const test = suite("API operations, kind by kind");

interface Item {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: object;
  readonly status?: object;
}
interface List {
  readonly metadata: { readonly resourceVersion: string };
  readonly items: readonly Item[];
}
interface Told {
  readonly type: string;
  readonly object: Item;
}

let front: ApiFront;
test.before(async () => {
  front = await ApiFront.start();
  await front.cluster.waitFor("serviceaccount/default", "exists");
});
// So many requests share connections, as those of any client do.
const agent = new Agent({ keepAlive: true });
const ask = (method: string, path: string, asked: Asked = {}): Promise<Answer> => front.ask(method, path, asked, { agent });
test.after(async () => {
  agent.destroy();
  await front?.stop();
});

const read = <Value>({ code, text }: Answer, expected: number): Value => {
  assert.is(code, expected, text);
  return JSON.parse(text) as Value;
};
const send = (method: string, path: string, body: object, type = "application/json"): Promise<Answer> =>
  ask(method, path, { headers: { "content-type": type }, body: JSON.stringify(body) });
const merge = (path: string, body: object): Promise<Answer> => send("PATCH", path, body, "application/merge-patch+json");
/** What a watch tells since a list, until it has told of so many deletions. */
const toldSince = (path: string, query: string, deletions: number): Promise<string[]> =>
  new Promise((resolve, reject) => {
    const told: string[] = [];
    let rest = "";
    const watch = front.watch(
      path,
      (response) => {
        response.setEncoding("utf8").on("data", (part: string) => {
          const lines = `${rest}${part}`.split("\n");
          rest = lines.pop() ?? "";
          for (const line of lines) {
            const { type, object } = JSON.parse(line) as Told;
            told.push(`${type} ${object.metadata.name}`);
          }
          if (told.filter((each) => each.startsWith("DELETED")).length < deletions) return;
          watch.destroy();
          resolve(told);
        });
      },
      query,
    );
    watch.setTimeout(10_000, () => watch.destroy(new Error(`the watch told only ${told.join()}`)));
    watch.on("error", reject);
  });

for (const [at, { apiVersion, kind, resource, clusterWide = false, name, body, status }] of kinds.entries()) {
  test(`${kind} of ${apiVersion}`, async () => {
    const root = `${apiVersion.includes("/") ? "/apis" : "/api"}/${apiVersion}`;
    const path = `${root}/${clusterWide ? "" : "namespaces/default/"}${resource}`;
    const everywhere = `${root}/${resource}`;
    const label = `operations-${at}`;
    const selected = `labelSelector=e2e%3D${label}`;
    const named = name ?? ((index: number) => `operations-${at}-${index}`);
    const object = (index: number) => ({
      apiVersion,
      kind,
      metadata: { name: named(index), labels: { e2e: label } },
      ...body(index),
    });

    const discovered = read<{ resources: Array<{ name: string; verbs: string[] }> }>(await ask("GET", root), 200).resources;
    assert.equal(discovered.find((each) => each.name === resource)?.verbs.toSorted(), [
      "create",
      "delete",
      "deletecollection",
      "get",
      "list",
      "patch",
      "update",
      "watch",
    ]);

    const { metadata } = read<List>(await ask("GET", `${path}?${selected}`), 200);
    const [one, two, three] = [named(1), named(2), named(3)];
    for (const index of [1, 2, 3]) read(await send("POST", path, object(index)), 201);
    read(await send("POST", path, object(1)), 409);
    const created = read<Item>(await ask("GET", `${path}/${one}`), 200);
    assert.match(created.metadata.uid, /^[0-9a-f-]{36}$/);
    for (const of of [path, everywhere]) {
      const { items } = read<List>(await ask("GET", `${of}?${selected}`), 200);
      assert.equal(
        items.map((item) => item.metadata.name),
        [one, two, three],
      );
    }

    const patched = read<Item>(await merge(`${path}/${one}`, { metadata: { annotations: { patched: "true" } } }), 200);
    assert.is(patched.metadata.annotations?.patched, "true");
    const replaced = async (part: string, change: (latest: Item) => Item): Promise<Item> => {
      // A controller may have been faster: its client reads again.
      for (;;) {
        const latest = read<Item>(await ask("GET", `${path}/${one}`), 200);
        const answer = await send("PUT", `${path}/${one}${part}`, change(latest));
        if (answer.code !== 409) return read<Item>(answer, 200);
      }
    };
    /** The object before its status was patched, and after. */
    const withStatus = async (status: object): Promise<[Item, Item]> => {
      for (;;) {
        const before = read<Item>(await ask("GET", `${path}/${one}`), 200);
        const { resourceVersion } = before.metadata;
        const answer = await merge(`${path}/${one}/status`, { metadata: { resourceVersion }, status });
        if (answer.code !== 409) return [before, read<Item>(answer, 200)];
      }
    };
    const updated = await replaced("", (latest) => ({
      ...latest,
      metadata: { ...latest.metadata, annotations: { ...latest.metadata.annotations, updated: "true" } },
    }));
    assert.is(updated.metadata.annotations?.updated, "true");
    read(await send("PUT", `${path}/${one}`, { ...updated, metadata: created.metadata }), 409);

    if (status !== undefined) {
      read(await ask("GET", `${path}/${one}/status`), 200);
      const [before, told] = await withStatus(status);
      for (const [field, value] of Object.entries(status)) {
        if (value !== "" && JSON.stringify(value) !== "{}") assert.ok(field in (told.status ?? {}), `status.${field} is kept`);
      }
      assert.equal(told.spec, before.spec, "the spec is not changed by way of the status");
      await replaced("/status", (latest) => latest);
    }

    const left = async (): Promise<number> => read<List>(await ask("GET", `${path}?${selected}`), 200).items.length;
    read(await ask("DELETE", `${path}/${one}`), 200);
    // What a controller still has to release goes a moment later.
    await until(`${one} is gone`, async () => (await left()) === 2);
    read(await ask("GET", `${path}/${one}`), 404);
    read(await ask("DELETE", `${path}?${selected}`), 200);
    await until("the others are gone", async () => (await left()) === 0);

    const told = await toldSince(path, `${selected}&resourceVersion=${metadata.resourceVersion}`, 3);
    const of = (type: string): string[] => told.filter((each) => each.startsWith(type)).toSorted();
    const all = (type: string): string[] => [one, two, three].map((each) => `${type} ${each}`);
    assert.equal([of("ADDED"), of("DELETED")], [all("ADDED"), all("DELETED")]);
    assert.ok(told.includes(`MODIFIED ${one}`), told.join());
  });
}

// 202 only for those who say it in the older way.
test("a delete of what does not go at once is accepted where orphanDependents is false", async () => {
  const path = "/api/v1/namespaces/default/configmaps";
  const json = { "content-type": "application/json" };
  for (const [name, body, code] of [
    ["going", { orphanDependents: false }, 202],
    ["staying", { propagationPolicy: "Background" }, 200],
  ] as const) {
    const metadata = { name, finalizers: ["example.com/wait"] };
    read(await front.ask("POST", path, { headers: json, body: JSON.stringify({ metadata }) }), 201);
    read(await front.ask("DELETE", `${path}/${name}`, { headers: json, body: JSON.stringify(body) }), code);
  }
});

test.run();
