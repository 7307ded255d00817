/** Turns what actors say over the wire into the requests that HTTP becomes too. */
import { type Expected, type FieldValidation, readValue } from "../../src/api/body.js";
import { isJsonObject } from "../../src/api/json-value.js";
import { apiVersionOf } from "../../src/api/kinds.js";
import { badRequest, fail, type Result } from "../../src/api/status.js";
import type { UntypedObject } from "../../src/api/types.js";
import { roleOf } from "../../src/wire/address.js";
import type { Incoming, Responder } from "../../src/wire/declare.js";
import { type WireError, type WireErrorCode, wireError } from "../../src/wire/errors.js";
import { resourceAttributes } from "./access/attributes.js";
import type { Catalog } from "./catalog/catalog.js";
import type { apiserverMessages, ListReply, ObjectReply } from "./messages.js";
import type { ApiError, ApiHandler, ApiOutcome, ApiUser, RequestPath, Respond } from "./request.js";
import { expectedAt } from "./served.js";

type Spoken = Exclude<Incoming<typeof apiserverMessages>, { type: "trace" | "attachments" }>;

const codes: ReadonlyMap<number, WireErrorCode> = new Map([
  [503, "unavailable"],
  [504, "deadline"],
]);

/** A refusal as an error of the wire, with the Status as its details. What may have happened is never told as definite. */
export function wireErrorOf(error: ApiError, indefinite = false): WireError {
  const code = indefinite ? (codes.get(error.code) === "deadline" ? "deadline" : "internal") : "rejected";
  return wireError(code, error.status.message ?? "", error.status);
}

/** Who asks, if they may ask that. */
function admitted(handler: ApiHandler, { type, from, request }: Spoken): Result<ApiUser> {
  const speaker = handler.speaker(from, request.as);
  if (!speaker.ok) return speaker;
  const selected = "selection" in request ? request.selection : "options" in request ? request.options : undefined;
  const { fieldSelector = "" } = (selected ?? {}) as { fieldSelector?: string };
  const asked = resourceAttributes(type.toLowerCase(), request.path, fieldSelector);
  const refusal = handler.refusalOf(speaker.value, asked);
  return refusal === undefined ? speaker : fail(refusal);
}

export function serveSpoken(handler: ApiHandler, spoken: Spoken): void {
  const asker = admitted(handler, spoken);
  if (!asker.ok) {
    const error = wireErrorOf(asker.error);
    if (spoken.type === "watch") spoken.stream.end(error);
    else spoken.respond.error(error);
    return;
  }
  const user = asker.value;
  if (spoken.type === "watch") {
    watch(handler, spoken, user);
    return;
  }
  const { deadlineMs } = spoken;
  const typed = roleOf(spoken.from) !== "user";
  switch (spoken.type) {
    case "get": {
      const { path, resourceVersion } = spoken.request;
      const at = resourceVersion === undefined ? {} : { resourceVersion };
      handler.request({ verb: "get", path, user, deadlineMs, ...at }, withObject(spoken.respond));
      return;
    }
    case "list": {
      const { path, options = {} } = spoken.request;
      handler.request({ verb: "list", path, user, deadlineMs, options }, withList(spoken.respond));
      return;
    }
    case "create":
    case "update": {
      const { type: verb } = spoken;
      const { path, object, options = {} } = spoken.request;
      const respond = withObject(spoken.respond);
      const body = readBody(handler.catalog, path, verb, object, typed ? undefined : (options.fieldValidation ?? "Ignore"));
      if (!body.ok) respond({ ok: false, error: body.error });
      else handler.request({ verb, path, user, deadlineMs, body: body.value, options }, respond);
      return;
    }
    case "patch": {
      const { path, patchType, patch, options = {} } = spoken.request;
      const respond = withObject(spoken.respond);
      const value = parse(patch);
      if (value === undefined) respond({ ok: false, error: badRequest("error decoding patch: it is not JSON") });
      else handler.request({ verb: "patch", path, user, deadlineMs, typed, patchType, patch: value.parsed, options }, respond);
      return;
    }
    case "delete": {
      const { path, options = {} } = spoken.request;
      handler.request({ verb: "delete", path, user, deadlineMs, options }, withObject(spoken.respond));
      return;
    }
    case "deleteCollection": {
      const { path, options = {}, selection = {} } = spoken.request;
      handler.request({ verb: "deletecollection", path, user, deadlineMs, options, selection }, withList(spoken.respond));
      return;
    }
  }
}

function parse(text: string): { readonly parsed: unknown } | undefined {
  try {
    return { parsed: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** Without `validation` the body is taken for what it should be: only its kind is looked at. */
function readBody(
  catalog: Catalog,
  path: RequestPath,
  verb: string,
  text: string,
  validation?: FieldValidation,
): Result<UntypedObject> {
  const served = catalog.for(path, verb);
  if (!served.ok) return served;
  const value = parse(text);
  if (value === undefined) return { ok: false, error: badRequest("the body of the request is not JSON") };
  const expected = expectedAt(served.value, path);
  if (validation === undefined && isOf(value.parsed, expected)) return { ok: true, value: withMetadata(value.parsed) };
  const decoded = readValue(value.parsed, [], expected, validation ?? "Ignore");
  return decoded.ok ? { ok: true, value: withMetadata(decoded.value.object) } : decoded;
}

const isOf = (value: unknown, { group, version, kind }: Expected): value is { [field: string]: unknown } =>
  isJsonObject(value) && value.kind === kind && value.apiVersion === apiVersionOf(group, version);

const withMetadata = (object: { readonly [field: string]: unknown }): UntypedObject =>
  ({ ...object, metadata: object.metadata ?? {} }) as UntypedObject;

function refused(outcome: Extract<ApiOutcome, { ok: false }>): WireError {
  return wireErrorOf(outcome.error, outcome.indefinite);
}

const withObject =
  (respond: Responder<ObjectReply>): Respond =>
  (outcome) => {
    if (!outcome.ok) respond.error(refused(outcome));
    else if ("object" in outcome) respond.ok({ object: outcome.object as ObjectReply["object"] });
  };

const withList =
  (respond: Responder<ListReply>): Respond =>
  (outcome) => {
    if (!outcome.ok) {
      respond.error(refused(outcome));
      return;
    }
    if (!("list" in outcome)) return;
    const { items, resourceVersion, continue: token, remainingItemCount } = outcome.list;
    const more = token === undefined ? {} : { continue: token };
    respond.ok({ items, resourceVersion, ...more, ...(remainingItemCount === undefined ? {} : { remainingItemCount }) });
  };

function watch(handler: ApiHandler, spoken: Extract<Spoken, { type: "watch" }>, user: ApiUser): void {
  const { request, stream } = spoken;
  const handle = handler.watch(
    { path: request.path, user, options: request.options ?? {} },
    {
      started: () => undefined,
      refused: (error) => stream.end(wireErrorOf(error)),
      events: (events) => stream.send({ events }),
      ended: (error) => stream.end(error === undefined ? undefined : wireErrorOf(error)),
    },
  );
  stream.listen({ onClosed: () => handle.closed() });
}
