import { quote } from "../../go-format.js";

/** URLs as Go's net/url reads them: absolute ones, and absolute paths. Source: https://pkg.go.dev/net/url#ParseRequestURI */
export interface GoUrl {
  readonly scheme: string;
  /** With the port, and an IPv6 address in brackets. */
  readonly host: string;
  readonly hostname: string;
  readonly port: string;
  readonly escapedPath: string;
  readonly query: ReadonlyMap<string, readonly string[]>;
  /** The URL as Go writes it again, by which two are compared. */
  readonly text: string;
}

export type ParsedUrl = { readonly ok: true; readonly url: GoUrl } | { readonly ok: false; readonly message: string };

class UrlError extends Error {}

const pathCharacters = /^[A-Za-z0-9\-_.~$&+,/:;=@!'()*%[\]]$/;
const escapePattern = /%(?![0-9A-Fa-f]{2})/;

const checkEscapes = (text: string): void => {
  const wrong = escapePattern.exec(text);
  if (wrong !== null) throw new UrlError(`invalid URL escape ${quote(text.slice(wrong.index, wrong.index + 3))}`);
};

const percentEncode = (character: string): string =>
  Array.from(new TextEncoder().encode(character), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");

const decodePercent = (text: string): string => {
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  for (let at = 0; at < text.length; ) {
    if (text[at] === "%") {
      bytes.push(Number.parseInt(text.slice(at + 1, at + 3), 16));
      at += 3;
    } else {
      const end = text.indexOf("%", at);
      for (const byte of encoder.encode(text.slice(at, end < 0 ? undefined : end))) bytes.push(byte);
      at = end < 0 ? text.length : end;
    }
  }
  return new TextDecoder().decode(Uint8Array.from(bytes));
};

const splitScheme = (text: string): readonly [scheme: string, rest: string] => {
  const match = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text);
  if (match !== null) return [match[1]!.toLowerCase(), text.slice(match[0].length)];
  if (text.startsWith(":")) throw new UrlError("missing protocol scheme");
  const colon = text.indexOf(":");
  const slash = text.search(/[/?#]/);
  if (colon >= 0 && (slash < 0 || colon < slash) && !/^[A-Za-z0-9+.-]/.test(text)) {
    throw new UrlError("first path segment in URL cannot contain colon");
  }
  return ["", text];
};

interface Authority {
  readonly user: string;
  readonly host: string;
  readonly hostname: string;
  readonly port: string;
}

const splitAuthority = (text: string): Authority => {
  const at = text.lastIndexOf("@");
  const user = at < 0 ? "" : text.slice(0, at + 1);
  if (/[^A-Za-z0-9\-._:~!$&'()*+,;=%@]/.test(user)) throw new UrlError("net/url: invalid userinfo");
  const host = text.slice(at + 1);
  if (host.startsWith("[")) return { user, host, ...splitBracketed(host) };
  const colon = host.lastIndexOf(":");
  const port = colon < 0 ? "" : host.slice(colon);
  if (!/^(:\d*)?$/.test(port)) throw new UrlError(`invalid port ${quote(port)} after host`);
  const wrong = /[^A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"%\u0080-\uffff]/.exec(host);
  if (wrong !== null) throw new UrlError(`invalid character ${quote(wrong[0])} in host name`);
  checkEscapes(host);
  const hostname = colon < 0 ? host : host.slice(0, colon);
  return { user, host, hostname, port: port.slice(1) };
};

const splitBracketed = (host: string): Pick<Authority, "hostname" | "port"> => {
  const end = host.lastIndexOf("]");
  if (end < 0) throw new UrlError("missing ']' in host");
  const port = host.slice(end + 1);
  if (!/^(:\d*)?$/.test(port)) throw new UrlError(`invalid port ${quote(port)} after host`);
  return { hostname: host.slice(1, end), port: port.slice(1) };
};

const parseQuery = (text: string): ReadonlyMap<string, readonly string[]> => {
  const query = new Map<string, string[]>();
  for (const pair of text.split("&")) {
    // Go leaves out what has a semicolon or a wrong escape.
    if (pair === "" || pair.includes(";") || escapePattern.test(pair)) continue;
    const equals = pair.indexOf("=");
    const [key, value] = equals < 0 ? [pair, ""] : [pair.slice(0, equals), pair.slice(equals + 1)];
    const name = decodePercent(key.replaceAll("+", " "));
    query.set(name, [...(query.get(name) ?? []), decodePercent(value.replaceAll("+", " "))]);
  }
  return query;
};

const cut = (text: string, separator: string): readonly [before: string, after: string | undefined] => {
  const index = text.indexOf(separator);
  return index < 0 ? [text, undefined] : [text.slice(0, index), text.slice(index + 1)];
};

const read = (text: string): GoUrl => {
  if (text === "") throw new UrlError("empty url");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
  if (/[\u0000-\u001f\u007f]/.test(text)) throw new UrlError("net/url: invalid control character in URL");
  const [scheme, afterScheme] = splitScheme(text);
  const [withoutFragment, fragment] = cut(afterScheme, "#");
  const [hierarchy, query] = cut(withoutFragment, "?");
  if (!hierarchy.startsWith("/")) {
    if (scheme === "") throw new UrlError("invalid URI for request");
    const text = `${scheme}:${hierarchy}${query === undefined ? "" : `?${query}`}`;
    return { scheme, host: "", hostname: "", port: "", escapedPath: "", query: parseQuery(query ?? ""), text };
  }
  let authority: Authority = { user: "", host: "", hostname: "", port: "" };
  let path = hierarchy;
  const hasAuthority = hierarchy.startsWith("//") && (scheme !== "" || !hierarchy.startsWith("///"));
  if (hasAuthority) {
    const end = hierarchy.indexOf("/", 2);
    authority = splitAuthority(hierarchy.slice(2, end < 0 ? undefined : end));
    path = end < 0 ? "" : hierarchy.slice(end);
  }
  checkEscapes(path);
  const escapedPath = Array.from(path, (each) => (pathCharacters.test(each) ? each : percentEncode(each))).join("");
  const tail = `${query === undefined ? "" : `?${query}`}${fragment === undefined ? "" : `#${fragment}`}`;
  const head = `${scheme === "" ? "" : `${scheme}:`}${hasAuthority ? `//${authority.user}${authority.host}` : ""}`;
  const { host, hostname, port } = authority;
  return { scheme, host, hostname, port, escapedPath, query: parseQuery(query ?? ""), text: head + escapedPath + tail };
};

/** Reads a URL; the message is Go's: `parse "a b": invalid URI for request`. */
export const parseUrl = (text: string): ParsedUrl => {
  try {
    return { ok: true, url: read(text) };
  } catch (error) {
    if (!(error instanceof UrlError)) throw error;
    return { ok: false, message: `parse ${quote(text)}: ${error.message}` };
  }
};
