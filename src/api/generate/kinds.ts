import { createHash } from "node:crypto";
import { versionRank } from "./names.js";
import { byText, type GroupVersionKind, type Operation, type Swagger } from "./swagger.js";

/** A row of the generated table; src/api/kinds.ts reads it back. */
export interface ResourceRow {
  group: string;
  version: string;
  plural: string;
  kind: string;
  namespaced: boolean;
  verbs: string;
  type: string;
  listType: string;
  /** What upstream publishes so that a client notices a change of storage version. */
  storageVersionHash: string;
  subresources: SubresourceRow[];
}

interface SubresourceRow {
  name: string;
  group: string;
  version: string;
  kind: string;
  verbs: string;
  type: string;
}

const verbOfAction: Readonly<Record<string, string>> = { post: "create", put: "update" };
const verbOfMethod: Readonly<Record<string, string>> = {
  get: "get",
  post: "create",
  put: "update",
  patch: "patch",
  delete: "delete",
};

/** Resources that several groups serve from one place in storage: which group's storage that is. */
const cohabiting: Readonly<Record<string, string>> = { "events.k8s.io/events": "" };

function verbOf(method: string, operation: Operation): string | undefined {
  const action = operation["x-kubernetes-action"];
  // A connection has the verb of its method; HEAD and OPTIONS have none.
  return action === undefined || action === "connect" ? verbOfMethod[method] : (verbOfAction[action] ?? action);
}

const mergeVerbs = (a: string, more: readonly string[]): string =>
  [...new Set([...a.split(" "), ...more])]
    .filter((verb) => verb !== "")
    .sort(byText)
    .join(" ");

/** One row for each resource that has paths in the document. */
export function readResources(swagger: Swagger, names: ReadonlyMap<string, string>): ResourceRow[] {
  const typeOfKind = new Map<string, string>();
  for (const [name, schema] of Object.entries(swagger.definitions)) {
    for (const { group, version, kind } of schema["x-kubernetes-group-version-kind"] ?? []) {
      typeOfKind.set(`${group}/${version}/${kind}`, names.get(name)!);
    }
  }
  const rows = new Map<string, ResourceRow>();
  // A collection's path sorts before those of its items and subresources.
  for (const path of Object.keys(swagger.paths).sort(byText)) {
    const match =
      /^\/(?:api|apis\/([^/]+))\/(v[^/]+)\/(namespaces\/\{namespace\}\/)?([a-z]+)(?:\/\{name\}(?:\/([a-z]+))?)?$/.exec(path);
    if (match === null) continue;
    const [, group = "", version, namespaced, plural, subresource] = match as unknown as [
      string,
      string | undefined,
      string,
      string?,
      string?,
      string?,
    ];
    const operations = Object.entries(swagger.paths[path]!).filter(([method]) => method !== "parameters");
    const verbs = operations.flatMap(([method, operation]) => verbOf(method, operation) ?? []);
    const gvk = operations
      .map(([, operation]) => operation["x-kubernetes-group-version-kind"])
      .find((found) => found !== undefined);
    if (gvk === undefined || plural === undefined) continue;
    const key = `${group}/${version}/${plural}`;
    if (subresource !== undefined) {
      const type = typeOfKind.get(`${gvk.group}/${gvk.version}/${gvk.kind}`) ?? "";
      rows.get(key)?.subresources.push({ name: subresource, ...gvkOf(gvk), verbs: mergeVerbs("", verbs), type });
      continue;
    }
    const known = rows.get(key);
    if (known !== undefined) {
      known.verbs = mergeVerbs(known.verbs, verbs);
      known.namespaced ||= namespaced !== undefined;
      continue;
    }
    const id = `${group}/${version}/${gvk.kind}`;
    rows.set(key, {
      group,
      version,
      plural,
      kind: gvk.kind,
      namespaced: namespaced !== undefined,
      verbs: mergeVerbs("", verbs),
      type: typeOfKind.get(id)!,
      listType: typeOfKind.get(`${id}List`) ?? "",
      storageVersionHash: "",
      subresources: [],
    });
  }
  const all = [...rows.values()].sort(
    (a, b) => byText(a.group, b.group) || byText(a.version, b.version) || byText(a.plural, b.plural),
  );
  for (const row of all) {
    // Watching has paths of its own in the document, though clients watch by a query of the collection.
    const base = row.group === "" ? `/api/${row.version}` : `/apis/${row.group}/${row.version}`;
    if (swagger.paths[`${base}/watch/${row.plural}`] !== undefined) row.verbs = mergeVerbs(row.verbs, ["watch"]);
  }
  for (const row of all) row.storageVersionHash = storageVersionHash(row, all);
  return all;
}

const gvkOf = ({ group, version, kind }: GroupVersionKind): GroupVersionKind => ({ group, version, kind });

function storageVersionHash(row: ResourceRow, all: readonly ResourceRow[]): string {
  if (!row.verbs.includes("list") || row.plural === "componentstatuses") return "";
  const group = cohabiting[`${row.group}/${row.plural}`] ?? row.group;
  const [stored] = all
    .filter((other) => other.group === group && other.plural === row.plural)
    .sort((a, b) => versionRank(b.version) - versionRank(a.version));
  return createHash("sha256").update(`${group}/${stored!.version}/${stored!.kind}`).digest().subarray(0, 8).toString("base64");
}

/** JSON text of the rows without their field names, in the order that src/api/kinds.ts reads. */
export function resourcesJson(rows: readonly ResourceRow[]): string {
  return JSON.stringify(
    rows.map((row) => [
      row.group,
      row.version,
      row.plural,
      row.kind,
      row.namespaced ? 1 : 0,
      row.verbs,
      row.type,
      row.listType,
      row.storageVersionHash,
      row.subresources.map((sub) => [sub.name, sub.group, sub.version, sub.kind, sub.verbs, sub.type]),
    ]),
  );
}
