/** Turns what actors say over the wire into the requests that HTTP becomes too. */
import { type Expected, type FieldValidation, readValue } from "../../src/api/body.js";
import { isJsonObject } from "../../src/api/json-value.js";
import { apiVersionOf } from "../../src/api/kinds.js";
import { isPatchType } from "../../src/api/patch/patch.js";
import { readPatchText } from "../../src/api/patch/patch-text.js";
import { badRequest, fail, type Result, succeed } from "../../src/api/status.js";
import type { UntypedObject } from "../../src/api/types.js";
import { readJson } from "../../src/json/text.js";
import { type Address, roleOf } from "../../src/wire/address.js";
import type { Incoming, Responder } from "../../src/wire/declare.js";
import { type WireError, type WireErrorCode, wireError } from "../../src/wire/errors.js";
import { type Attributes, resourceAttributes } from "./access/attributes.js";
import type { Audit, AuditedRequest } from "./audit/audit.js";
import type { Catalog } from "./catalog/catalog.js";
import type { apiserverMessages, ListReply, ObjectReply } from "./messages.js";
import type { ApiError, ApiHandler, ApiOutcome, ApiUser, RequestPath, Respond } from "./request.js";
import { expectedAt } from "./served.js";
import { type Telling, tellingOf } from "./telling.js";

type Spoken = Exclude<Incoming<typeof apiserverMessages>, { type: "trace" | "attachments" }>;

/** By what name an actor owns the fields that it writes. */
const managerOf = (from: Address): string => {
  const role = roleOf(from);
  if (role === "user") return "chartroom";
  return role.startsWith("kube") ? role : `kube-${role}`;
};

const codes: ReadonlyMap<number, WireErrorCode> = new Map([
  [503, "unavailable"],
  [504, "deadline"],
]);

/** A refusal as an error of the wire, with the Status as its details. What may have happened is never told as definite. */
export function wireErrorOf(error: ApiError, indefinite = false): WireError {
  const code = indefinite ? (codes.get(error.code) === "deadline" ? "deadline" : "internal") : "rejected";
  return wireError(code, error.status.message ?? "", error.status);
}

interface Admitted {
  readonly user: ApiUser;
  readonly audited: AuditedRequest | undefined;
}

/** Who asks, if they may ask that. */
function admitted(handler: ApiHandler, { type, from, request }: Spoken): Result<Admitted> {
  const speaker = handler.speaker(from, request.as);
  if (!speaker.ok) return speaker;
  const user = speaker.value;
  const selected = "selection" in request ? request.selection : "options" in request ? request.options : undefined;
  const { fieldSelector = "" } = (selected ?? {}) as { fieldSelector?: string };
  const asked = resourceAttributes(type.toLowerCase(), request.path, fieldSelector);
  const audited =
    handler.audit === undefined ? undefined : beginAudit(handler, handler.audit, { from, user, asked, path: request.path });
  const refusal = handler.refusalOf(user, asked);
  if (refusal === undefined) return succeed({ user, audited });
  audited?.refused(refusal.status);
  audited?.completed();
  return fail(refusal);
}

function beginAudit(
  handler: ApiHandler,
  audit: Audit,
  { from, user, asked, path }: { from: Address; user: ApiUser; asked: Attributes; path: RequestPath },
): AuditedRequest | undefined {
  const { group, version, resource, namespace, name, subresource } = path;
  const parts = [...(namespace === undefined ? [] : ["namespaces", namespace]), resource, name, subresource];
  const requestUri = [group === "" ? "/api" : `/apis/${group}`, version, ...parts.filter((part) => part !== undefined)].join("/");
  const audited = audit.begin({
    // Actors speak for themselves: whoever they may speak for is who asks.
    asker: user,
    attributes: asked,
    version,
    requestUri,
    sourceIps: ["::1"],
    userAgent: from,
    longRunning: asked.verb === "watch",
  });
  audited?.decided(handler.decisionOf(user, asked));
  return audited;
}

/** What serves a request, with what it is asked and what comes of it told to the audit log. */
type Serving = Pick<ApiHandler, "request" | "watch" | "catalog">;

function auditedServing(handler: Serving, audited: AuditedRequest): Serving {
  return {
    catalog: handler.catalog,
    request: (request, respond) => {
      audited.asked(request);
      return handler.request(request, (outcome) => {
        audited.answered(outcome);
        audited.completed();
        respond(outcome);
      });
    },
    watch: (request, sink) => {
      const handle = handler.watch(request, {
        started: () => {
          audited.responding(200);
          sink.started();
        },
        events: (events) => sink.events(events),
        refused: (error) => {
          audited.refused(error.status);
          audited.responding(error.code);
          audited.completed();
          sink.refused(error);
        },
        ended: (error) => {
          audited.completed();
          sink.ended(error);
        },
      });
      return {
        closed: () => {
          audited.completed();
          handle.closed();
        },
      };
    },
  };
}

export function serveSpoken(front: ApiHandler, spoken: Spoken): void {
  const asker = admitted(front, spoken);
  if (!asker.ok) {
    const error = wireErrorOf(asker.error);
    if (spoken.type === "watch") spoken.stream.end(error);
    else spoken.respond.error(error);
    return;
  }
  const { user, audited } = asker.value;
  const handler: Serving = audited === undefined ? front : auditedServing(front, audited);
  if (spoken.type === "watch") {
    watch(handler, spoken, user);
    return;
  }
  const { deadlineMs } = spoken;
  const typed = roleOf(spoken.from) !== "user";
  const manager = managerOf(spoken.from);
  const telling = tellingOf(spoken.from);
  switch (spoken.type) {
    case "get": {
      const { path, resourceVersion, query } = spoken.request;
      const at = { ...(resourceVersion === undefined ? {} : { resourceVersion }), ...(query === undefined ? {} : { query }) };
      handler.request({ verb: "get", path, user, deadlineMs, ...at }, withObject(spoken.respond, telling));
      return;
    }
    case "list": {
      const { path, options = {} } = spoken.request;
      handler.request({ verb: "list", path, user, deadlineMs, options }, withList(spoken.respond, telling));
      return;
    }
    case "create":
    case "update": {
      const { type: verb } = spoken;
      const { path, object, options = {} } = spoken.request;
      const respond = withObject(spoken.respond, telling);
      const body = readBody(handler.catalog, path, verb, object, typed ? undefined : (options.fieldValidation ?? "Ignore"));
      if (!body.ok) respond({ ok: false, error: body.error });
      else {
        const { fieldManager = manager } = options;
        handler.request({ verb, path, user, fieldManager, deadlineMs, typed, body: body.value, options }, respond);
      }
      return;
    }
    case "patch": {
      const { path, patchType, patch, options = {} } = spoken.request;
      const respond = withObject(spoken.respond, telling);
      const read = typed || !isPatchType(patchType) ? readAsJson(patch) : readPatchText(patch, patchType);
      if (!read.ok) respond({ ok: false, error: read.error });
      else {
        const { fieldManager = manager } = options;
        const asked = { path, user, fieldManager, deadlineMs, typed, options };
        handler.request({ verb: "patch", ...asked, patchType, ...read.value }, respond);
      }
      return;
    }
    case "delete": {
      const { path, options = {} } = spoken.request;
      handler.request({ verb: "delete", path, user, deadlineMs, options }, withObject(spoken.respond, telling));
      return;
    }
    case "deleteCollection": {
      const { path, options = {}, selection = {} } = spoken.request;
      handler.request(
        { verb: "deletecollection", path, user, deadlineMs, options, selection },
        withList(spoken.respond, telling),
      );
      return;
    }
  }
}

function parse(text: string): { readonly parsed: unknown } | undefined {
  try {
    return { parsed: readJson(text) };
  } catch {
    return undefined;
  }
}

/** A patch of a component, or a configuration to apply. */
function readAsJson(text: string): Result<{ readonly patch: unknown }> {
  const value = parse(text);
  if (value === undefined) return fail(badRequest("error decoding patch: it is not JSON"));
  return succeed({ patch: value.parsed });
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
  if (validation === undefined && expected.custom === undefined && isOf(value.parsed, expected))
    return { ok: true, value: withMetadata(value.parsed) };
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
  (respond: Responder<ObjectReply>, telling: Telling): Respond =>
  (outcome) => {
    if (!outcome.ok) respond.error(refused(outcome));
    else if ("object" in outcome) respond.ok({ object: telling.object(outcome.object as ObjectReply["object"]) });
  };

const withList =
  (respond: Responder<ListReply>, telling: Telling): Respond =>
  (outcome) => {
    if (!outcome.ok) {
      respond.error(refused(outcome));
      return;
    }
    if (!("list" in outcome)) return;
    const { items, resourceVersion, continue: token, remainingItemCount } = outcome.list;
    const more = token === undefined ? {} : { continue: token };
    respond.ok({
      items: items.map(telling.object),
      resourceVersion,
      ...more,
      ...(remainingItemCount === undefined ? {} : { remainingItemCount }),
    });
  };

function watch(handler: Serving, spoken: Extract<Spoken, { type: "watch" }>, user: ApiUser): void {
  const { request, stream } = spoken;
  const telling = tellingOf(spoken.from);
  const handle = handler.watch(
    { path: request.path, user, options: request.options ?? {} },
    {
      started: () => undefined,
      refused: (error) => stream.end(wireErrorOf(error)),
      events: (events) => stream.send({ events: events.map(telling.event) }),
      ended: (error) => stream.end(error === undefined ? undefined : wireErrorOf(error)),
    },
  );
  stream.listen({ onClosed: () => handle.closed() });
}
