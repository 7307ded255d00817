import { suite } from "uvu";
import * as assert from "uvu/assert";
import { listText } from "../../actors/apiserver/http/list-text.js";
import { bytesOfPieces } from "../../actors/apiserver/io/http/text-bytes.js";
import type { ListParts } from "../../actors/apiserver/request.js";

const lists = suite("lists as text");

const listOf = (...objects: readonly object[]): ListParts => ({
  kind: "ConfigMapList",
  apiVersion: "v1",
  resourceVersion: "7",
  items: objects.map((object) => JSON.stringify(object) as ListParts["items"][number]),
});

const read = (list: ListParts, builtin: boolean): unknown =>
  JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytesOfPieces(listText(list, builtin))));

const named = (name: string) => ({ kind: "ConfigMap", apiVersion: "v1", metadata: { name } });
const meta = { kind: "ConfigMapList", apiVersion: "v1", metadata: { resourceVersion: "7" } };

lists("objects of built-in kinds do not say what they are", () => {
  const items = [{ metadata: { name: "a" } }, { metadata: { name: "b" } }];
  assert.equal(read(listOf(named("a"), named("b")), true), { ...meta, items });
});

lists("wherever in its text an object says it", () => {
  const { metadata, ...typeMeta } = named("a");
  assert.equal(read(listOf({ metadata, ...typeMeta }), true), { ...meta, items: [{ metadata }] });
});

lists("custom objects do", () => assert.equal(read(listOf(named("a")), false), { ...meta, items: [named("a")] }));

lists("a list of nothing has no items", () => assert.equal(read(listOf(), true), { ...meta, items: [] }));

lists("text of several bytes a character grows the bytes", () => {
  const wide = Array.from({ length: 50 }, (_, index) => ({ metadata: { name: "š√𝄞".repeat(index * 40) } }));
  assert.equal(read(listOf(...wide.map((each) => ({ kind: "ConfigMap", apiVersion: "v1", ...each }))), true), {
    ...meta,
    items: wide,
  });
});

lists.run();
