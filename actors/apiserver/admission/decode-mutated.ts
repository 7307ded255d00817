import { readValue } from "../../../src/api/body.js";
import { defaulterFor } from "../../../src/api/defaults/defaults.js";
import { internalError, type Result, succeed } from "../../../src/api/status.js";
import type { UntypedObject } from "../../../src/api/types.js";
import { expectedAt, type Served } from "../served.js";

/** What somebody made of an object: still one of its kind, and complete again. */
export function decodeMutated(value: unknown, as: Served, subresource: string): Result<UntypedObject> {
  const { resource } = as;
  const expected = subresource === "" ? resource : expectedAt(as, { ...resource, resource: resource.plural, subresource });
  const decoded = readValue(value, [], expected, "Ignore");
  if (!decoded.ok) return { ok: false, error: internalError(decoded.error.status.message ?? "it is not one of its kind") };
  const whole = decoded.value.object as UntypedObject;
  return succeed(defaulterFor(expected.group, expected.version, expected.kind)({ ...whole, metadata: whole.metadata ?? {} }));
}
