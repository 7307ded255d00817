/**
 * What a list that was cut gives its client to go on with: the revision that it is of and the key that comes next.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks
 */
import { badRequest, fail, type Result, succeed } from "../../../src/api/status.js";
import { readJson } from "../../../src/json/text.js";

export interface ContinueToken {
  /** -1n: any revision will do, the list is inconsistent already. */
  readonly revision: bigint;
  /** First key that has not been given yet, without the resource's prefix. */
  readonly start: string;
}

const tokenVersion = "meta.k8s.io/v1";

export function encodeContinue({ revision, start }: ContinueToken): string {
  const text = `{"v":"${tokenVersion}","rv":${revision},"start":${JSON.stringify(start)}}`;
  const binary = Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const tokenShape = /^\{"v":"meta\.k8s\.io\/v1","rv":(-?\d{1,19}),"start":("(?:[^"\\]|\\.)*")\}$/;
const base64Shape = /^[A-Za-z0-9_-]*$/;

export function decodeContinue(token: string): Result<ContinueToken> {
  const invalid = (why: string) => fail(badRequest(`continue key is not valid: ${why}`));
  if (!base64Shape.test(token) || token.length % 4 === 1) return invalid("illegal base64 data");
  const binary = atob(token.replaceAll("-", "+").replaceAll("_", "/"));
  const text = new TextDecoder().decode(Uint8Array.from(binary, (character) => character.charCodeAt(0)));
  const parts = tokenShape.exec(text);
  if (parts === null) return invalid("server does not recognize this encoded version");
  const start = readJson(parts[2]!) as string;
  if (start === "" || start.includes("../")) return invalid("encoded start key is empty");
  return succeed({ revision: BigInt(parts[1]!), start });
}
