/** Tokens for joining a cluster, kept in Secrets: https://kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens/ */
import { decodeTextBase64 } from "../../../../src/api/base64.js";
import { parseTime } from "../../../../src/api/time.js";
import type { Secret } from "../../../../src/api/types.js";
import type { ApiUser } from "../../request.js";
import { authenticatedGroup } from "../users.js";

const form = /^([a-z0-9]{6})\.([a-z0-9]{16})$/;
const bootstrappers = "system:bootstrappers";
const groupForm = /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/;

/** The id and the secret of a token; undefined for text of another form. */
export function bootstrapTokenIn(token: string): { readonly id: string; readonly secret: string } | undefined {
  const [, id, secret] = form.exec(token) ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secret };
}

export const secretNameOf = (id: string): string => `bootstrap-token-${id}`;

/** Compares all of it, so that the time it takes tells nothing. */
function same(one: string, other: string): boolean {
  let difference = one.length ^ other.length;
  for (let index = 0; index < one.length; index += 1) difference |= one.charCodeAt(index) ^ other.charCodeAt(index);
  return difference === 0;
}

/** Who bears the token, if the Secret of its name says so. */
export function bearerOf(id: string, secret: string, stored: Secret | undefined, nowMs: number): ApiUser | undefined {
  if (stored === undefined || stored.type !== "bootstrap.kubernetes.io/token") return undefined;
  if (stored.metadata.deletionTimestamp !== undefined) return undefined;
  const data = (field: string): string => decodeTextBase64(stored.data?.[field] ?? "") ?? "";
  if (data("token-id") !== id || !same(data("token-secret"), secret)) return undefined;
  const expiration = data("expiration");
  const ends = expiration === "" ? undefined : parseTime(expiration);
  if (ends !== undefined && (!ends.ok || ends.ms <= nowMs)) return undefined;
  if (data("usage-bootstrap-authentication") !== "true") return undefined;
  const groups = data("auth-extra-groups")
    .split(",")
    .filter((group) => group !== "");
  // One group that may not be given makes the whole token void.
  if (!groups.every((group) => groupForm.test(group))) return undefined;
  return { name: `system:bootstrap:${id}`, groups: [bootstrappers, ...groups.sort(), authenticatedGroup] };
}
