/** The requests of a campaign: each is what some client might send, with things wrong at random. */

import { builtinResources, type Resource } from "../../src/api/kinds.js";
import { writeJson } from "../../src/json/text.js";
import { type Body, disturbed, encoded, nameOf, objectOf, patchOf } from "./bodies.js";
import { Chance, strangeText } from "./chance.js";

export interface FuzzRequest {
  /** `whole` as HTTP has it, `upgrade` with frames after it, `raw`: bytes that need not be HTTP at all. */
  readonly form: "whole" | "upgrade" | "raw";
  readonly method: string;
  /** With its query; only of characters that may be in a request line. */
  readonly path: string;
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>;
  readonly body: Buffer;
}

const { resources } = builtinResources();

/** What decides about others' requests, or who may do what, is only tried out: the campaign goes on. */
const onlyTried = new Set([
  "validatingwebhookconfigurations",
  "mutatingwebhookconfigurations",
  "validatingadmissionpolicies",
  "validatingadmissionpolicybindings",
  "mutatingadmissionpolicies",
  "mutatingadmissionpolicybindings",
  "apiservices",
  "resourcequotas",
]);

/** Nor may the roles go: without them no controller works on. */
const isOnlyTried = ({ plural, group }: Resource, method: string): boolean =>
  onlyTried.has(plural) || (method === "DELETE" && group === "rbac.authorization.k8s.io");

const pages = [
  "/",
  "/api",
  "/apis",
  "/apis/apps",
  "/apis/apps/v1",
  "/openapi/v2",
  "/openapi/v3",
  "/openapi/v3/api/v1",
  "/healthz",
  "/livez",
  "/readyz",
  "/version",
  "/metrics",
  "/configz",
];

/** Whether a request of each method names an object; most requests do as they should. */
const methods: ReadonlyArray<readonly [method: string, named: boolean]> = [
  ["GET", true],
  ["GET", false],
  ["GET", false],
  ["POST", false],
  ["POST", false],
  ["POST", false],
  ["PUT", true],
  ["PATCH", true],
  ["PATCH", true],
  ["PATCH", true],
  ["DELETE", true],
];
const otherMethods = ["HEAD", "OPTIONS", "TRACE", "GET", "POST", "PUT", "PATCH", "DELETE"];

const accepts = [
  "application/json",
  "application/yaml",
  "application/vnd.kubernetes.protobuf",
  "application/json;as=Table;v=v1;g=meta.k8s.io,application/json",
  "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io",
  "application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io",
  "application/json;stream=watch;q=x,*/*;q=0.1",
  "application/com.github.proto-openapi.spec.v2@v1.0+protobuf",
  "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
  "*/*",
];
const badAccepts = ["image/png", ",,;;==", "application/json;as=Table;v=v9;g=nowhere"];

/** Parameters that some request reads, with values that it may and may not have. */
const parameters: ReadonlyArray<readonly [string, readonly string[]]> = [
  ["limit", ["1", "2", "500", "0"]],
  ["continue", ["eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiJhIn0", "e30", "!!"]],
  ["resourceVersion", ["0", "1", "5"]],
  ["resourceVersionMatch", ["Exact", "NotOlderThan"]],
  ["labelSelector", ["app=web", "app in (a,b),!x", "app notin (c)"]],
  ["fieldSelector", ["metadata.name=a", "spec.nodeName=", "status.phase!=Running"]],
  ["watch", ["true", "false"]],
  ["allowWatchBookmarks", ["true"]],
  ["sendInitialEvents", ["true", "false"]],
  ["timeoutSeconds", ["1", "0"]],
  ["timeout", ["1s", "100ms"]],
  ["dryRun", ["All"]],
  ["fieldManager", ["kubectl"]],
  ["fieldValidation", ["Strict", "Warn", "Ignore"]],
  ["force", ["true", "false"]],
  ["gracePeriodSeconds", ["0", "1"]],
  ["propagationPolicy", ["Orphan", "Background", "Foreground"]],
  ["orphanDependents", ["true"]],
  ["pretty", ["true"]],
  ["includeObject", ["None", "Metadata", "Object"]],
  ["verbose", [""]],
  ["exclude", ["etcd"]],
  ["container", ["a"]],
  ["tailLines", ["1"]],
  ["command", ["ls"]],
  ["follow", ["false"]],
];

function queryOf(chance: Chance, onlyTry: boolean): string {
  const pairs: string[] = onlyTry ? ["dryRun=All"] : [];
  for (let count = chance.pick([0, 0, 1, 1, 2, 3, 5]); count > 0; count -= 1) {
    const [name, values] = chance.pick(parameters);
    if (onlyTry && name === "dryRun") continue;
    const value = chance.oneIn(4) ? strangeText(chance) : chance.pick(values);
    pairs.push(`${name}=${chance.oneIn(8) ? sendable(value) : encodeURIComponent(value)}`);
  }
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}

/** What a request line can carry; the rest as escapes that are not always right. */
const sendable = (text: string): string => text.replace(/[^!-~]|#/g, (character) => `%${character.charCodeAt(0).toString(16)}`);

function pathOf(resource: Resource, named: boolean, chance: Chance): string {
  const parts = resource.group === "" ? ["api", resource.version] : ["apis", resource.group, resource.version];
  if (resource.namespaced && !chance.oneIn(10)) parts.push("namespaces", chance.oneIn(12) ? nameOf(chance) : "default");
  parts.push(resource.plural);
  if (named) parts.push(nameOf(chance));
  const [part] = resource.subresources;
  if (part !== undefined && named && chance.oneIn(4)) parts.push(chance.pick(resource.subresources).name);
  if (chance.oneIn(25)) parts[chance.below(parts.length)] = strangeText(chance);
  if (chance.oneIn(50)) parts.splice(chance.below(parts.length), 1);
  if (chance.oneIn(60)) parts.push(strangeText(chance), strangeText(chance));
  return `/${parts.map((each) => (chance.oneIn(10) ? sendable(each) : encodeURIComponent(each))).join("/")}`;
}

function bodyOf(method: string, resource: Resource, chance: Chance): Body {
  if (method === "PATCH") return patchOf(resource, chance);
  if (method === "DELETE") {
    const options = {
      kind: "DeleteOptions",
      apiVersion: "v1",
      gracePeriodSeconds: 0,
      preconditions: { uid: strangeText(chance) },
    };
    return chance.oneIn(3)
      ? { contentType: "application/json", bytes: Buffer.from(writeJson(disturbed(options, chance))) }
      : { contentType: "application/json", bytes: Buffer.alloc(0) };
  }
  const object = objectOf(resource, chance);
  return encoded(chance.oneIn(3) ? disturbed(object, chance) : object, resource, chance);
}

const headerText = (text: string): string => text.replace(/[^\t -~]/g, "?");

function headersOf(chance: Chance, authorization: string): Array<[string, string]> {
  const headers: Array<[string, string]> = [
    ["authorization", chance.oneIn(40) ? `Bearer ${headerText(strangeText(chance))}` : authorization],
  ];
  if (!chance.oneIn(3))
    headers.push([
      "accept",
      chance.oneIn(20) ? headerText(strangeText(chance)) : chance.pick(chance.oneIn(20) ? badAccepts : accepts),
    ]);
  if (chance.oneIn(6)) headers.push(["accept-encoding", chance.pick(["gzip", "gzip;q=0", "br", "*"])]);
  if (chance.oneIn(30)) headers.push(["if-none-match", headerText(strangeText(chance))]);
  if (chance.oneIn(30)) headers.push(["content-encoding", chance.pick(["gzip", "identity", "x"])]);
  if (chance.oneIn(30)) headers.push(["impersonate-user", headerText(strangeText(chance)) || "a"]);
  if (chance.oneIn(60)) headers.push(["impersonate-extra-%zz", "a"]);
  if (chance.oneIn(30)) headers.push(["user-agent", headerText(strangeText(chance))]);
  if (chance.oneIn(60)) headers.push(["x-filler", "x".repeat(chance.pick([10, 5_000, 50_000]))]);
  return headers;
}

/** Request number `number` of the campaign named `seed`. */
export function requestNumber(seed: string, number: number, authorization: string): FuzzRequest {
  const chance = new Chance(`${seed}/${number}`);
  const resource = chance.pick(resources);
  const kind = chance.below(100);
  if (kind === 0) return rawRequest(chance, authorization);
  if (kind === 1) return upgradeRequest(chance, authorization);
  if (kind < 8)
    return {
      form: "whole",
      method: chance.pick(["GET", "GET", "GET", "POST", "HEAD"]),
      path: chance.pick(pages) + (chance.oneIn(4) ? `/${sendable(strangeText(chance))}` : "") + queryOf(chance, false),
      headers: headersOf(chance, authorization),
      body: Buffer.alloc(0),
    };
  const [usual, named] = chance.pick(methods);
  const method = chance.oneIn(20) ? chance.pick(otherMethods) : usual;
  const writes = method !== "GET" && method !== "HEAD" && method !== "OPTIONS";
  const body = writes ? bodyOf(method, resource, chance) : undefined;
  const headers = headersOf(chance, authorization);
  if (body !== undefined) headers.push(["content-type", headerText(body.contentType)]);
  return {
    form: "whole",
    method,
    path: pathOf(resource, named, chance) + queryOf(chance, isOnlyTried(resource, method)),
    headers,
    body: body?.bytes ?? Buffer.alloc(0),
  };
}

const connects = ["exec", "attach", "portforward", "log", "proxy"];

function upgradeRequest(chance: Chance, authorization: string): FuzzRequest {
  const webSocket: Array<[string, string]> = [
    ["authorization", authorization],
    ["connection", "Upgrade"],
    ["upgrade", chance.oneIn(6) ? chance.pick(["SPDY/3.1", "h2c", "x"]) : "websocket"],
    ["sec-websocket-version", chance.oneIn(10) ? "7" : "13"],
    ["sec-websocket-key", chance.oneIn(10) ? "short" : "AAAAAAAAAAAAAAAAAAAAAA=="],
    ["sec-websocket-protocol", chance.pick(["v5.channel.k8s.io", "v4.channel.k8s.io", "base64.channel.k8s.io", "x,,y"])],
  ];
  const path = chance.oneIn(3)
    ? `/api/v1/namespaces/default/configmaps?watch=true&timeoutSeconds=1`
    : `/api/v1/namespaces/default/pods/${chance.pick(["a", "b", "web"])}/${chance.pick(connects)}?command=ls&stdin=true&stdout=true&ports=80`;
  return { form: "upgrade", method: chance.oneIn(8) ? "POST" : "GET", path, headers: webSocket, body: framesOf(chance) };
}

/** WebSocket frames as a client sends them, masked, and some that are none. */
function framesOf(chance: Chance): Buffer {
  const frames = Array.from({ length: 1 + chance.below(5) }, () => {
    if (chance.oneIn(4)) return chance.bytes(chance.below(40));
    const payload = chance.bytes(chance.below(125));
    const first = chance.pick([0x82, 0x81, 0x02, 0x80, 0x88, 0x89, 0x8a, 0xf2, 0x8f]);
    const mask = chance.oneIn(8) ? Buffer.alloc(0) : chance.bytes(4);
    const length = chance.oneIn(10) ? 127 : payload.length;
    return Buffer.concat([Buffer.from([first, length | (mask.length === 0 ? 0 : 0x80)]), mask, payload]);
  });
  return Buffer.concat(frames);
}

function rawRequest(chance: Chance, authorization: string): FuzzRequest {
  const line = chance.pick([
    "GET / HTTP/1.1\r\n\r\n",
    "GET /api HTTP/9.9\r\nHost: a\r\n\r\n",
    `GET /api/v1/pods HTTP/1.1\r\nHost: a\r\nAuthorization: ${authorization}\r\nContent-Length: x\r\n\r\n`,
    `POST /api/v1/namespaces HTTP/1.1\r\nHost: a\r\nAuthorization: ${authorization}\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
    `POST /api/v1/namespaces HTTP/1.1\r\nHost: a\r\nAuthorization: ${authorization}\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n`,
    "GET /\u0000 HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET  /api HTTP/1.1\r\nHost : a\r\n\r\n",
    "FLY /api HTTP/1.1\r\nHost: a\r\n\r\n",
    "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    `GET /${"a".repeat(1_100_000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
  ]);
  const noise = chance.oneIn(3) ? chance.bytes(chance.below(200)) : Buffer.alloc(0);
  // A line that ends makes the server answer or hang up at once, rather than wait for more.
  return {
    form: "raw",
    method: "",
    path: "",
    headers: [],
    body: Buffer.concat([Buffer.from(line, "latin1"), noise, Buffer.from("\r\n\r\n")]),
  };
}
