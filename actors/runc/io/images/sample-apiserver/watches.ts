/** Watches of flunders and fischers: https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes */
import type { ServerResponse } from "node:http";
import { tooOldResourceVersion } from "../../../../../src/api/status.js";
import { writeJson } from "../../../../../src/json/text.js";
import { answerText } from "../serve.js";
import { selectorOf } from "./requests.js";
import type { Place, WardleEvent, WardleStore } from "./store.js";

/** What waits for a reader that does not read; then it is cut off. */
const backlogBytes = 1_048_576;
const lastsMs = 1_800_000;

export function serveWatch(
  store: WardleStore,
  place: Place,
  name: string | undefined,
  query: URLSearchParams,
  response: ServerResponse,
): void {
  const selects = selectorOf(query, place);
  if (!selects.ok) {
    answerText(response, selects.error.code, writeJson(selects.error.status), "application/json");
    return;
  }
  const tell = (event: WardleEvent): void => {
    response.write(`${writeJson(event)}\n`);
    if (response.writableLength > backlogBytes) response.destroy();
  };
  const concerns = (event: WardleEvent, at: Place): boolean =>
    at.of === place.of &&
    (place.namespace === "" || at.namespace === place.namespace) &&
    (name === undefined || event.object.metadata.name === name) &&
    (selects.value?.(event.object) ?? true);
  const from = query.get("resourceVersion") ?? "";
  response.writeHead(200, { "content-type": "application/json" });
  response.flushHeaders();
  if (from === "" || from === "0") {
    for (const object of store.list(place, selects.value)) tell({ type: "ADDED", object });
  }
  const since = from === "" || from === "0" ? Number(store.resourceVersion) : Number(from);
  const stop = store.follow(since, (event, at) => {
    if (concerns(event, at)) tell(event);
  });
  if (stop === undefined) {
    const { status } = tooOldResourceVersion(from, store.resourceVersion);
    response.end(`${JSON.stringify({ type: "ERROR", object: status })}\n`);
    return;
  }
  const asked = Number(query.get("timeoutSeconds") ?? 0) * 1000;
  const timer = setTimeout(() => response.end(), asked > 0 ? asked : lastsMs);
  response.once("close", () => {
    clearTimeout(timer);
    stop();
  });
}
