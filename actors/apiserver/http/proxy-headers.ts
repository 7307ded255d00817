/** Which headers pass a proxy, and which are its own. */

type Values = string | string[] | undefined;
type Headers = Readonly<Record<string, Values>>;

/** Between two neighbours only: RFC 9110, section 7.6.1. */
const hopByHop = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "http2-settings",
]);

/** Who asks is the API server's to know, not that of what is behind it. */
const credentials = (name: string): boolean => name === "authorization" || name.startsWith("impersonate-");

const passes = (name: string): boolean => !hopByHop.has(name) && !name.startsWith(":");

/** The headers of a request for what is behind the proxy; with `upgrade` those stay that ask for another protocol. */
export function requestHeaders(
  headers: Headers,
  forwarded: { readonly host: string; readonly from: string; readonly uri: string; readonly authority: string },
  upgrade = false,
): Record<string, string | string[]> {
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && passes(name) && !credentials(name) && name !== "host") kept[name] = value;
  }
  if (upgrade) Object.assign(kept, { connection: "Upgrade", upgrade: headers.upgrade ?? "" });
  const before = [headers["x-forwarded-for"] ?? []].flat();
  return {
    ...kept,
    host: forwarded.host,
    "x-forwarded-for": [...before, forwarded.from].join(", "),
    "x-forwarded-host": forwarded.authority,
    "x-forwarded-proto": "https",
    "x-forwarded-uri": forwarded.uri,
  };
}

/** The headers of an answer for whoever asked: what the request is called, and which pages may read it, is not for a pod to say. */
export function responseHeaders(headers: Headers): Record<string, string | string[]> {
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && passes(name) && !ours(name)) kept[name] = value;
  }
  return kept;
}

const ours = (name: string): boolean => name === "audit-id" || name.startsWith("access-control-");
