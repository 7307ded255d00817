/** Makes the value of a body into an object of the kind that its path takes, as Kubernetes' decoder does; for every front. */
import { decodeAs } from "../../src/api/decode.js";
import { isJsonObject } from "../../src/api/json-value.js";
import { apiVersionOf, builtinResources } from "../../src/api/kinds.js";
import { typeOf } from "../../src/api/schema.js";
import { badRequest, fail, type Result, succeed, unknownKind, wrongApiVersion } from "../../src/api/status.js";
import type { UntypedObject } from "../../src/api/types.js";
import type { WriteOptions } from "./messages.js";
import type { RequestPath } from "./request.js";
import type { Served } from "./served.js";

export interface DecodedBody {
  readonly object: UntypedObject;
  /** For the header Warning. */
  readonly warnings: readonly string[];
}

interface Expected {
  readonly apiVersion: string;
  readonly kind: string;
  /** Name of its type in the schema. */
  readonly type: string;
}

/** The kind that a path takes: that of its subresource where it has one. */
export function expectedAt(served: Served, path: RequestPath): Expected {
  const { resource } = served;
  const subresource = resource.subresources.find(({ name }) => name === path.subresource);
  if (subresource === undefined) return resource;
  const { group, version, kind } = subresource;
  const apiVersion = apiVersionOf(group, version);
  const known = builtinResources().byObject(apiVersion, kind);
  return { apiVersion, kind, type: known?.type ?? kind };
}

export function decodeBody(
  served: Served,
  path: RequestPath,
  value: unknown,
  fieldValidation: WriteOptions["fieldValidation"] = "Ignore",
): Result<DecodedBody> {
  const expected = expectedAt(served, path);
  if (!isJsonObject(value)) return fail(badRequest("the body of the request is not an object"));
  const { apiVersion = expected.apiVersion, kind = expected.kind } = value as { apiVersion?: unknown; kind?: unknown };
  if (apiVersion !== expected.apiVersion) return fail(wrongApiVersion(String(apiVersion), expected.apiVersion));
  if (kind !== expected.kind) return fail(unknownKind(String(kind), expected.apiVersion));
  if (typeOf(expected.type) === undefined) return succeed({ object: value as unknown as UntypedObject, warnings: [] });
  const decoded = decodeAs(expected.type, value);
  if (!decoded.ok) {
    const what = `${expected.kind} in version ${JSON.stringify(expected.apiVersion.split("/").at(-1))}`;
    return fail(badRequest(`${what} cannot be handled as a ${expected.kind}: ${decoded.message}`));
  }
  const problems = decoded.unknownFields.map((field) => `unknown field ${JSON.stringify(field)}`);
  if (problems.length > 0 && fieldValidation === "Strict")
    return fail(
      badRequest(
        `${expected.kind} in version ${JSON.stringify(expected.apiVersion.split("/").at(-1))} cannot be handled as a ${expected.kind}: strict decoding error: ${problems.join(", ")}`,
      ),
    );
  const { metadata = {}, ...rest } = decoded.value as { metadata?: object };
  const object = { ...rest, kind: expected.kind, apiVersion: expected.apiVersion, metadata } as unknown as UntypedObject;
  return succeed({ object, warnings: fieldValidation === "Warn" ? problems : [] });
}
