/**
 * Who a request comes from: a client certificate of the cluster's CA, a bearer token, or nobody.
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/
 */
import type { TLSSocket } from "node:tls";
import { anonymous } from "../../access/users.js";
import type { ApiUser } from "../../request.js";
import { type TokenSigner, userOfToken } from "../io.js";
import type { HttpRequest } from "./message.js";

/** `invalid`: credentials were shown and they are wrong, which is not the same as showing none. */
export type Authentication = ApiUser | "invalid";

const authenticated = "system:authenticated";

export class Authenticator {
  /** A connection's certificate does not change. */
  private readonly certificates = new WeakMap<object, ApiUser | "invalid" | "none">();

  constructor(
    private readonly signer: TokenSigner,
    /** Tokens that are known from the start, and whose they are. */
    private readonly tokens: ReadonlyMap<string, ApiUser>,
  ) {}

  authenticate(request: HttpRequest, onDone: (who: Authentication) => void): void {
    const certificate = this.certificateOf(request.socket as TLSSocket);
    if (certificate !== "none") {
      onDone(certificate);
      return;
    }
    // A header of another scheme shows nothing that is known here, which is not the same as something wrong.
    const [scheme = "", token = ""] = (request.headers.authorization ?? "").trim().split(" ");
    if (scheme.toLowerCase() !== "bearer" || token === "") onDone(anonymous);
    else this.tokenOf(token, onDone);
  }

  private tokenOf(token: string, onDone: (who: Authentication) => void): void {
    const known = this.tokens.get(token);
    if (known !== undefined) onDone(known);
    else this.signer.verify(token, (claims) => onDone(claims === undefined ? "invalid" : userOfToken(claims)));
  }

  private certificateOf(socket: TLSSocket): ApiUser | "invalid" | "none" {
    const known = this.certificates.get(socket);
    if (known !== undefined) return known;
    const found = readCertificate(socket);
    this.certificates.set(socket, found);
    return found;
  }
}

function readCertificate(socket: TLSSocket): ApiUser | "invalid" | "none" {
  const certificate = socket.getPeerCertificate();
  if (certificate === null || Object.keys(certificate).length === 0) return "none";
  if (!socket.authorized) return "invalid";
  const { CN: name, O: organizations } = certificate.subject as unknown as { CN?: string; O?: string | string[] };
  if (name === undefined || name === "") return "invalid";
  const groups = organizations === undefined ? [] : [organizations].flat();
  return { name, groups: [...groups, authenticated] };
}
