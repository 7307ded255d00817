/** Answers requests for objects: by content negotiation, within their time, rendered as asked for. */
import { asRead } from "../../../../src/api/body.js";
import type { Resource } from "../../../../src/api/kinds.js";
import { hasMessage } from "../../../../src/api/protobuf/envelope.js";
import {
  type ApiError,
  fail,
  genericFailure,
  notAcceptable,
  type Result,
  requestEntityTooLarge,
  succeed,
} from "../../../../src/api/status.js";
import { deprecationWarnings } from "../../http/deprecations.js";
import { allEncodings, type Encoding, isPretty, mediaTypes, negotiate, type Representation } from "../../http/negotiation.js";
import { deadlineOf, watchOptions } from "../../http/query.js";
import { type RenderContext, renderList, renderObject } from "../../http/render.js";
import { type MadeRequest, readRequest, writeRequest } from "../../http/requests.js";
import type { ResourceRoute } from "../../http/routing.js";
import { longTextBytes } from "../../long-texts/long-texts.js";
import type { ApiOutcome, ApiUser, WatchRequest } from "../../request.js";
import type { Asked } from "./asked.js";
import { type HttpRequest, type HttpResponse, isGone } from "./message.js";
import { bodyBytesMost, receiveBody } from "./request-body.js";
import { answer, answerError } from "./response.js";
import { serveWatch } from "./watch-response.js";

export function serveResource(asked: Asked, to: ResourceRoute, user: ApiUser, response: HttpResponse, onSetUp: () => void): void {
  const { handler, request, query } = asked;
  if (to.verb === "watch") {
    const watch = readWatch(asked, to, user);
    if (!watch.ok) answerError(request, response, watch.error);
    else serveWatch(handler, watch.value.watch, { request, response, onSetUp }, watch.value.context);
    return;
  }
  const offered = offeredFor(to);
  const representation = negotiate(request.headers.accept, offered, hasTable(to));
  if (representation === undefined) {
    answerError(request, response, notAcceptable(mediaTypesOf(offered, false)));
    return;
  }
  const context = contextOf(asked, to.resource, representation);
  const deadline = deadlineOf(query);
  if (!deadline.ok) {
    answerError(request, response, deadline.error);
    return;
  }
  const within = deadline.value === undefined ? {} : { deadlineMs: deadline.value };
  const deprecated = deprecationWarnings(to.resource);
  const send = (made: Result<MadeRequest>) => {
    if (!made.ok) {
      asked.audited?.refused(made.error.status);
      answerError(request, response, made.error);
      return;
    }
    asked.audited?.asked(made.value.request);
    let isAnswered = false;
    const id = handler.request({ ...made.value.request, ...within }, (outcome) => {
      isAnswered = true;
      asked.audited?.answered(outcome);
      // Nobody is there any more who would read what is made of it.
      if (isGone(response)) return;
      tell(outcome, [...deprecated, ...made.value.warnings], { request, response }, context);
    });
    if (!isAnswered)
      response.once("close", () => {
        if (!isAnswered) handler.abandon(id);
      });
  };
  if (to.verb === "get" || to.verb === "list") {
    send(readRequest(to, user, query));
    return;
  }
  receiveBody(
    request,
    (bytes) => {
      response.receivedBytes = bytes.length;
      const { "content-type": contentType = "", "user-agent": userAgent = "" } = request.headers;
      if (bytes.length < longTextBytes || !/^application\/(apply-patch\+)?yaml\b/i.test(contentType)) {
        send(writeRequest(to, user, query, bytes, contentType, userAgent));
        return;
      }
      const abandon = handler.longTexts.read(new TextDecoder().decode(bytes), (read) =>
        send(read.ok ? writeRequest(to, user, query, bytes, contentType, userAgent, asRead(read.value)) : read),
      );
      response.once("close", abandon);
    },
    () => answerError(request, response, requestEntityTooLarge(`limit is ${bodyBytesMost}`), { lastOnConnection: true }),
  );
}

/** What a watch asks for, and how it is told. */
export function readWatch(
  asked: Asked,
  to: ResourceRoute,
  user: ApiUser,
): Result<{ readonly watch: WatchRequest; readonly context: RenderContext }> {
  const offered = offeredFor(to);
  const representation = negotiate(asked.request.headers.accept, offered);
  if (representation === undefined) return fail(notAcceptable(mediaTypesOf(offered, true)));
  const options = watchOptions(asked.query);
  if (!options.ok) return options;
  const watch = { path: watchPath(to), user, options: named(to, options.value) };
  return succeed({ watch, context: contextOf(asked, to.resource, representation) });
}

/** A watch of one object is a watch of its resource with the name selected. */
const watchPath = ({ path: { name: _name, ...path } }: ResourceRoute) => path;

function named<Options extends { fieldSelector?: string }>({ path }: ResourceRoute, options: Options): Options {
  if (path.name === undefined) return options;
  const byName = `metadata.name=${path.name}`;
  return { ...options, fieldSelector: options.fieldSelector === undefined ? byName : `${options.fieldSelector},${byName}` };
}

/** What is only created is answered and not kept: a review, a binding, a token. There are no columns of it. */
function hasTable({ resource, path }: ResourceRoute): boolean {
  const { verbs } = resource.subresources.find(({ name }) => name === path.subresource) ?? resource;
  return verbs.length !== 1 || verbs[0] !== "create";
}

/** A watch is no document, so it is not told as YAML; and what has no message cannot be had as protobuf. */
function offeredFor({ verb, resource }: ResourceRoute): ReadonlySet<Encoding> {
  const withMessage = hasMessage(resource.type);
  if (verb === "watch") return withMessage ? streamed : streamedWithoutMessage;
  return withMessage ? allEncodings : withoutMessage;
}
const streamed: ReadonlySet<Encoding> = new Set(["json", "protobuf"]);
const streamedWithoutMessage: ReadonlySet<Encoding> = new Set(["json"]);
const withoutMessage: ReadonlySet<Encoding> = new Set(["json", "yaml"]);

const mediaTypesOf = (encodings: ReadonlySet<Encoding>, stream: boolean): string[] =>
  [...encodings].map((encoding) => `${mediaTypes[encoding]}${stream ? ";stream=watch" : ""}`);

const contextOf = ({ request, query }: Asked, resource: Resource, representation: Representation): RenderContext => ({
  resource,
  representation,
  pretty: isPretty(request.url ?? "", request.headers["user-agent"] ?? ""),
  nowMs: Date.now(),
  includeObject: (query.get("includeObject") ?? "Metadata") as RenderContext["includeObject"],
});

/** A list is no PartialObjectMetadata, nor is an object a list of them. */
function misfit({ as }: Representation, isList: boolean): ApiError | undefined {
  const wanted = isList ? "PartialObjectMetadata" : "PartialObjectMetadataList";
  if (as !== wanted) return undefined;
  const is = isList ? "is a list" : "is not a list";
  return genericFailure(406, "NotAcceptable", `you requested ${wanted}, but the requested object ${is}`);
}

function tell(
  outcome: ApiOutcome,
  warnings: readonly string[],
  { request, response }: { request: HttpRequest; response: HttpResponse },
  context: RenderContext,
): void {
  const options = { warnings: [...warnings, ...(outcome.warnings ?? [])] };
  if (outcome.waitedMs !== undefined) response.waitedMs = (response.waitedMs ?? 0) + outcome.waitedMs;
  const unfit = outcome.ok ? misfit(context.representation, "list" in outcome) : undefined;
  if (unfit !== undefined) answerError(request, response, unfit);
  else if (!outcome.ok) answerError(request, response, outcome.error, options);
  else
    answer(
      request,
      response,
      outcome.code,
      "list" in outcome ? renderList(outcome.list, context) : renderObject(outcome.object, context),
      options,
    );
}
