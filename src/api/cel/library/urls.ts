import { type FunctionDeclaration, globalOverload, memberOverload } from "../language/functions.js";
import { bool, listOf, mapOf, opaque, string } from "../language/types.js";
import { ArrayList, CelError, EntryMap, OpaqueValue, type Result } from "../language/values.js";
import { traversal, traversalEstimate } from "./costs.js";
import { type GoUrl, parseUrl } from "./go-url.js";

/** Source: https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-url-library */

export const urlType = opaque("kubernetes.URL");

class UrlValue extends OpaqueValue {
  readonly type = urlType;
  constructor(readonly url: GoUrl) {
    super();
  }
  override get size(): number {
    return this.url.text.length;
  }
  equals(other: OpaqueValue): boolean {
    return other instanceof UrlValue && other.url.text === this.url.text;
  }
}

const toUrl = (text: string): Result => {
  const parsed = parseUrl(text);
  return parsed.ok ? new UrlValue(parsed.url) : new CelError(`URL parse error during conversion from string: ${parsed.message}`);
};

const query = ({ url }: UrlValue): Result => {
  let map: EntryMap = EntryMap.empty;
  for (const [key, values] of url.query) map = map.insert(key, new ArrayList(values)) || map;
  return map;
};

const getter = (name: string, id: string, read: (url: GoUrl) => string): FunctionDeclaration => ({
  name,
  overloads: [memberOverload(`url_get_${id}`, [urlType], string, ({ url }: UrlValue) => read(url))],
});

const parsed = { cost: traversal(0), estimate: traversalEstimate(0) };

export const urls: readonly FunctionDeclaration[] = [
  { name: "url", overloads: [globalOverload("string_to_url", [string], urlType, toUrl, parsed)] },
  { name: "isURL", overloads: [globalOverload("is_url_string", [string], bool, (text: string) => parseUrl(text).ok)] },
  getter("getScheme", "scheme", ({ scheme }) => scheme),
  getter("getHost", "host", ({ host }) => host),
  getter("getHostname", "hostname", ({ hostname }) => hostname),
  getter("getPort", "port", ({ port }) => port),
  getter("getEscapedPath", "escaped_path", ({ escapedPath }) => escapedPath),
  { name: "getQuery", overloads: [memberOverload("url_get_query", [urlType], mapOf(string, listOf(string)), query)] },
];
