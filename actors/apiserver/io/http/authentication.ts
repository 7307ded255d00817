/**
 * Who a request comes from: a client certificate of the cluster's CA, a bearer token, or nobody.
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/
 */
import type { TLSSocket } from "node:tls";
import type { TokenRemarks } from "../../access/tokens/legacy-tokens.js";
import type { Tokens } from "../../access/tokens/tokens.js";
import { anonymous, authenticatedGroup } from "../../access/users.js";
import type { ApiUser } from "../../request.js";
import type { HttpRequest } from "./message.js";

/** `invalid`: credentials were shown and they are wrong, which is not the same as showing none. */
export type Authentication = ApiUser | "invalid";

/** A browser that opens a WebSocket can send no Authorization: it offers its token as a protocol. */
export const tokenProtocolPrefix = "base64url.bearer.authorization.k8s.io.";

/** A connection's certificate does not change. */
const certificates = new WeakMap<object, ApiUser | "invalid" | "none">();

export function authenticate(
  request: HttpRequest,
  tokens: Tokens,
  onDone: (who: Authentication, remarks?: TokenRemarks) => void,
): void {
  const certificate = certificateOf(request.socket as TLSSocket);
  if (certificate !== "none") {
    onDone(certificate);
    return;
  }
  const token = tokenIn(request);
  if (token === undefined) onDone(anonymous);
  else tokens.authenticate(token, [], (bearer) => onDone("user" in bearer ? bearer.user : "invalid", bearer.remarks));
}

function tokenIn({ headers }: HttpRequest): string | undefined {
  // A header of another scheme shows nothing that is known here, which is not the same as something wrong.
  const [scheme = "", token = ""] = (headers.authorization ?? "").trim().split(" ");
  if (scheme.toLowerCase() === "bearer" && token !== "") return token;
  const offered = headers["sec-websocket-protocol"];
  if (offered === undefined) return undefined;
  const protocol = String(offered)
    .split(",")
    .map((each) => each.trim())
    .find((each) => each.startsWith(tokenProtocolPrefix));
  return protocol === undefined
    ? undefined
    : Buffer.from(protocol.slice(tokenProtocolPrefix.length), "base64url").toString("utf8");
}

function certificateOf(socket: TLSSocket): ApiUser | "invalid" | "none" {
  const known = certificates.get(socket);
  if (known !== undefined) return known;
  const found = readCertificate(socket);
  certificates.set(socket, found);
  return found;
}

function readCertificate(socket: TLSSocket): ApiUser | "invalid" | "none" {
  const certificate = socket.getPeerCertificate();
  if (certificate === null || Object.keys(certificate).length === 0) return "none";
  if (!socket.authorized) return "invalid";
  const { CN: name, O: organizations } = certificate.subject as { CN?: string; O?: string | string[] };
  if (name === undefined || name === "") return "invalid";
  const groups = organizations === undefined ? [] : [organizations].flat();
  const credential = `X509SHA256=${certificate.fingerprint256.replaceAll(":", "").toLowerCase()}`;
  const extra = new Map([["authentication.kubernetes.io/credential-id", [credential]]]);
  return { name, groups: [...groups, authenticatedGroup], extra };
}
