/** Serves files below a directory, as a web server does by default. */
import { createReadStream, statSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { posix } from "node:path";

const types: ReadonlyMap<string, string> = new Map([
  [".html", "text/html"],
  [".css", "text/css"],
  [".js", "application/javascript"],
  [".json", "application/json"],
  [".txt", "text/plain"],
  [".svg", "image/svg+xml"],
  [".png", "image/png"],
  [".jpg", "image/jpeg"],
]);

/** Answers with the file that the path names, and tells the status and size for the access log. */
export function serveFile(
  root: string,
  request: IncomingMessage,
  response: ServerResponse,
  headers: Record<string, string>,
  onDone: (status: number, bytes: number) => void,
): void {
  const fail = (status: number, text: string): void => {
    const body = `<html>\n<head><title>${status} ${text}</title></head>\n<body>\n<h1>${status} ${text}</h1>\n</body>\n</html>\n`;
    response.writeHead(status, { ...headers, "content-type": "text/html", "content-length": body.length });
    response.end(request.method === "HEAD" ? undefined : body);
    onDone(status, body.length);
  };
  let asked: string;
  try {
    asked = decodeURIComponent((request.url ?? "/").split("?")[0] ?? "/");
  } catch {
    fail(400, "Bad Request");
    return;
  }
  if (request.method !== "GET" && request.method !== "HEAD") {
    fail(405, "Not Allowed");
    return;
  }
  let file = posix.join(root, posix.normalize(`/${asked}`));
  try {
    let found = statSync(file);
    if (found.isDirectory()) {
      if (!asked.endsWith("/")) {
        response.writeHead(301, { ...headers, location: `${asked}/`, "content-length": 0 });
        response.end();
        onDone(301, 0);
        return;
      }
      file = posix.join(file, "index.html");
      found = statSync(file, { throwIfNoEntry: false }) ?? fallThrough();
    }
    const type = types.get(posix.extname(file)) ?? "application/octet-stream";
    response.writeHead(200, {
      ...headers,
      "content-type": type,
      "content-length": found.size,
      "last-modified": found.mtime.toUTCString(),
    });
    if (request.method === "HEAD") response.end();
    else
      createReadStream(file)
        .on("error", () => response.destroy())
        .pipe(response);
    onDone(200, found.size);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    fail(
      code === "FORBIDDEN" || code === "EACCES" ? 403 : 404,
      code === "FORBIDDEN" || code === "EACCES" ? "Forbidden" : "Not Found",
    );
  }
}

/** A directory without an index is not listed. */
function fallThrough(): never {
  throw Object.assign(new Error("directory index is forbidden"), { code: "FORBIDDEN" });
}
