/**
 * Links of a page that comes through a proxy: those to the same server are made to lead through the proxy as well, as
 * kube-apiserver does for text/html.
 */

/** Attributes that hold a URL, by element. */
const urlAttributes: ReadonlyMap<string, readonly string[]> = new Map([
  ["a", ["href"]],
  ["area", ["href"]],
  ["audio", ["src"]],
  ["base", ["href"]],
  ["blockquote", ["cite"]],
  ["body", ["background"]],
  ["button", ["formaction"]],
  ["command", ["icon"]],
  ["del", ["cite"]],
  ["embed", ["src"]],
  ["form", ["action"]],
  ["frame", ["longdesc", "src"]],
  ["head", ["profile"]],
  ["html", ["manifest"]],
  ["iframe", ["longdesc", "src"]],
  ["img", ["longdesc", "src", "usemap"]],
  ["input", ["src", "usemap", "formaction"]],
  ["ins", ["cite"]],
  ["link", ["href"]],
  ["object", ["classid", "codebase", "data", "usemap"]],
  ["q", ["cite"]],
  ["script", ["src"]],
  ["source", ["src"]],
  ["video", ["poster", "src"]],
]);

export interface ProxiedPage {
  /** Where the page came from: `10.0.0.1:80`. */
  readonly host: string;
  /** What comes before the page's own path at the proxy: `/api/v1/namespaces/default/services/web:80/proxy`. */
  readonly prefix: string;
}

/** A link as it stands in a page, or in the header Location, made to lead through the proxy where it has to. */
export function throughProxy(link: string, { host, prefix }: ProxiedPage): string {
  const absolute = /^https?:\/\/([^/?#]*)/i.exec(link);
  if (absolute !== null) return absolute[1] === host ? through(link.slice(absolute[0].length) || "/", prefix) : link;
  return link.startsWith("/") && !link.startsWith("//") ? through(link, prefix) : link;
}

const through = (path: string, prefix: string): string => (path.startsWith(prefix) ? path : prefix + path);

/** A start tag has to end within so many characters to be looked at. */
const tagCharactersMost = 64 * 1024;
const attribute = /([^\s"'<>/=]+)(\s*=\s*)("[^"]*"|'[^']*'|[^\s"'=<>`]+)/g;

/** Rewrites a page as it comes: text is held back only while a tag in it is not complete. */
export class LinkRewriter {
  private rest = "";

  constructor(private readonly page: ProxiedPage) {}

  push(text: string): string {
    const all = this.rest + text;
    const open = all.lastIndexOf("<");
    const isWhole = open < 0 || all.includes(">", open) || all.length - open > tagCharactersMost;
    this.rest = isWhole ? "" : all.slice(open);
    return this.rewrite(isWhole ? all : all.slice(0, open));
  }

  end(): string {
    return this.rest;
  }

  private rewrite(text: string): string {
    return text.replace(/<([a-zA-Z]+)(\s[^<>]*)>/g, (tag: string, element: string, attributes: string) => {
      const names = urlAttributes.get(element.toLowerCase());
      return names === undefined ? tag : `<${element}${this.rewriteAttributes(attributes, names)}>`;
    });
  }

  private rewriteAttributes(attributes: string, names: readonly string[]): string {
    return attributes.replace(attribute, (whole: string, name: string, equals: string, value: string) => {
      if (!names.includes(name.toLowerCase())) return whole;
      const quote = value.startsWith('"') || value.startsWith("'") ? value[0] : "";
      const link = quote === "" ? value : value.slice(1, -1);
      return `${name}${equals}${quote}${throughProxy(link, this.page)}${quote}`;
    });
  }
}
