/** Where an API server touches the world. The simulation and the real server differ in this and in nothing else. */
import type { ApiHandler, ApiUser } from "../request.js";
import type { WebhookClient } from "./webhook-client.js";

export interface ApiServerConfig {
  /** The range of Services' addresses: `10.96.0.0/12`. Its first address is the Service `kubernetes`. */
  readonly serviceCidr: string;
  /** The range of pods' addresses; the only loopback addresses that endpoints may have lie in it. */
  readonly podCidr: string;
  readonly nodePortRange: { readonly from: number; readonly to: number };
  /** Where clients in the cluster reach this API server: the endpoint of the Service `kubernetes`. */
  readonly advertiseAddress: string;
  readonly advertisePort: number;
  /** `https://kubernetes.default.svc.cluster.local`: who issues service account tokens. */
  readonly issuer: string;
  /** PEM certificates that clients in the cluster verify this server with: the ConfigMap kube-root-ca.crt. */
  readonly certificateAuthority: string;
}

/** The HTTPS server; listening is asked once, when the actor starts. */
export interface HttpFront {
  /** `onListening` is told the port; `onFailed` why it cannot listen (port in use) or why it stopped. */
  listen(handler: ApiHandler, told: { onListening(port: number): void; onFailed(problem: string): void }): void;
  /** Lets no new connection in, ends the idle ones; `onClosed` when the rest is done or the grace is over. */
  close(graceMs: number, onClosed: () => void): void;
}

/** What a service account token says, as JWT names it. Times are seconds since 1970. */
export interface TokenClaims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: readonly string[];
  readonly exp: number;
  readonly iat: number;
  readonly nbf: number;
  readonly jti: string;
  readonly "kubernetes.io": {
    readonly namespace: string;
    readonly serviceaccount: { readonly name: string; readonly uid: string };
    readonly pod?: { readonly name: string; readonly uid: string };
    readonly node?: { readonly name: string; readonly uid: string };
  };
}

export interface TokenSigner {
  sign(claims: TokenClaims, onSigned: (outcome: { ok: true; token: string } | { ok: false; problem: string }) => void): void;
  /** Checks the signature and the times; whether the account still exists is for the API server to say. */
  verify(token: string, onVerified: (claims: TokenClaims | undefined) => void): void;
}

/** What the operating system and the engine know of this process; undefined where they do not tell. */
export interface ProcessFigures {
  readonly cpuSeconds: number;
  readonly startedAtSeconds: number;
  readonly residentBytes: number;
  readonly virtualBytes: number | undefined;
  readonly openFiles: number | undefined;
  readonly filesMost: number | undefined;
  /** Of the API server's own thread. */
  readonly heapBytes: number;
}

export interface ApiServerIo {
  readonly config: ApiServerConfig;
  readonly http: HttpFront;
  readonly signer: TokenSigner;
  readonly webhooks: WebhookClient;
  readonly process: () => ProcessFigures;
}

/** Who a verified token speaks for. */
export const userOfToken = (claims: TokenClaims): ApiUser => {
  const { namespace, serviceaccount } = claims["kubernetes.io"];
  return {
    name: `system:serviceaccount:${namespace}:${serviceaccount.name}`,
    uid: serviceaccount.uid,
    groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"],
  };
};
