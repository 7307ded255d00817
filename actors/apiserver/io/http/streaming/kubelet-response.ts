/** A kubelet's own API, as `nodes/<name>/proxy` gives it. */
import { methodNotAllowed } from "../../../../../src/api/status.js";
import type { HttpResponse } from "../message.js";
import { answerError } from "../response.js";
import type { ProxyAsked } from "./proxy.js";

export function serveKubelet({ handler, user, route, request, search }: ProxyAsked, node: string, response: HttpResponse): void {
  if (request.method !== "GET" && request.method !== "HEAD") {
    answerError(request, response, methodNotAllowed());
    return;
  }
  const path = { group: "", version: "v1", resource: "nodes", name: node, subresource: "proxy" } as const;
  const handle = handler.connect(
    { path, user, admitted: true, options: { kubeletPath: `${route.rest}${search}` } },
    {
      started: () => undefined,
      refused: (error) => answerError(request, response, error),
      output: (output) => {
        if (output.stream === "head") {
          response.writeHead(output.code, { ...response.ownHeaders, "Content-Type": output.contentType });
          handle.consumed(1);
        } else if (output.stream === "data" && request.method !== "HEAD") response.write(output.data, () => handle.consumed(1));
        else handle.consumed(1);
      },
      ended: (error) => {
        if (error === undefined) response.end();
        else if (response.headersSent) response.destroy();
        else answerError(request, response, error);
      },
    },
  );
  response.once("close", () => handle.closed());
}
