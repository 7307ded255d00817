/** Who asks, as an extension API server is told by whom it trusts to say so. */
export interface ProxiedUser {
  readonly user: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** https://kubernetes.io/docs/tasks/extend-kubernetes/configure-aggregation-layer/#kubernetes-apiserver-proxies-the-request */
export const proxiedUserHeaders = ({ user, groups, extra = {} }: ProxiedUser): Record<string, string | string[]> => ({
  "x-remote-user": user,
  ...(groups.length === 0 ? {} : { "x-remote-group": [...groups] }),
  ...Object.fromEntries(
    Object.entries(extra).map(([key, values]) => [`x-remote-extra-${encodeURIComponent(key.toLowerCase())}`, [...values]]),
  ),
});

/** How the API server asks a webhook: one HTTPS POST of JSON. Admission and the conversion of custom resources use it. */
export interface WebhookPost {
  /** As error texts name it: `https://hooks.example.com/admit?timeout=10s`, `https://name.namespace.svc:443/admit?timeout=10s`. */
  readonly url: string;
  /** Where to connect to when the URL's host is the name of a Service: an address and a port of one of its endpoints. */
  readonly connectTo?: { readonly host: string; readonly port: number };
  /** PEM certificates that the server's is verified with; absent: the machine's own. */
  readonly certificateAuthority?: string;
  readonly body: string;
  /** Absent: POST. */
  readonly method?: "GET";
  /** Asks in the name of this user, as the API server does that shows its certificate for it. */
  readonly asProxy?: ProxiedUser;
  /** Asks this API server itself, as `system:apiserver`, who may do everything. */
  readonly asItself?: true;
  /** The server's certificate is not verified. */
  readonly insecure?: boolean;
  /** What is known already: 304 when it is still so. */
  readonly ifNoneMatch?: string;
}

/** `problem` says what failed in the words of Go's HTTP client: `dial tcp 10.0.0.1:443: connect: connection refused`. */
export type WebhookAnswer =
  | { readonly ok: true; readonly code: number; readonly body: string; readonly etag?: string }
  | { readonly ok: false; readonly problem: string };

export interface WebhookClient {
  /** Calls back once, later; never after it was told to hang up. Returns how to hang up. The deadline is the caller's. */
  post(post: WebhookPost, onAnswer: (answer: WebhookAnswer) => void): () => void;
}

/** More than this a webhook may not answer. */
export const webhookAnswerBytesMost = 16 * 1_024 * 1_024;
