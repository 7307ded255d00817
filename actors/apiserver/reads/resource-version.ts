/** Which revision a read may be of. https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions */
import { forbiddenField, invalidValue, notSupported } from "../../../src/api/field-errors.js";
import { badRequest, fail, type GroupResource, invalid, type Result, succeed } from "../../../src/api/status.js";
import type { ListOptions } from "../messages.js";
import { decodeContinue } from "./continue-token.js";

export type ReadAt =
  /** Whatever the cache has. */
  | { readonly what: "any" }
  /** Everything that was committed before the request. */
  | { readonly what: "newest" }
  | { readonly what: "notOlderThan"; readonly revision: bigint }
  /** The state at exactly this revision, from `start` on (a key without its prefix). */
  | { readonly what: "exactly"; readonly revision: bigint; readonly start: string; readonly continued: boolean };

const digits = /^\d{1,19}$/;

/** Undefined for text that is no resourceVersion. */
export const parseRevision = (text: string): bigint | undefined => (digits.test(text) ? BigInt(text) : undefined);

export const invalidResourceVersion = (of: GroupResource, name: string, text: string) =>
  invalid({ group: of.group, kind: of.resource }, name, [
    invalidValue("resourceVersion", text, `strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`),
  ]);

export function readAtOfGet(of: GroupResource, name: string, resourceVersion = ""): Result<ReadAt> {
  if (resourceVersion === "") return succeed({ what: "newest" });
  if (resourceVersion === "0") return succeed({ what: "any" });
  const revision = parseRevision(resourceVersion);
  if (revision === undefined) return fail(invalidResourceVersion(of, name, resourceVersion));
  return succeed({ what: "notOlderThan", revision });
}

const listOptions = { group: "meta.k8s.io", kind: "ListOptions" };

export function readAtOfList(of: GroupResource, options: ListOptions): Result<ReadAt> {
  const { resourceVersion = "", resourceVersionMatch: match, limit = 0, continue: token = "" } = options;
  if (match !== undefined) {
    const why = [];
    if (resourceVersion === "")
      why.push(forbiddenField("resourceVersionMatch", "resourceVersionMatch is forbidden unless resourceVersion is provided"));
    if (token !== "")
      why.push(forbiddenField("resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided"));
    if (match !== "Exact" && match !== "NotOlderThan")
      why.push(notSupported("resourceVersionMatch", match, ["Exact", "NotOlderThan", ""]));
    if (match === "Exact" && resourceVersion === "0") {
      const detail = 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"';
      why.push(forbiddenField("resourceVersionMatch", detail));
    }
    if (why.length > 0) return fail(invalid(listOptions, "", why));
  }
  if (token !== "") {
    if (resourceVersion !== "" && resourceVersion !== "0")
      return fail(badRequest("specifying resource version is not allowed when using continue"));
    const read = decodeContinue(token);
    if (!read.ok) return read;
    return succeed({ what: "exactly", ...read.value, continued: true });
  }
  if (resourceVersion === "") return succeed({ what: "newest" });
  if (resourceVersion === "0") return succeed({ what: "any" });
  const revision = parseRevision(resourceVersion);
  if (revision === undefined) return fail(invalidResourceVersion(of, "", resourceVersion));
  const exact = match === "Exact" || (match === undefined && limit > 0);
  return succeed(exact ? { what: "exactly", revision, start: "", continued: false } : { what: "notOlderThan", revision });
}
