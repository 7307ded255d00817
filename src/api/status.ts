import { aggregateText, type FieldError } from "./field-errors.js";
import { quote } from "./go-format.js";

/**
 * The errors of the API as values: a Status object with its HTTP code, worded as Kubernetes words it.
 * Source: meta/v1 Status, and the "API concepts" page of the Kubernetes documentation.
 */
export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

export interface Status {
  readonly kind: "Status";
  readonly apiVersion: "v1";
  readonly metadata: { readonly resourceVersion?: string; readonly continue?: string };
  readonly status: "Success" | "Failure";
  readonly message?: string;
  readonly reason?: string;
  readonly details?: StatusDetails;
  readonly code?: number;
}

/** An error of the API. `code` is the HTTP status; `status.details.retryAfterSeconds` is also sent as Retry-After. */
export interface ApiError {
  readonly code: number;
  readonly status: Status;
}

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ApiError };

export const succeed = <T>(value: T): Result<T> => ({ ok: true, value });
export const fail = <T = never>(error: ApiError): Result<T> => ({ ok: false, error });

/** A resource as messages name it: `pods`, `deployments.apps`. `group` is "" for the core group. */
export interface GroupResource {
  readonly group: string;
  readonly resource: string;
}

/** A kind as messages name it: `Pod`, `Deployment.apps`. */
export interface GroupKind {
  readonly group: string;
  readonly kind: string;
}

const qualified = (name: string, group: string): string => (group === "" ? name : `${name}.${group}`);
export const resourceText = ({ resource, group }: GroupResource): string => qualified(resource, group);
export const kindText = ({ kind, group }: GroupKind): string => qualified(kind, group);

const failure = (code: number, reason: string, message: string, details?: StatusDetails): ApiError => ({
  code,
  status: {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message,
    ...(reason === "" ? {} : { reason }),
    ...(details === undefined ? {} : { details }),
    code,
  },
});

const detailsOf = (name: string, group: string, kind: string, rest: Partial<StatusDetails> = {}): StatusDetails => ({
  ...(name === "" ? {} : { name }),
  ...(group === "" ? {} : { group }),
  ...(kind === "" ? {} : { kind }),
  ...rest,
});

const resourceDetails = (of: GroupResource, name: string, rest: Partial<StatusDetails> = {}): StatusDetails =>
  detailsOf(name, of.group, of.resource, rest);

/** Success, as delete and deletecollection answer when no object is left to return. */
export const success = (details?: StatusDetails): Status => ({
  kind: "Status",
  apiVersion: "v1",
  metadata: {},
  status: "Success",
  ...(details === undefined ? {} : { details }),
});

/** 404: an object that is not there. */
export const notFound = (of: GroupResource, name: string): ApiError =>
  failure(404, "NotFound", `${resourceText(of)} ${quote(name)} not found`, resourceDetails(of, name));

/** 404: a path that no resource serves. */
export const noSuchResource = (): ApiError => failure(404, "NotFound", "the server could not find the requested resource", {});

export const alreadyExists = (of: GroupResource, name: string): ApiError =>
  failure(409, "AlreadyExists", `${resourceText(of)} ${quote(name)} already exists`, resourceDetails(of, name));

/** 409 after the last attempt at a random suffix for generateName also collided. */
export const generateNameConflict = (of: GroupResource, name: string, retryAfterSeconds = 1): ApiError =>
  failure(
    409,
    "AlreadyExists",
    `${resourceText(of)} ${quote(name)} already exists, the server was not able to generate a unique name for the object`,
    resourceDetails(of, name, { retryAfterSeconds }),
  );

const optimisticLock = "the object has been modified; please apply your changes to the latest version and try again";

/** 409 of optimistic concurrency, or with another `why`. */
export const conflict = (of: GroupResource, name: string, why = optimisticLock): ApiError =>
  failure(
    409,
    "Conflict",
    `Operation cannot be fulfilled on ${resourceText(of)} ${quote(name)}: ${why}`,
    resourceDetails(of, name),
  );

/** 409 of an apply that would change what others own; a cause for each field. */
export const applyConflict = (causes: readonly StatusCause[], message: string): ApiError =>
  failure(409, "Conflict", message, { causes });

/** 409 of a delete whose UID precondition does not hold. Kubernetes names the kind here, where it says resource elsewhere. */
export const uidPreconditionFailed = (of: GroupKind, name: string, wanted: string, found: string): ApiError =>
  conflict(
    { group: of.group, resource: of.kind },
    name,
    `the UID in the precondition (${wanted}) does not match the UID in record (${found}). The object might have been deleted and then recreated`,
  );

/** 409 of a delete whose resourceVersion precondition does not hold. */
export const resourceVersionPreconditionFailed = (of: GroupKind, name: string, wanted: string, found: string): ApiError =>
  conflict(
    { group: of.group, resource: of.kind },
    name,
    `the ResourceVersion in the precondition (${wanted}) does not match the ResourceVersion in record (${found}). The object might have been modified`,
  );

/** 409 of an update that carries the UID of another object. */
export const uidMismatchOnUpdate = (of: GroupResource, name: string, wanted: string, found: string): ApiError =>
  conflict(of, name, `Precondition failed: UID in precondition: ${wanted}, UID in object meta: ${found}`);

/** 422 with one cause for each field error. */
export const invalid = (of: GroupKind, name: string, errors: readonly FieldError[]): ApiError => {
  const causes = errors.map((error) => ({ reason: error.type, message: error.body, field: error.field }));
  const text = errors.length === 0 ? "" : `: ${aggregateText(errors)}`;
  return failure(
    422,
    "Invalid",
    `${kindText(of)} ${quote(name)} is invalid${text}`,
    detailsOf(name, of.group, of.kind, causes.length === 0 ? {} : { causes }),
  );
};

export const badRequest = (message: string): ApiError => failure(400, "BadRequest", message);

/** 400 of a body in a group and version other than the path's. */
export const wrongApiVersion = (found: string, expected: string): ApiError =>
  badRequest(`the API version in the data (${found}) does not match the expected API version (${expected})`);

/** 400 of a body whose kind no table knows in that version. */
export const unknownKind = (kind: string, apiVersion: string): ApiError =>
  badRequest(
    `no kind ${quote(kind)} is registered for version ${quote(apiVersion)} in scheme "pkg/api/legacyscheme/scheme.go:30"`,
  );

/** 400 of a body whose metadata.name is not the name in the path. */
export const nameMismatch = (inObject: string, inPath: string): ApiError =>
  badRequest(`the name of the object (${inObject}) does not match the name on the URL (${inPath})`);

/** 400 of a body whose metadata.namespace is not the namespace in the path. */
export const namespaceMismatch = (): ApiError =>
  badRequest("the namespace of the provided object does not match the namespace sent on the request");

export const unauthorized = (message = "Unauthorized"): ApiError => failure(401, "Unauthorized", message);

/** 403 that names the resource; `name` may be "". */
export const forbidden = (of: GroupResource, name: string, why: string): ApiError => {
  const subject = of.resource === "" ? "forbidden" : `${resourceText(of)} ${name === "" ? "" : `${quote(name)} `}is forbidden`;
  return failure(403, "Forbidden", `${subject}: ${why}`, resourceDetails(of, name));
};

/** 403 of creating in a namespace that is going away, with the cause that clients look for. */
export const namespaceTerminating = (of: GroupResource, name: string, namespace: string): ApiError => {
  const error = forbidden(of, name, `unable to create new content in namespace ${namespace} because it is being terminated`);
  const cause = {
    reason: "NamespaceTerminating",
    message: `namespace ${namespace} is being terminated`,
    field: "metadata.namespace",
  };
  return { ...error, status: { ...error.status, details: { ...error.status.details, causes: [cause] } } };
};

export const methodNotAllowed = (): ApiError =>
  failure(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", {});

/** 405 of a verb that the storage of this resource lacks. */
export const methodNotSupported = (of: GroupResource, action: string): ApiError =>
  failure(
    405,
    "MethodNotAllowed",
    `${action} is not supported on resources of kind ${quote(resourceText(of))}`,
    detailsOf("", of.group, of.resource),
  );

/** 405 of a create whose custom resource is about to go. */
export const definitionTerminating = (of: GroupResource): ApiError =>
  failure(
    405,
    "MethodNotAllowed",
    "create not allowed while custom resource definition is terminating",
    detailsOf("", of.group, of.resource),
  );

export const notAcceptable = (mediaTypes: readonly string[]): ApiError =>
  failure(406, "NotAcceptable", `only the following media types are accepted: ${mediaTypes.join(", ")}`);

export const unsupportedMediaType = (mediaTypes: readonly string[]): ApiError =>
  failure(
    415,
    "UnsupportedMediaType",
    `the body of the request was in an unknown format - accepted media types include: ${mediaTypes.join(", ")}`,
  );

/** 413; `why` is `limit is 3145728` for a body. */
export const requestEntityTooLarge = (why: string): ApiError =>
  failure(413, "RequestEntityTooLarge", `Request entity too large: ${why}`);

/** 410 of a watch or list at a revision that has been compacted. */
export const tooOldResourceVersion = (asked: string, oldest: string): ApiError =>
  expired(`too old resource version: ${asked} (${oldest})`);

/** 410 with any message. */
export const expired = (message: string): ApiError => failure(410, "Expired", message);

/** 410 of etcd's own answer to a list at a compacted revision. */
export const listRevisionCompacted = (): ApiError => expired("The resourceVersion for the provided list is too old.");

const continueTooOld = "The provided continue parameter is too old to display a consistent list result.";

/** 410 of a continue token whose revision is gone. With `inconsistentContinue` a client may go on, inconsistently. */
export const continueExpired = (inconsistentContinue = ""): ApiError => {
  if (inconsistentContinue === "") {
    return expired(`${continueTooOld} You must start a new list without the continue parameter.`);
  }
  const error = expired(
    `${continueTooOld} You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. ` +
      "Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.",
  );
  return { ...error, status: { ...error.status, metadata: { continue: inconsistentContinue } } };
};

/** 504: what the client waited for did not come in time; it may still happen. */
export const timeout = (message: string, retryAfterSeconds = 0): ApiError =>
  failure(504, "Timeout", `Timeout: ${message}`, retryAfterSeconds === 0 ? {} : { retryAfterSeconds });

/** 504 of a resourceVersion that lies in this server's future. */
export const tooLargeResourceVersion = (asked: string, current: string): ApiError => {
  const error = timeout(`Too large resource version: ${asked}, current: ${current}`, 1);
  const causes = [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }];
  return { ...error, status: { ...error.status, details: { causes, retryAfterSeconds: 1 } } };
};

/** 500 that says the client should try the operation again. */
export const serverTimeout = (of: GroupResource, operation: string, retryAfterSeconds = 0): ApiError =>
  failure(
    500,
    "ServerTimeout",
    `The ${operation} operation against ${resourceText(of)} could not be completed at this time, please try again.`,
    resourceDetails(of, operation, retryAfterSeconds === 0 ? {} : { retryAfterSeconds }),
  );

export const tooManyRequests = (message = "Too many requests, please try again later.", retryAfterSeconds = 1): ApiError =>
  failure(429, "TooManyRequests", message, { retryAfterSeconds });

/** 503; with a time after which it may be tried again, clients do so by themselves. */
export const serviceUnavailable = (message: string, retryAfterSeconds = 0): ApiError =>
  failure(503, "ServiceUnavailable", message, retryAfterSeconds === 0 ? undefined : { retryAfterSeconds });

export const internalError = (message: string): ApiError =>
  failure(500, "InternalError", `Internal error occurred: ${message}`, { causes: [{ message }] });

/**
 * Any other failure, such as 422 of a patch that does not apply; `reason` may be "". `why`, when given, becomes the
 * cause, about `field`: kubectl shows causes where it has no kind to name.
 */
export const genericFailure = (code: number, reason: string, message: string, why = "", field = ""): ApiError => {
  if (why === "") return failure(code, reason, message);
  return failure(code, reason, message, { causes: [{ reason: "UnexpectedServerResponse", message: why, field }] });
};
