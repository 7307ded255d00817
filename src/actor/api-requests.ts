/** Requests to the API server as values, so that pure code can say what is to be asked and a chart asks it. */
import {
  apiserverMessages,
  type DeleteOptions,
  type Impersonated,
  type ListOptions,
  type ObjectPath,
  type PatchType,
  type ResourcePath,
} from "../../actors/apiserver/messages.js";
import type { KubernetesObject } from "../api/types.js";
import { type Address, roleOf } from "../wire/address.js";
import { type Outcome, wireError } from "../wire/errors.js";
import { decodeJson, encodeJson, type Json } from "../wire/json.js";
import type { Host } from "./host.js";

export type ApiWrite =
  | {
      readonly verb: "create";
      readonly path: ResourcePath & { readonly name?: string; readonly subresource?: string };
      readonly object: KubernetesObject;
    }
  | { readonly verb: "update"; readonly path: ObjectPath; readonly object: KubernetesObject }
  | { readonly verb: "patch"; readonly path: ObjectPath; readonly patchType: PatchType; readonly patch: unknown }
  | { readonly verb: "delete"; readonly path: ObjectPath; readonly options?: DeleteOptions }
  | { readonly verb: "deleteCollection"; readonly path: ResourcePath; readonly options?: DeleteOptions };

export type ApiRead =
  | { readonly verb: "get"; readonly path: ObjectPath; readonly query?: Readonly<Record<string, string>> }
  | { readonly verb: "list"; readonly path: ResourcePath; readonly options?: ListOptions };

/** What a read or write answers: the object, or for a list its items. */
export interface ApiAnswer {
  /** The object as the API server now has it; for a delete it may be a Status. */
  readonly object?: KubernetesObject;
  readonly items?: readonly KubernetesObject[];
  readonly resourceVersion?: string | undefined;
}

/** The API server that an actor is attached to now. */
export const attachedApiserver = (host: Host): Address | undefined =>
  host.wire.peers().find((peer) => roleOf(peer) === "apiserver");

/** Asks the API server, as this actor or as somebody that it may speak for. Without a link the outcome is `unreachable`, at once. */
export function askApiserver(
  host: Host,
  request: ApiWrite | ApiRead,
  onOutcome: (outcome: Outcome<ApiAnswer>) => void,
  as?: Impersonated,
): void {
  const server = attachedApiserver(host);
  if (server === undefined) {
    onOutcome({ ok: false, error: wireError("unreachable", "no API server is linked") });
    return;
  }
  const one = { onOutcome: (outcome: Outcome<{ object: Json<unknown> }>) => onOutcome(answered(outcome, readObject)) };
  const many = {
    onOutcome: (outcome: Outcome<{ items: ReadonlyArray<Json<KubernetesObject>>; resourceVersion: string }>) =>
      onOutcome(answered(outcome, readItems)),
  };
  const speaking = as === undefined ? {} : { as };
  switch (request.verb) {
    case "get":
      host.wire.call(
        server,
        apiserverMessages.get,
        { path: request.path, ...(request.query === undefined ? {} : { query: request.query }), ...speaking },
        one,
      );
      return;
    case "list":
      host.wire.call(server, apiserverMessages.list, { path: request.path, options: request.options ?? {}, ...speaking }, many);
      return;
    case "create":
      host.wire.call(
        server,
        apiserverMessages.create,
        { path: request.path, object: encodeJson(request.object), ...speaking },
        one,
      );
      return;
    case "update":
      host.wire.call(
        server,
        apiserverMessages.update,
        { path: request.path, object: encodeJson(request.object), ...speaking },
        one,
      );
      return;
    case "patch": {
      const { path, patchType, patch } = request;
      host.wire.call(server, apiserverMessages.patch, { path, patchType, patch: encodeJson(patch), ...speaking }, one);
      return;
    }
    case "delete":
      host.wire.call(server, apiserverMessages.delete, { path: request.path, options: request.options ?? {}, ...speaking }, one);
      return;
    case "deleteCollection":
      host.wire.call(
        server,
        apiserverMessages.deleteCollection,
        { path: request.path, options: request.options ?? {}, ...speaking },
        many,
      );
      return;
  }
}

/** Most writers only want to know that they have written: the text is read when somebody looks. */
class AnsweredObject implements ApiAnswer {
  private known: KubernetesObject | undefined;

  constructor(private readonly text: Json<unknown>) {}

  get object(): KubernetesObject {
    this.known ??= decodeJson(this.text) as KubernetesObject;
    return this.known;
  }

  get resourceVersion(): string | undefined {
    return this.object.metadata?.resourceVersion;
  }
}

const readObject = (reply: { object: Json<unknown> }): ApiAnswer => new AnsweredObject(reply.object);

const readItems = (reply: { items: ReadonlyArray<Json<KubernetesObject>>; resourceVersion: string }): ApiAnswer => ({
  items: reply.items.map((item) => decodeJson(item)),
  resourceVersion: reply.resourceVersion,
});

const answered = <Reply>(outcome: Outcome<Reply>, read: (reply: Reply) => ApiAnswer): Outcome<ApiAnswer> =>
  outcome.ok ? { ok: true, reply: read(outcome.reply) } : outcome;
