import { test } from "uvu";
import * as assert from "uvu/assert";
import * as fields from "../../src/api/field-errors.js";
import { quote } from "../../src/api/go-format.js";
import * as status from "../../src/api/status.js";

const pods = { group: "", resource: "pods" };
const deployments = { group: "apps", resource: "deployments" };
const pod = { group: "", kind: "Pod" };
const deployment = { group: "apps", kind: "Deployment" };

const messages: Array<[error: status.ApiError, code: number, reason: string, message: string]> = [
  [status.notFound(pods, "web"), 404, "NotFound", 'pods "web" not found'],
  [status.notFound(deployments, "web"), 404, "NotFound", 'deployments.apps "web" not found'],
  [status.noSuchResource(), 404, "NotFound", "the server could not find the requested resource"],
  [status.alreadyExists(pods, "web"), 409, "AlreadyExists", 'pods "web" already exists'],
  [
    status.conflict(deployments, "web"),
    409,
    "Conflict",
    'Operation cannot be fulfilled on deployments.apps "web": the object has been modified; please apply your changes to the latest version and try again',
  ],
  [
    status.uidPreconditionFailed(pod, "web", "a", "b"),
    409,
    "Conflict",
    'Operation cannot be fulfilled on Pod "web": the UID in the precondition (a) does not match the UID in record (b). The object might have been deleted and then recreated',
  ],
  [
    status.resourceVersionPreconditionFailed(pod, "web", "1", "2"),
    409,
    "Conflict",
    'Operation cannot be fulfilled on Pod "web": the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (2). The object might have been modified',
  ],
  [
    status.uidMismatchOnUpdate(pods, "web", "a", "b"),
    409,
    "Conflict",
    'Operation cannot be fulfilled on pods "web": Precondition failed: UID in precondition: a, UID in object meta: b',
  ],
  [
    status.generateNameConflict(pods, "web-x"),
    409,
    "AlreadyExists",
    'pods "web-x" already exists, the server was not able to generate a unique name for the object',
  ],
  [status.unauthorized(), 401, "Unauthorized", "Unauthorized"],
  [status.forbidden(pods, "web", "no"), 403, "Forbidden", 'pods "web" is forbidden: no'],
  [status.forbidden(pods, "", "no"), 403, "Forbidden", "pods is forbidden: no"],
  [status.badRequest("what?"), 400, "BadRequest", "what?"],
  [
    status.unknownKind("Foo", "v1"),
    400,
    "BadRequest",
    'no kind "Foo" is registered for version "v1" in scheme "pkg/api/legacyscheme/scheme.go:30"',
  ],
  [
    status.wrongApiVersion("v1", "apps/v1"),
    400,
    "BadRequest",
    "the API version in the data (v1) does not match the expected API version (apps/v1)",
  ],
  [status.nameMismatch("a", "b"), 400, "BadRequest", "the name of the object (a) does not match the name on the URL (b)"],
  [
    status.namespaceMismatch(),
    400,
    "BadRequest",
    "the namespace of the provided object does not match the namespace sent on the request",
  ],
  [status.methodNotAllowed(), 405, "MethodNotAllowed", "the server does not allow this method on the requested resource"],
  [status.methodNotSupported(pods, "create"), 405, "MethodNotAllowed", 'create is not supported on resources of kind "pods"'],
  [
    status.notAcceptable(["application/json"]),
    406,
    "NotAcceptable",
    "only the following media types are accepted: application/json",
  ],
  [
    status.unsupportedMediaType(["a", "b"]),
    415,
    "UnsupportedMediaType",
    "the body of the request was in an unknown format - accepted media types include: a, b",
  ],
  [status.requestEntityTooLarge("limit is 3145728"), 413, "RequestEntityTooLarge", "Request entity too large: limit is 3145728"],
  [status.tooOldResourceVersion("5", "9"), 410, "Expired", "too old resource version: 5 (9)"],
  [status.listRevisionCompacted(), 410, "Expired", "The resourceVersion for the provided list is too old."],
  [
    status.continueExpired(),
    410,
    "Expired",
    "The provided continue parameter is too old to display a consistent list result. You must start a new list without the continue parameter.",
  ],
  [status.tooLargeResourceVersion("9", "5"), 504, "Timeout", "Timeout: Too large resource version: 9, current: 5"],
  [status.timeout("slow"), 504, "Timeout", "Timeout: slow"],
  [
    status.serverTimeout(pods, "list"),
    500,
    "ServerTimeout",
    "The list operation against pods could not be completed at this time, please try again.",
  ],
  [status.tooManyRequests(), 429, "TooManyRequests", "Too many requests, please try again later."],
  [status.serviceUnavailable("etcd is away"), 503, "ServiceUnavailable", "etcd is away"],
  [status.internalError("boom"), 500, "InternalError", "Internal error occurred: boom"],
];

for (const [error, code, reason, message] of messages) {
  test(`${code} ${message.slice(0, 60)}`, () => {
    assert.is(error.code, code);
    assert.is(error.status.code, code);
    assert.is(error.status.reason, reason);
    assert.is(error.status.message, message);
    assert.is(error.status.status, "Failure");
  });
}

test("an invalid object names each field once and has a cause for each", () => {
  const one = status.invalid(pod, "x", [fields.required("spec.containers")]);
  assert.is(one.status.message, 'Pod "x" is invalid: spec.containers: Required value');
  const two = status.invalid(deployment, "x", [fields.required("a"), fields.required("a"), fields.tooLong("b", 63)]);
  assert.is(
    two.status.message,
    'Deployment.apps "x" is invalid: [a: Required value, b: Too long: may not be more than 63 bytes]',
  );
  assert.is(two.status.details?.causes?.length, 3);
  assert.equal(two.status.details?.causes?.[0], { reason: "FieldValueRequired", message: "Required value", field: "a" });
  assert.equal({ ...two.status.details, causes: [] }, { name: "x", group: "apps", kind: "Deployment", causes: [] });
});

test("details name the resource, and clients find the causes they look for", () => {
  assert.equal(status.notFound(deployments, "web").status.details, { name: "web", group: "apps", kind: "deployments" });
  assert.equal(status.tooLargeResourceVersion("9", "5").status.details, {
    causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
    retryAfterSeconds: 1,
  });
  assert.is(status.namespaceTerminating(pods, "web", "old").status.details?.causes?.[0]?.reason, "NamespaceTerminating");
  assert.is(status.continueExpired("abc").status.metadata.continue, "abc");
});

test("each field error is worded as Kubernetes words it", () => {
  const rows: Array<[fields.FieldError, string]> = [
    [fields.required("f", "must be given"), "f: Required value: must be given"],
    [fields.invalidValue("f", "X", "bad"), 'f: Invalid value: "X": bad'],
    [fields.invalidValue("f", 5, "bad"), "f: Invalid value: 5: bad"],
    [fields.invalidValue("f", undefined, "bad"), 'f: Invalid value: "null": bad'],
    [fields.invalidValue("f", { a: "b" }, "field is immutable"), 'f: Invalid value: {"a":"b"}: field is immutable'],
    [fields.notSupported("f", "X", ["A", "B"]), 'f: Unsupported value: "X": supported values: "A", "B"'],
    [fields.forbiddenField("f", "no"), "f: Forbidden: no"],
    [fields.duplicate("f", "x"), 'f: Duplicate value: "x"'],
    [fields.notFoundValue("f", "x"), 'f: Not found: "x"'],
    [fields.tooMany("f", 3, 2), "f: Too many: 3: must have at most 2 items"],
    [fields.internalFieldError("f", "oops"), "f: Internal error: oops"],
  ];
  for (const [error, text] of rows) assert.is(fields.fieldErrorText(error), text);
});

test("quoting follows Go", () => {
  assert.is(quote('a"b\\c\n\t\u0001é\u200b😀'), '"a\\"b\\\\c\\n\\t\\x01é\\u200b😀"');
});

test.run();
