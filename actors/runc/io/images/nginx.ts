/** Stand-in for nginx: serves /usr/share/nginx/html on port 80 and logs each request. */
import type { ProgramContext } from "../container/entry.js";
import { accessLine, serveUntilSignal } from "./serve.js";
import { serveFile } from "./static-files.js";

const root = "/usr/share/nginx/html";

export function nginx({ args }: ProgramContext): Promise<number> | number {
  const flags = args[0] === "nginx" ? args.slice(1) : args;
  if (flags.includes("-v") || flags.includes("-V")) {
    console.error("nginx version: nginx/1.27.0 (Chartroom's stand-in)");
    return 0;
  }
  if (flags.includes("-t")) {
    console.error("nginx: configuration file /etc/nginx/nginx.conf test is successful");
    return 0;
  }
  console.error("chartroom: a stand-in for nginx serves /usr/share/nginx/html on port 80; it reads no configuration");
  return serveUntilSignal(80, (request, response) => {
    serveFile(root, request, response, { server: "nginx (chartroom)" }, (status, bytes) => {
      console.log(`${accessLine(request, status, bytes)} "-"`);
    });
  });
}
