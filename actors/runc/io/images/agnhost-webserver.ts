/** `agnhost test-webserver`: every file of the container, over HTTP. */
import { readdirSync, statSync } from "node:fs";
import { posix } from "node:path";
import { answerText, pathOf, serveUntilSignal } from "./serve.js";
import { serveFile } from "./static-files.js";

/** Text as HTML has it. */
export const escaped = (text: string): string => text.replace(/[<>&"']/g, (found) => `&#${found.charCodeAt(0)};`);

/** A directory as a list of links; undefined for what is none, or has an index. */
function listing(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory() !== true || !path.endsWith("/")) return undefined;
  if (statSync(posix.join(path, "index.html"), { throwIfNoEntry: false })?.isFile()) return undefined;
  const links = readdirSync(path, { withFileTypes: true })
    .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
    .sort()
    .map((name) => `<a href="${encodeURIComponent(name).replaceAll("%2F", "/")}">${escaped(name)}</a>\n`);
  return `<pre>\n${links.join("")}</pre>\n`;
}

export function testWebserver(port: number): Promise<number> {
  return serveUntilSignal(port, (request, response) => {
    // A conditional request is answered whole.
    delete request.headers["if-modified-since"];
    let list: string | undefined;
    try {
      list = listing(posix.normalize(decodeURIComponent(pathOf(request))));
    } catch {
      // What cannot be decoded or read is refused as a file is.
    }
    if (list !== undefined) answerText(response, 200, list, "text/html; charset=utf-8");
    else serveFile("/", request, response, { "cache-control": "private", "access-control-allow-origin": "*" }, () => {});
  });
}
