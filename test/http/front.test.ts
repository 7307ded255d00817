import { suite } from "uvu";
import * as assert from "uvu/assert";
import { anonymous } from "../../actors/apiserver/access/users.js";
import { attributesOf } from "../../actors/apiserver/http/authorization.js";
import {
  commandProtocols,
  exitStatus,
  namesIn,
  negotiateProtocol,
  readClientMessage,
  readResize,
  statusText,
} from "../../actors/apiserver/http/exec-channels.js";
import { healthAnswer } from "../../actors/apiserver/http/health.js";
import { negotiate } from "../../actors/apiserver/http/negotiation.js";
import { deadlineOf, deleteOptions, listOptions, logOptions, writeOptions } from "../../actors/apiserver/http/query.js";
import { writeRequest } from "../../actors/apiserver/http/requests.js";
import { type ResourceRoute, type Route, route } from "../../actors/apiserver/http/routing.js";
import { builtinResources } from "../../src/api/kinds.js";

const front = suite("the HTTP front");

const table = builtinResources();
const text = (to: Route): string => {
  switch (to.type) {
    case "resource":
    case "connect": {
      const { resource, namespace, name, subresource } = to.path;
      const verb = to.type === "resource" ? to.verb : "connect";
      return [verb, resource, namespace && `in ${namespace}`, name && `named ${name}`, subresource && `/${subresource}`]
        .filter(Boolean)
        .join(" ");
    }
    case "refused":
      return `refused ${to.error.code}`;
    case "health":
      return `health ${to.check}${to.part === undefined ? "" : ` ${to.part}`}`;
    default:
      return to.type;
  }
};

const routes: Array<[string, string, string, boolean?]> = [
  ["GET", "/api/v1/pods", "list pods"],
  ["GET", "/api/v1/pods", "watch pods", true],
  ["GET", "/api/v1/watch/namespaces/default/pods", "watch pods in default"],
  ["GET", "/api/v1/namespaces/default/pods/web", "get pods in default named web"],
  ["GET", "/api/v1/namespaces/default", "get namespaces named default"],
  ["POST", "/apis/apps/v1/namespaces/default/deployments", "create deployments in default"],
  ["PUT", "/apis/apps/v1/namespaces/default/deployments/web/scale", "update deployments in default named web /scale"],
  ["PATCH", "/api/v1/nodes/node-1/status", "patch nodes named node-1 /status"],
  ["DELETE", "/api/v1/namespaces/default/pods", "deletecollection pods in default"],
  ["POST", "/api/v1/namespaces/default/pods/web/binding", "create pods in default named web /binding"],
  ["GET", "/api/v1/namespaces/default/pods/web/log", "connect pods in default named web /log"],
  ["POST", "/api/v1/namespaces/default/pods/web/exec", "connect pods in default named web /exec"],
  ["PUT", "/api/v1/namespaces/default/pods/web/exec", "refused 405"],
  ["POST", "/api/v1/namespaces/default/pods/web/log", "refused 405"],
  ["POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "create selfsubjectaccessreviews"],
  ["GET", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews/mine", "refused 404"],
  ["GET", "/api/v1/namespaces/default/bindings", "refused 405"],
  ["PUT", "/api/v1/namespaces/default/bindings/web", "refused 404"],
  ["POST", "/api/v1/pods", "refused 405"],
  ["POST", "/api/v1/namespaces/default/pods/web", "refused 405"],
  ["TRACE", "/api/v1/pods", "refused 405"],
  ["GET", "/api/v1/namespaces/default/nodes", "refused 404"],
  ["GET", "/api/v1/pods/web", "refused 404"],
  ["GET", "/api/v1/namespaces/default/pods/web/nonsense", "refused 404"],
  ["GET", "/api/v1/namespaces/default/pods/web/status/more", "refused 404"],
  ["DELETE", "/api/v1/things", "refused 404"],
  ["POST", "/apis/nowhere/v1/things", "nothing"],
  ["GET", "/version/more", "refused 404"],
  ["GET", "/api/v1/pods///", "list pods"],
  ["GET", "/api/v1//pods", "document"],
  ["GET", "/api/v1/namespaces/a%2Fb", "document"],
  ["GET", "/api/v1/namespaces//pods", "document"],
  ["PUT", "/api/v1/namespaces/default/pods/a%2fb", "refused 404"],
  ["GET", "/apis/nowhere/v1/things", "document"],
  ["GET", "/apis/apps/v1", "document"],
  ["GET", "/openapi/v3", "document"],
  ["GET", "/readyz", "health readyz"],
  ["GET", "/readyz/etcd", "health readyz etcd"],
  ["GET", "/livez/poststarthook/rbac/bootstrap-roles", "health livez poststarthook/rbac/bootstrap-roles"],
  ["GET", "/version", "version"],
  ["POST", "/version", "refused 405"],
  ["GET", "/debug/chartroom/trace", "trace"],
  ["GET", "/api/v1/namespaces/default/pods/web", "get pods in default named web", true],
  ["GET", "/api/v1/watch/namespaces/default/pods/web", "watch pods in default named web"],
  ["HEAD", "/api/v1/pods", "refused 405"],
  ["HEAD", "/apis/apps/v1", "refused 405"],
  ["HEAD", "/healthz", "health healthz"],
  ["OPTIONS", "/api/v1/pods", "refused 405"],
  ["POST", "/apis", "refused 405"],
  ["GET", "/metrics", "metrics"],
  ["GET", "/metrics/slis", "indicators"],
  ["GET", "/configz", "configuration"],
  ["GET", "/debug/pprof", "nothing"],
  ["POST", "/metrics", "metrics"],
  ["OPTIONS", "/livez", "health livez"],
  ["POST", "/.well-known/openid-configuration", "refused 405"],
  ["GET", "/favicon.ico", "nothing"],
];
for (const [method, path, expected, watching = false] of routes) {
  front(`${method} ${path}${watching ? "?watch=true" : ""} is ${expected}`, () =>
    assert.is(text(route(method, path, watching, table)), expected),
  );
}

const tableType = "application/json;as=Table;v=v1;g=meta.k8s.io";
const accepts: Array<[string | undefined, string]> = [
  [undefined, "json"],
  ["*/*", "json"],
  ["application/json", "json"],
  ["application/yaml", "yaml"],
  ["application/vnd.kubernetes.protobuf, */*", "protobuf"],
  [`${tableType},application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json`, "json as Table v1"],
  ["application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1", "json as PartialObjectMetadataList v1"],
  ["application/json;as=Unheard;g=meta.k8s.io;v=v1, application/json;q=0.5", "json"],
  ["application/json;q=0.1, application/yaml;q=0.9", "yaml"],
  ["image/png", "406"],
  ["application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io", "406"],
];
for (const [accept, expected] of accepts) {
  front(`Accept: ${accept} gives ${expected}`, () => {
    const chosen = negotiate(accept);
    const as = chosen?.as === undefined ? "" : ` as ${chosen.as} ${chosen.asVersion}`;
    assert.is(chosen === undefined ? "406" : `${chosen.encoding}${as}`, expected);
  });
}

front("what cannot be laid out as a table is not had as one", () => {
  assert.is(negotiate(tableType, undefined, false), undefined);
  assert.is(negotiate(`${tableType},application/json`, undefined, false)?.as, undefined);
});

const options = (read: { ok: true; value: object } | { ok: false; error: { status: { message?: string } } }) =>
  read.ok ? read.value : read.error.status.message;

front("reads the options of a list", () => {
  const query = new URLSearchParams("labelSelector=app%3Dweb&limit=500&continue=abc&resourceVersion=0");
  assert.equal(options(listOptions(query)), { labelSelector: "app=web", resourceVersion: "0", limit: 500, continue: "abc" });
  assert.is(options(listOptions(new URLSearchParams("limit=many"))), 'strconv.ParseInt: parsing "many": invalid syntax');
});

front("reads the options of a write, and refuses unknown ones by name", () => {
  assert.equal(options(writeOptions(new URLSearchParams("dryRun=All&fieldManager=kubectl&fieldValidation=Strict"), "create")), {
    dryRun: true,
    fieldManager: "kubectl",
    fieldValidation: "Strict",
  });
  const wrong =
    'CreateOptions.meta.k8s.io "" is invalid: fieldValidation: Unsupported value: "Loose": supported values: "Ignore", "Strict", "Warn"';
  assert.is(options(writeOptions(new URLSearchParams("fieldValidation=Loose"), "create")), wrong);
  assert.is(
    options(writeOptions(new URLSearchParams("dryRun=Some"), "patch")),
    'PatchOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: []string{"Some"}: supported values: "All"',
  );
});

front("reads how long a client waits, which it cannot stretch", () => {
  const waits = (text: string) => {
    const read = deadlineOf(new URLSearchParams(text));
    return read.ok ? read.value : read.error.status.message;
  };
  assert.is(waits(""), undefined);
  assert.is(waits("timeout=1m"), undefined);
  assert.is(waits("timeout=0s"), undefined);
  assert.is(waits("timeout=2.5s"), 2_500);
  assert.is(waits("timeout=5"), 'invalid timeout specified in the request URL - time: missing unit in duration "5"');
});

front("reads the options of a delete, from the query and from the body", () => {
  assert.equal(options(deleteOptions(new URLSearchParams("orphanDependents=true"))), {
    propagationPolicy: "Orphan",
    dryRun: false,
  });
  assert.equal(options(deleteOptions(new URLSearchParams("orphanDependents=false"))), {
    propagationPolicy: "Background",
    acceptedIfLeft: true,
    dryRun: false,
  });
  const to = route("DELETE", "/api/v1/namespaces/default/pods/web", false, table) as ResourceRoute;
  const body = {
    kind: "DeleteOptions",
    apiVersion: "v1",
    gracePeriodSeconds: 0,
    propagationPolicy: "Foreground",
    preconditions: { uid: "7" },
  };
  const made = writeRequest(
    to,
    anonymous,
    new URLSearchParams(),
    new TextEncoder().encode(JSON.stringify(body)),
    "application/json",
  );
  assert.equal(made.ok && "options" in made.value.request && made.value.request.options, {
    dryRun: false,
    gracePeriodSeconds: 0,
    propagationPolicy: "Foreground",
    preconditions: { uid: "7" },
  });
});

front("takes an eviction in the form that older clients know", () => {
  const to = route("POST", "/api/v1/namespaces/default/pods/web/eviction", false, table) as ResourceRoute;
  const read = (apiVersion: string) => {
    const bytes = new TextEncoder().encode(JSON.stringify({ kind: "Eviction", apiVersion, metadata: { name: "web" } }));
    const made = writeRequest(to, anonymous, new URLSearchParams(), bytes, "application/json");
    return made.ok ? "body" in made.value.request && made.value.request.body : made.error.status.code;
  };
  const eviction = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name: "web" } };
  assert.equal([read("policy/v1"), read("policy/v1beta1"), read("policy/v1alpha1")], [eviction, eviction, 400]);
});

front("refuses options of a delete that there are not, or that contradict each other", () => {
  const to = route("DELETE", "/api/v1/namespaces/default/pods/web", false, table) as ResourceRoute;
  const refusedFor = (body: object, query = "") => {
    const bytes = new TextEncoder().encode(JSON.stringify(body));
    const made = writeRequest(to, anonymous, new URLSearchParams(query), bytes, "application/json");
    return made.ok ? "accepted" : made.error.status.message;
  };
  const is = 'DeleteOptions.meta.k8s.io "" is invalid: ';
  const sideways =
    'propagationPolicy: Unsupported value: "Sideways": supported values: "Foreground", "Background", "Orphan", "nil"';
  assert.is(refusedFor({ propagationPolicy: "Sideways" }), `${is}${sideways}`);
  const both = 'propagationPolicy: Invalid value: "Orphan": orphanDependents and deletionPropagation cannot be both set';
  assert.is(refusedFor({ propagationPolicy: "Orphan", orphanDependents: true }), `${is}${both}`);
  assert.is(refusedFor({ dryRun: ["Some"] }), `${is}dryRun: Unsupported value: []string{"Some"}: supported values: "All"`);
  assert.is(refusedFor({}, "gracePeriodSeconds=soon"), 'strconv.ParseInt: parsing "soon": invalid syntax');
  assert.is(refusedFor({ propagationPolicy: "Orphan" }), "accepted");
});

const attributes: Array<[string, string, string]> = [
  ["GET", "/api/v1/namespaces/default/pods", "list pods in default"],
  ["GET", "/api/v1/namespaces/default/pods?watch=1", "watch pods in default"],
  ["GET", "/api/v1/pods?fieldSelector=metadata.name%3Dweb", "list pods named web"],
  ["GET", "/api/v1/namespaces/default", "get namespaces in default named default"],
  ["GET", "/api/v1/namespaces/default/pods/web/log", "get pods/log in default named web"],
  ["POST", "/api/v1/namespaces/default/pods/web/exec", "create pods/exec in default named web"],
  ["PUT", "/apis/apps/v1/namespaces/default/deployments/web/scale", "update deployments.apps/scale in default named web"],
  ["DELETE", "/apis/apps/v1/namespaces/default/deployments", "deletecollection deployments.apps in default"],
  ["GET", "/apis/nowhere.io/v1/things", "list things.nowhere.io"],
  ["PATCH", "/apis/nowhere.io/v1/things/one", "patch things.nowhere.io named one"],
  ["GET", "/apis/apps/v1", "get of /apis/apps/v1"],
  ["HEAD", "/readyz", "head of /readyz"],
];
for (const [method, url, expected] of attributes) {
  front(`${method} ${url} is authorized as ${expected}`, () => {
    const [path = "", query = ""] = url.split("?");
    const parameters = new URLSearchParams(query);
    const asked = attributesOf(method, path, parameters, route(method, path, parameters.has("watch"), table));
    if (!("resource" in asked)) {
      assert.is(`${asked.verb} of ${asked.path}`, expected);
      return;
    }
    const { verb, group, resource, subresource, namespace, name } = asked;
    const what = `${resource}${group && `.${group}`}${subresource && `/${subresource}`}`;
    assert.is(`${verb} ${what}${namespace && ` in ${namespace}`}${name && ` named ${name}`}`, expected);
  });
}

front("answers health checks: all of them, verbosely, one by name, less those excluded", () => {
  const checks = [{ name: "etcd", problem: "no link", ofReadiness: true }];
  const ask = (endpoint: string, part: string | undefined, query = "", of = checks) =>
    healthAnswer(endpoint, part, of, new URLSearchParams(query));
  assert.equal(ask("livez", undefined), { code: 200, text: "ok" });
  assert.equal(ask("readyz", undefined), {
    code: 500,
    text: "[+]ping ok\n[-]etcd failed: reason withheld\nreadyz check failed\n",
  });
  assert.equal(ask("readyz", undefined, "exclude=etcd&verbose"), {
    code: 200,
    text: "[+]ping ok\n[+]etcd excluded: ok\nreadyz check passed\n",
  });
  assert.equal(ask("livez", undefined, "exclude=none&exclude=a&verbose"), {
    code: 200,
    text: '[+]ping ok\nwarn: some health checks cannot be excluded: no matches for "a","none"\nlivez check passed\n',
  });
  assert.equal(ask("readyz", "etcd"), { code: 500, text: "internal server error: no link\n" });
  assert.is(ask("readyz", "nothing").code, 404);
});

front("checks the options for a log", () => {
  const refused = (query: string) => {
    const options = logOptions(new URLSearchParams(query), "web");
    return options.ok ? "accepted" : [options.error.code, options.error.status.message];
  };
  const is = 'PodLogOptions "web" is invalid: ';
  assert.equal(refused("tailLines=-1"), [422, `${is}tailLines: Invalid value: -1: must be greater than or equal to 0`]);
  assert.equal(refused("limitBytes=0"), [422, `${is}limitBytes: Invalid value: 0: must be greater than 0`]);
  assert.equal(refused("sinceSeconds=0"), [422, `${is}sinceSeconds: Invalid value: 0: must be greater than 0`]);
  const both = "sinceSeconds=1&sinceTime=2026-01-02T03:04:05Z";
  const one = "at most one of `sinceTime` or `sinceSeconds` may be specified";
  assert.equal(refused(both), [422, `${is}: Forbidden: ${one}`]);
  assert.is((refused("sinceTime=yesterday") as [number])[0], 400);
  assert.is(
    refused("tailLines=0&limitBytes=1&sinceTime=2026-01-02T03:04:05%2B01:00&insecureSkipTLSVerifyBackend=true"),
    "accepted",
  );
});

front("speaks the channels of exec", () => {
  const said = (channel: number, ...bytes: number[]) => readClientMessage({ channel, data: Uint8Array.from(bytes) });
  assert.equal(said(0, 65), { stdin: Uint8Array.of(65) });
  assert.is(said(255, 0), "closeStdin");
  assert.is(said(9, 1), undefined);
  const size = new TextEncoder().encode('{"Width":80,"Height":24}');
  assert.equal(said(4, ...size), { resize: { width: 80, height: 24 } });
  assert.equal(readResize('{ "Height": 24, "Width": 80 }\n'), { resize: { width: 80, height: 24 } });
  assert.is(readResize('{"Width":80}'), undefined);
  assert.is(exitStatus(0).status, "Success");
  assert.equal(exitStatus(3).details?.causes, [{ reason: "ExitCode", message: "3" }]);
  assert.is(statusText(exitStatus(3), { tellsStatus: false }), "command terminated with non-zero exit code: exit status 3");
  assert.is(statusText(exitStatus(0), { tellsStatus: false }), undefined);
  assert.is(JSON.parse(statusText(exitStatus(0), { tellsStatus: true }) ?? "").status, "Success");
});

front("chooses the first protocol of the client that it knows itself", () => {
  const choose = (header: string) => negotiateProtocol(namesIn(header), commandProtocols)?.name;
  assert.is(choose("v5.channel.k8s.io, v4.channel.k8s.io,v3.channel.k8s.io"), "v5.channel.k8s.io");
  assert.is(choose("v3.channel.k8s.io, base64.channel.k8s.io"), "base64.channel.k8s.io");
  assert.is(choose("chat"), undefined);
});

front.run();
