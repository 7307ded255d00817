/** What clients send that cannot be accepted, and the API server's words for it. */
import type { RequestOptions } from "node:https";

export interface Asked extends RequestOptions {
  readonly body?: string | Buffer;
}

export interface Refused {
  readonly code: number;
  readonly reason?: string;
  readonly message: string | RegExp;
}

export const json = { "content-type": "application/json" };

export const pods = "/api/v1/namespaces/default/pods";
export const configMaps = "/api/v1/namespaces/default/configmaps";
const deployments = "/apis/apps/v1/namespaces/default/deployments";
const unrecognized = (kind: string, why: string) => `the object provided is unrecognized (must be of type ${kind}): ${why}`;
const cannot = (kind: string, why: string) => `${kind} in version "v1" cannot be handled as a ${kind}: ${why}`;
export const badRequest = (message: string | RegExp): Refused => ({ code: 400, reason: "BadRequest", message });
export const invalid = (message: string | RegExp): Refused => ({ code: 422, reason: "Invalid", message });
const dnsName =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const container = '{"name":"a","image":"b"}';
const podWith = (spec: string) => `{"metadata":{"name":"bad"},"spec":${spec}}`;

export const bodies: ReadonlyArray<readonly [what: string, path: string, body: string, expected: Refused]> = [
  [
    "no body",
    pods,
    "",
    badRequest(unrecognized("Pod", "couldn't get version/kind; json parse error: unexpected end of JSON input (<empty>)")),
  ],
  ["half a body", pods, '{"kind":"Pod"', badRequest(/json parse error: unexpected end of JSON input/)],
  ["text", configMaps, "hello", badRequest(/json parse error: invalid character 'h' looking for beginning of value/)],
  ["a list", configMaps, "[]", badRequest(/json: cannot unmarshal array into Go value of type struct/)],
  [
    "an unknown kind",
    pods,
    '{"kind":"Pood","apiVersion":"v1"}',
    badRequest(/^Pood in version "v1" cannot be handled as a Pod: no kind "Pood" is registered for version "v1"/),
  ],
  [
    "another kind",
    pods,
    '{"kind":"ConfigMap","apiVersion":"v1"}',
    badRequest(/^ConfigMap in version "v1" cannot be handled as a Pod: /),
  ],
  [
    "another version",
    deployments,
    '{"kind":"Deployment","apiVersion":"apps/v1beta1"}',
    badRequest(/^Deployment in version "v1beta1" cannot be handled as a Deployment/),
  ],
  [
    "another namespace",
    configMaps,
    '{"metadata":{"name":"bad","namespace":"other"}}',
    badRequest("the namespace of the provided object does not match the namespace sent on the request"),
  ],
  [
    "text for a list",
    pods,
    podWith('{"containers":"a"}'),
    badRequest(
      cannot("Pod", "json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type []v1.Container"),
    ),
  ],
  [
    "a number for text",
    configMaps,
    '{"metadata":{"name":"bad"},"data":{"a":1}}',
    badRequest(cannot("ConfigMap", "json: cannot unmarshal number into Go struct field ConfigMap.data of type string")),
  ],
  [
    "text for a number",
    deployments,
    '{"metadata":{"name":"bad"},"spec":{"replicas":"three"}}',
    badRequest(
      cannot("Deployment", "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32"),
    ),
  ],
  [
    "a quantity that is none",
    pods,
    podWith('{"containers":[{"name":"a","image":"b","resources":{"limits":{"cpu":"lots"}}}]}'),
    badRequest(/quantities must match the regular expression/),
  ],
  [
    "no name",
    configMaps,
    "{}",
    invalid('ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required'),
  ],
  [
    "a wrong name",
    configMaps,
    '{"metadata":{"name":"Bad_Name"}}',
    invalid(`ConfigMap "Bad_Name" is invalid: metadata.name: Invalid value: "Bad_Name": ${dnsName}`),
  ],
  [
    "a name that is too long",
    configMaps,
    `{"metadata":{"name":"${"a".repeat(254)}"}}`,
    invalid(/metadata\.name: Invalid value: "a+": must be no more than 253 (characters|bytes)$/),
  ],
  ["no containers", pods, podWith("{}"), invalid('Pod "bad" is invalid: spec.containers: Required value')],
  [
    "a container without a name",
    pods,
    podWith('{"containers":[{"image":"b"}]}'),
    invalid('Pod "bad" is invalid: spec.containers[0].name: Required value'),
  ],
  [
    "two containers of one name",
    pods,
    podWith(`{"containers":[${container},${container}]}`),
    invalid('Pod "bad" is invalid: spec.containers[1].name: Duplicate value: "a"'),
  ],
  [
    "a port out of range",
    pods,
    podWith('{"containers":[{"name":"a","image":"b","ports":[{"containerPort":99999}]}]}'),
    invalid(/spec\.containers\[0\]\.ports\[0\]\.containerPort: Invalid value: 99999: must be between 1 and 65535, inclusive/),
  ],
  [
    "a policy that there is not",
    pods,
    podWith(`{"restartPolicy":"Sometimes","containers":[${container}]}`),
    invalid(/spec\.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"/),
  ],
  [
    "a selector that misses its template",
    deployments,
    `{"metadata":{"name":"bad"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"c"}},"spec":{"containers":[${container}]}}}}`,
    invalid(/spec\.template\.metadata\.labels: Invalid value: .*: `selector` does not match template `labels`/),
  ],
  [
    "a volume without a name",
    pods,
    podWith(`{"containers":[${container}],"volumes":[{}]}`),
    invalid(/spec\.volumes\[0\]\.name: Required value/),
  ],
  [
    "a wrong label",
    configMaps,
    '{"metadata":{"name":"bad","labels":{"a b":"c"}}}',
    invalid(/metadata\.labels: Invalid value: "a b": name part must consist of alphanumeric characters/),
  ],
  [
    "a version of one's own",
    configMaps,
    '{"metadata":{"name":"bad","resourceVersion":"7"}}',
    badRequest("resourceVersion should not be set on objects to be created"),
  ],
];
export const requests: ReadonlyArray<readonly [what: string, method: string, path: string, asked: Asked, expected: Refused]> = [
  [
    "an object that is not there",
    "GET",
    `${pods}/absent`,
    {},
    { code: 404, reason: "NotFound", message: 'pods "absent" not found' },
  ],
  [
    "a namespace that is not there",
    "POST",
    "/api/v1/namespaces/nowhere/configmaps",
    { headers: json, body: '{"metadata":{"name":"bad"}}' },
    { code: 404, reason: "NotFound", message: 'namespaces "nowhere" not found' },
  ],
  [
    "a namespace that stays",
    "DELETE",
    "/api/v1/namespaces/kube-system",
    {},
    { code: 403, reason: "Forbidden", message: 'namespaces "kube-system" is forbidden: this namespace may not be deleted' },
  ],
  [
    "a method of no collection",
    "PUT",
    pods,
    { headers: json, body: "{}" },
    { code: 405, reason: "MethodNotAllowed", message: "the server does not allow this method on the requested resource" },
  ],
  [
    "a body of an unknown type",
    "POST",
    configMaps,
    { headers: { "content-type": "text/csv" }, body: "a,b" },
    {
      code: 415,
      reason: "UnsupportedMediaType",
      message:
        /^the body of the request was in an unknown format - accepted media types include: application\/json, application\/yaml, application\/vnd\.kubernetes\.protobuf/,
    },
  ],
  [
    "a patch of no patch type",
    "PATCH",
    `${configMaps}/absent`,
    { headers: json, body: "{}" },
    { code: 415, reason: "UnsupportedMediaType", message: /application\/json-patch\+json/ },
  ],
  [
    "an answer of an unknown type",
    "GET",
    pods,
    { headers: { accept: "image/png" } },
    {
      code: 406,
      reason: "NotAcceptable",
      message:
        /^only the following media types are accepted: application\/json, application\/yaml, application\/vnd\.kubernetes\.protobuf/,
    },
  ],
  [
    "YAML that is none",
    "POST",
    configMaps,
    { headers: { "content-type": "application/yaml" }, body: "a: [b" },
    badRequest(/error converting YAML to JSON: yaml: line \d/),
  ],
  [
    "protobuf that is none",
    "POST",
    configMaps,
    { headers: { "content-type": "application/vnd.kubernetes.protobuf" }, body: "nonsense" },
    badRequest(/must be of type ConfigMap/),
  ],
  [
    "a selector that is none",
    "GET",
    `${pods}?labelSelector=a%20b%20c`,
    {},
    badRequest(/^unable to parse requirement: found 'b', expected: /),
  ],
  [
    "a field that nobody selects by",
    "GET",
    `${pods}?fieldSelector=spec.colour=red`,
    {},
    badRequest(/field label not supported: spec\.colour/),
  ],
  ["a limit that is no number", "GET", `${pods}?limit=many`, {}, badRequest('strconv.ParseInt: parsing "many": invalid syntax')],
  ["a continue token that is none", "GET", `${pods}?continue=abc`, {}, badRequest(/^continue key is not valid/)],
  [
    "an unknown validation",
    "POST",
    `${configMaps}?fieldValidation=Maybe`,
    { headers: json, body: '{"metadata":{"name":"bad"}}' },
    invalid(/fieldValidation: Unsupported value: "Maybe"/),
  ],
  [
    "a field that there is not, strictly",
    "POST",
    `${configMaps}?fieldValidation=Strict`,
    { headers: json, body: '{"metadata":{"name":"bad"},"extra":1}' },
    badRequest(/strict decoding error: unknown field "extra"$/),
  ],
];
