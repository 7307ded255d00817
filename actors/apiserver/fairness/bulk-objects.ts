/** The flow schemas and priority levels that every cluster has, as they are made at first and kept afterwards. */
import { semanticEqual } from "../../../src/api/json-value.js";
import { builtinResources } from "../../../src/api/kinds.js";
import { storageKey } from "../../../src/api/paths.js";
import type { FlowSchema, UntypedObject } from "../../../src/api/types.js";
import type { BulkObject } from "../setup/bulk-setup.js";
import { autoupdateSpec, levels, mandatory, schemas } from "./bootstrap.js";
import { dangling } from "./dangling.js";

function bulkObject(plural: string, object: UntypedObject): BulkObject {
  const resource = builtinResources().preferred("flowcontrol.apiserver.k8s.io", plural)!;
  const { name = "" } = object.metadata;
  const completed = (stored: UntypedObject): UntypedObject | undefined => {
    const kept = isKept(stored, name);
    const { annotations = {}, generation = 0 } = stored.metadata;
    const spec = kept ? object.spec : stored.spec;
    const isSame = semanticEqual(stored.spec, spec);
    if (isSame && annotations[autoupdateSpec] === String(kept)) return undefined;
    const metadata = {
      ...stored.metadata,
      annotations: { ...annotations, [autoupdateSpec]: String(kept) },
      generation: isSame ? generation : Number(generation) + 1,
    };
    return { ...stored, metadata, spec };
  };
  return { key: storageKey(resource, "", name), object, hasGeneration: true, completed };
}

/** Without the annotation, an object is kept as long as nobody has changed it; then it says so. */
function isKept({ metadata: { annotations = {}, generation } }: UntypedObject, name: string): boolean {
  if (mandatory.has(name)) return true;
  const said = annotations[autoupdateSpec];
  return said === undefined ? generation === 1 : said === "true";
}

/** When the first of them are made, in milliseconds since 1970. */
export const flowControlObjects = (nowMs: number): BulkObject[] => [
  ...levels.map((level) => bulkObject("prioritylevelconfigurations", { ...level, status: {} } as UntypedObject)),
  ...schemas.map((schema) =>
    bulkObject("flowschemas", { ...schema, status: { conditions: [dangling(schema, true, nowMs)] } } as UntypedObject),
  ),
];

/** The flow schemas whose condition does not say truly whether their priority level, one of `levelNames`, is there. */
export function danglingObjects(stored: readonly FlowSchema[], levelNames: ReadonlySet<string>, nowMs: number): BulkObject[] {
  return stored.flatMap((schema) => {
    const exists = levelNames.has(schema.spec?.priorityLevelConfiguration.name ?? "");
    const condition = dangling(schema, exists, nowMs);
    const said = schema.status?.conditions?.find(({ type }) => type === condition.type);
    if (said?.status === condition.status && said?.message === condition.message) return [];
    const status = { conditions: [condition] };
    const { key, object } = bulkObject("flowschemas", { ...schema, status } as UntypedObject);
    const completed = (now: UntypedObject): UntypedObject => ({ ...now, status });
    return [{ key, object, hasGeneration: true, completed }];
  });
}
