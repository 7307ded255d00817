/** Headers by which somebody asks in another's name: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation */
import { quote } from "../../../src/api/go-format.js";
import { badRequest, fail, type Result, succeed } from "../../../src/api/status.js";
import type { Impersonated } from "../messages.js";

const extraPrefix = "impersonate-extra-";

/** What may stand percent-encoded in the key of an extra, since headers know no capital letters and few other characters. */
function decoded(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

/**
 * Who is to be spoken for; undefined when nobody is. `headers` as they came: name, value, name, value. Who asks for groups and
 * the like without a user gets 400, where kube-apiserver says 500.
 */
export function impersonationIn(headers: readonly string[]): Result<Impersonated | undefined> {
  let user: string | undefined;
  let uid: string | undefined;
  const groups: string[] = [];
  const extra = new Map<string, string[]>();
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index]!.toLowerCase();
    if (!name.startsWith("impersonate-")) continue;
    const value = headers[index + 1]!;
    if (name === "impersonate-user") user ??= value;
    else if (name === "impersonate-uid") uid ??= value;
    else if (name === "impersonate-group") groups.push(value);
    else if (name.startsWith(extraPrefix)) {
      const key = decoded(name.slice(extraPrefix.length)).toLowerCase();
      extra.set(key, [...(extra.get(key) ?? []), value]);
    }
  }
  if (user !== undefined && user !== "") {
    return succeed({
      user,
      ...(uid === undefined || uid === "" ? {} : { uid }),
      ...(groups.length === 0 ? {} : { groups }),
      ...(extra.size === 0 ? {} : { extra }),
    });
  }
  const without = [
    ...groups.map((group) => `group ${quote(group)}`),
    ...(uid === undefined || uid === "" ? [] : [`uid ${quote(uid)}`]),
    ...[...extra.keys()].map((key) => `extra ${quote(key)}`),
  ];
  return without.length === 0
    ? succeed(undefined)
    : fail(badRequest(`requested [${without.join(" ")}] without impersonating a user`));
}
