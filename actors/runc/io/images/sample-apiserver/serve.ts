/**
 * Stand-in for the Kubernetes project's sample API server: serves the flunders and fischers of wardle.example.com/v1alpha1 to kube-apiserver's aggregation
 * layer. It keeps them in memory, whatever --etcd-servers says, and knows JSON only.
 */
import { randomBytes, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { parsePath, type ResourcePath } from "../../../../../src/api/paths.js";
import {
  type ApiError,
  forbidden,
  genericFailure,
  methodNotAllowed,
  noSuchResource,
  unauthorized,
} from "../../../../../src/api/status.js";
import { writeJson } from "../../../../../src/json/text.js";
import type { ProgramContext } from "../../container/entry.js";
import { flagOf } from "../flags.js";
import { answerText, pathOf, queryOf, readBody, serveUntilSignal } from "../serve.js";
import { type Attributes, Delegation, type Person } from "./delegation.js";
import { discoveryOf } from "./discovery.js";
import { answerOf, verbOf } from "./requests.js";
import { group, resources, WardleStore } from "./store.js";
import { serveWatch } from "./watches.js";

export function sampleApiserver({ args }: ProgramContext): Promise<number> {
  const file = (name: string): string => readFileSync(flagOf(args, name) ?? "", "utf8");
  const tls = { cert: file("tls-cert-file"), key: file("tls-private-key-file"), requestCert: true, rejectUnauthorized: false };
  const store = new WardleStore({
    uid: randomUUID,
    suffix: () => randomBytes(3).toString("hex").slice(0, 5),
    now: () => `${new Date().toISOString().slice(0, 19)}Z`,
  });
  const delegation = new Delegation();
  console.log("Chartroom's stand-in for the sample API server: flunders and fischers are kept in memory");
  const port = Number(flagOf(args, "secure-port") ?? 443);
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    serve(store, delegation, request, response).catch((error: Error) => {
      console.error(error.message);
      if (!response.headersSent) answerError(response, genericFailure(500, "InternalError", error.message));
    });
  };
  return serveUntilSignal(port, handle, undefined, tls);
}

async function serve(
  store: WardleStore,
  delegation: Delegation,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = pathOf(request);
  const parsed = parsePath(path);
  const verb = verbOf(request.method ?? "", parsed, queryOf(request));
  const person = await delegation.whoAsks(request);
  if (person === undefined) return answerError(response, unauthorized());
  const attributes = attributesOf(verb, path, parsed);
  if (!(await delegation.allows(person, attributes))) return answerError(response, refusal(person, verb, path, parsed));
  if (path === "/healthz" || path === "/livez" || path === "/readyz") return answerText(response, 200, "ok");
  if (parsed === undefined) {
    const document = discoveryOf(path);
    return document === undefined ? answerError(response, noSuchResource()) : answerJson(response, 200, document);
  }
  const of = resources.find(({ plural }) => plural === parsed.resource);
  const isHere = parsed.group === group && parsed.version === "v1alpha1" && parsed.subresource === undefined;
  if (of === undefined || !isHere) return answerError(response, noSuchResource());
  const place = { of, namespace: parsed.namespace ?? "" };
  if (verb === undefined) return answerError(response, methodNotAllowed());
  if (verb === "watch") return serveWatch(store, place, parsed.name, queryOf(request), response);
  readBody(request, (body) => {
    const { "content-type": contentType = "" } = request.headers;
    const answer = answerOf(store, { verb, place, name: parsed.name, query: queryOf(request), contentType, body });
    if (answer.ok) answerJson(response, verb === "create" ? 201 : 200, answer.value);
    else answerError(response, answer.error);
  });
}

function attributesOf(verb: string | undefined, path: string, parsed: ResourcePath | undefined): Attributes {
  const { group = "", version = "", resource = "", namespace = "", name = "", subresource = "" } = parsed ?? {};
  if (parsed === undefined) return { nonResourceAttributes: { path, verb: verb ?? "" } };
  return { resourceAttributes: { verb: verb ?? "", group, version, resource, subresource, namespace, name } };
}

function refusal({ name }: Person, verb: string | undefined, path: string, parsed: ResourcePath | undefined): ApiError {
  if (parsed === undefined) return genericFailure(403, "Forbidden", `User "${name}" cannot ${verb} path "${path}"`);
  const where = parsed.namespace === undefined ? "at the cluster scope" : `in the namespace "${parsed.namespace}"`;
  const why = `User "${name}" cannot ${verb} resource "${parsed.resource}" in API group "${parsed.group}" ${where}`;
  return forbidden(parsed, parsed.name ?? "", why);
}

const answerJson = (response: ServerResponse, status: number, value: unknown): void =>
  answerText(response, status, writeJson(value), "application/json");

const answerError = (response: ServerResponse, { code, status }: ApiError): void => answerJson(response, code, status);
