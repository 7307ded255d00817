/** Stand-ins for the echo servers that tutorials use. */
import type { ProgramContext } from "../container/entry.js";
import { accessLine, answerText, readBody, serveUntilSignal } from "./serve.js";

/** `-text=hello -listen=:5678 -status-code=200`, with one dash or two, and with a space or an equals sign. */
export function httpEcho({ args, env }: ProgramContext): Promise<number> | number {
  const flags = new Map<string, string>();
  for (let at = 0; at < args.length; at++) {
    const match = /^--?([a-z-]+)(?:=([\s\S]*))?$/.exec(args[at] ?? "");
    if (match === null) continue;
    const value = match[2] ?? args[at + 1] ?? "";
    if (match[2] === undefined) at += 1;
    flags.set(match[1]!, value);
  }
  const text = flags.get("text") ?? env.ECHO_TEXT ?? "";
  if (text === "") {
    console.error("Missing -text option!");
    return 127;
  }
  const port = Number((flags.get("listen") ?? ":5678").split(":").at(-1));
  const status = Number(flags.get("status-code") ?? 200);
  console.log(`[INFO] server is listening on :${port}`);
  return serveUntilSignal(port, (request, response) => {
    const body = `${text}\n`;
    answerText(response, status, body);
    console.log(accessLine(request, status, body.length));
  });
}

/** Answers with what was asked, as JSON. Port from the environment's PORT, 80 otherwise. */
export function echoServer({ env, hostname }: ProgramContext): Promise<number> {
  const port = Number(env.PORT ?? 80);
  console.log(`Listening on port ${port}.`);
  return serveUntilSignal(port, (request, response) => {
    readBody(request, (body) => {
      const { method, headers, url = "/" } = request;
      const parsed = new URL(url, "http://echo");
      const answer = {
        host: { hostname: headers.host, ip: request.socket.remoteAddress, ips: [] },
        http: { method, baseUrl: "", originalUrl: url, protocol: "http" },
        request: { params: { 0: parsed.pathname }, query: Object.fromEntries(parsed.searchParams), cookies: {}, body, headers },
        environment: { HOSTNAME: hostname },
      };
      answerText(response, 200, JSON.stringify(answer), "application/json; charset=utf-8");
      console.log(accessLine(request, 200, 0));
    });
  });
}
