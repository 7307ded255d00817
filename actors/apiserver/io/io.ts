/** Where an API server touches the world. The simulation and the real server differ in this and in nothing else. */
import type { AuditSink } from "../audit/audit.js";
import type { ApiHandler, ApiUser } from "../request.js";
import type { TextParser } from "./text-parser.js";
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
  /** PEM certificates of who may say to an extension API server who asks. */
  readonly frontProxyAuthority: string;
  /** Pages below /debug that tell of others' requests are served. */
  readonly debugPages: boolean;
}

/** The HTTPS server; listening is asked once, when the actor starts. */
export interface HttpFront {
  /** `onListening` is told the port; `onFailed` why it cannot listen (port in use) or why it stopped. */
  listen(handler: ApiHandler, told: { onListening(port: number): void; onFailed(problem: string): void }): void;
  /** Lets no new connection in, ends the idle ones; `onClosed` when the rest is done or the grace is over. */
  close(graceMs: number, onClosed: () => void): void;
}

/** A public key as tokens are checked with, in the form of RFC 7517. */
export interface PublicKey {
  readonly use: "sig";
  readonly kty: string;
  readonly kid: string;
  readonly alg: string;
  readonly [parameter: string]: string;
}

export interface TokenSigner {
  sign(claims: object, onSigned: (outcome: { ok: true; token: string } | { ok: false; problem: string }) => void): void;
  /** Checks the signature; what the claims then say is for the API server to judge. */
  verify(token: string, onVerified: (claims: unknown) => void): void;
  readonly publicKeys: readonly PublicKey[];
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
  /** Where the audit log goes; absent: there is none. */
  readonly audit?: AuditSink;
  /** Bearer tokens that are known from the start, and whose they are. */
  readonly tokens: ReadonlyMap<string, ApiUser>;
  readonly webhooks: WebhookClient;
  readonly texts: TextParser;
  readonly process: () => ProcessFigures;
}
