/** An answer of HTTP that is no success, in the words of Kubernetes' client. */
import { parseJson } from "../body.js";
import { quote } from "../go-format.js";
import { isJsonObject } from "../json-value.js";

/** No more than this of a body is shown. */
const shownCharacters = 2_048;

const fixed: ReadonlyMap<number, string> = new Map([
  [401, "the server has asked for the client to provide credentials"],
  [404, "the server could not find the requested resource"],
  [405, "the server does not allow this method on the requested resource"],
  [409, "the server reported a conflict"],
  [422, "the server rejected our request due to an error in our request"],
  [429, "the server has received too many requests and has asked us to try again later"],
  [503, "the server is currently unable to handle the request"],
  [504, "the server was unable to return a response in the time allotted, but may still be processing the request"],
]);

/** Codes whose message is what the server said. */
const outspoken = new Set([400, 403, 406, 415]);

export const serverErrorText = (code: number, body: string): string => {
  const said = statusMessageIn(body);
  if (said !== undefined) return said;
  const shown = body.slice(0, shownCharacters).trim() || "unknown";
  const known = fixed.get(code);
  if (known !== undefined) return known;
  if (outspoken.has(code)) return code === 400 ? "the server rejected our request for an unknown reason" : shown;
  if (code >= 500) return `an error on the server (${quote(shown)}) has prevented the request from succeeding`;
  return `the server responded with the status code ${code} but did not return more information`;
};

/** The message of a Status, where the server answers with one. */
const statusMessageIn = (body: string): string | undefined => {
  const parsed = parseJson(body);
  if (!parsed.ok || !isJsonObject(parsed.value)) return undefined;
  const { kind, message } = parsed.value;
  return kind === "Status" && typeof message === "string" && message !== "" ? message : undefined;
};
