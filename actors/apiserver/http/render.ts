/** What the API server answers, in the form that the client asked for. */

import type { Resource } from "../../../src/api/kinds.js";
import { protobufMediaType, sealProtobuf, watchFrame, watchMessage } from "../../../src/api/protobuf/envelope.js";
import type { ApiError } from "../../../src/api/status.js";
import { type PrintedKind, type TableOptions, tableOf } from "../../../src/api/table/table.js";
import type { KubernetesObject, ListMeta, ObjectMeta, Status, Table, UntypedObject } from "../../../src/api/types.js";
import { yamlText } from "../../../src/api/yaml-writer.js";
import { readJson, writeJson } from "../../../src/json/text.js";
import { decodeJson, type Json } from "../../../src/wire/json.js";
import type { WatchEvent } from "../messages.js";
import { type ListParts, watchLine } from "../request.js";
import { listMeta, listText, type TextInPieces, withoutTypeMeta } from "./list-text.js";
import { mediaTypes, type Representation } from "./negotiation.js";

/** An answer's body as it goes out. */
export interface Rendered {
  readonly contentType: string;
  readonly body: string | Uint8Array | TextInPieces;
}

/** What a rendering needs to know beside the answer. */
export interface RenderContext {
  /** The kind of the objects; undefined where the answer is of no stored kind. */
  readonly resource: Resource | undefined;
  readonly representation: Representation;
  /** JSON is laid out for people. */
  readonly pretty: boolean;
  readonly nowMs: number;
  /** Query parameter of Table: how much of each object comes along. */
  readonly includeObject: TableOptions["includeObject"];
}

const jsonText = (text: string, pretty: boolean): Rendered => ({
  contentType: mediaTypes.json,
  body: pretty ? writeJson(readJson(text), 2) : text,
});

/** An error in the form that the client reads objects in. */
export const renderStatus = (status: ApiError["status"], representation: Representation, pretty: boolean): Rendered =>
  encode(status, "Status", { representation, pretty });

export function renderObject(text: Json<KubernetesObject | Status>, context: RenderContext): Rendered {
  const { resource, representation } = context;
  const { as, encoding } = representation;
  if (as === undefined && encoding === "json") return jsonText(text, context.pretty);
  const object = decodeJson(text) as UntypedObject;
  const isStatus = object.kind === "Status";
  if (as === "Table" && resource !== undefined && !isStatus) {
    return encode(tabulate([object], { resourceVersion: object.metadata.resourceVersion ?? "" }, context), "Table", context);
  }
  if (as !== undefined && !isStatus) return encode(partial(object, representation), "PartialObjectMetadata", context);
  return encode(object, isStatus ? "Status" : typeOf(object, resource), context);
}

export function renderList(list: ListParts, context: RenderContext): Rendered {
  const { resource, representation } = context;
  const { as, encoding } = representation;
  const builtin = isBuiltin(resource);
  if (as === undefined && encoding === "json" && !context.pretty)
    return { contentType: mediaTypes.json, body: listText(list, builtin) };
  const items = list.items.map((item) => decodeJson(item) as UntypedObject);
  const metadata = listMeta(list);
  if (as === "Table") return encode(tabulate(items, metadata, context), "Table", context);
  if (as !== undefined) {
    const partials = items.map((item) => partial(item, representation));
    const apiVersion = `meta.k8s.io/${representation.asVersion ?? "v1"}`;
    return encode(
      { kind: "PartialObjectMetadataList", apiVersion, metadata, items: partials },
      "PartialObjectMetadataList",
      context,
    );
  }
  const shown = builtin ? items.map(withoutTypeMeta) : items;
  return encode({ kind: list.kind, apiVersion: list.apiVersion, metadata, items: shown }, resource?.listType ?? "", context);
}

/** A kind that the server has a type for; custom ones have none. */
const isBuiltin = (resource: Resource | undefined): boolean => resource !== undefined && resource.type !== "";

/** Renders the events of one watch; the first Table of a watch has the columns, later ones do not repeat them. */
export class WatchRenderer {
  private told = false;
  readonly contentType: string;

  /** `inMessages`: nothing needs to tell where an event ends. */
  constructor(
    private readonly context: RenderContext,
    private readonly inMessages = false,
  ) {
    const { encoding } = context.representation;
    this.contentType = encoding === "protobuf" ? `${protobufMediaType};stream=watch` : mediaTypes.json;
  }

  event(event: WatchEvent): string | Uint8Array {
    const { as, encoding } = this.context.representation;
    if (as === undefined && encoding !== "protobuf") return watchLine(event);
    const object = decodeJson(event.object as Json<UntypedObject>);
    if (as === undefined) return this.frame(event.type, object, typeOf(object, this.context.resource));
    return this.frame(event.type, as === "Table" ? this.table(event, object) : partial(object, this.context.representation), as);
  }

  error(error: ApiError): string | Uint8Array {
    return this.frame("ERROR", error.status, "Status");
  }

  private table(event: WatchEvent, object: UntypedObject): Table {
    const table = tabulate(event.type === "BOOKMARK" ? [] : [object], { resourceVersion: event.resourceVersion }, this.context);
    const again = this.told;
    this.told = true;
    return again ? { ...table, columnDefinitions: [] } : table;
  }

  private frame(type: string, object: object, typeName: string): string | Uint8Array {
    const sealed =
      this.context.representation.encoding === "protobuf" ? sealProtobuf(typeName, object as UntypedObject) : undefined;
    if (sealed === undefined) return `${writeJson({ type, object })}\n`;
    return this.inMessages ? watchMessage(type, sealed) : watchFrame(type, sealed);
  }
}

const scale: PrintedKind = { group: "autoscaling", kind: "Scale", type: "Scale" };

/** The subresource scale gives a kind of its own. */
const printedKind = (resource: Resource | undefined, object: UntypedObject | undefined): PrintedKind =>
  object?.kind === scale.kind ? scale : (resource ?? { group: "", kind: object?.kind ?? "", type: "" });

function tabulate(objects: readonly UntypedObject[], metadata: ListMeta, context: RenderContext): Table {
  const { resource, representation, nowMs, includeObject } = context;
  const printed = printedKind(resource, objects[0]);
  const table = tableOf(printed, objects, metadata, includeObject === undefined ? { nowMs } : { nowMs, includeObject });
  return { ...table, apiVersion: `meta.k8s.io/${representation.asVersion ?? "v1"}` };
}

const partial = (
  object: KubernetesObject,
  representation: Representation,
): { apiVersion: string; kind: string; metadata: ObjectMeta } => ({
  kind: "PartialObjectMetadata",
  apiVersion: `meta.k8s.io/${representation.asVersion ?? "v1"}`,
  metadata: object.metadata,
});

/** The schema's name of an object's type: that of its resource, or for a subresource's object its own kind. */
const typeOf = (object: KubernetesObject, resource: Resource | undefined): string =>
  resource !== undefined && object.kind === resource.kind ? resource.type : (object.kind ?? "");

function encode(
  object: object,
  typeName: string,
  { representation: { encoding }, pretty }: Pick<RenderContext, "representation" | "pretty">,
): Rendered {
  if (encoding === "yaml") return { contentType: mediaTypes.yaml, body: yamlText(object) };
  const sealed = encoding === "protobuf" ? sealProtobuf(typeName, object as UntypedObject) : undefined;
  // A type without a message can only be had as JSON.
  return sealed === undefined ? jsonText(writeJson(object), pretty) : { contentType: protobufMediaType, body: sealed };
}
