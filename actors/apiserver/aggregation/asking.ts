/** How an API server asks extension API servers of its own accord. */
import { decodeTextBase64 } from "../../../src/api/base64.js";
import type { APIService } from "../../../src/api/types.js";
import type { Reached } from "../consult/service-endpoint.js";
import type { WebhookAnswer } from "../io/webhook-client.js";
import type { Server } from "../server.js";

/** Where an extension API server is. */
export interface Place {
  /** As its certificate names it, with its port. */
  readonly name: string;
  readonly connectTo: Reached;
}

export interface ExtensionQuestion {
  readonly path: string;
  /** In whose name is asked. */
  readonly user: string;
  readonly groups: readonly string[];
  /** Nothing depends on who answers. */
  readonly anybody?: boolean;
  readonly ifNoneMatch?: string;
}

/** Returns how to hang up; then nothing is answered any more. */
export function askExtension(
  server: Server,
  { spec }: APIService,
  { name, connectTo }: Place,
  { path, user, groups, anybody = false, ifNoneMatch }: ExtensionQuestion,
  onAnswer: (answer: WebhookAnswer) => void,
): () => void {
  const { caBundle, insecureSkipTLSVerify = false } = spec ?? {};
  return server.io.webhooks.post(
    {
      url: `https://${name}${path}`,
      connectTo,
      ...(caBundle === undefined || anybody ? {} : { certificateAuthority: decodeTextBase64(caBundle) ?? "" }),
      method: "GET",
      asProxy: { user, groups },
      insecure: anybody || insecureSkipTLSVerify,
      ...(ifNoneMatch === undefined ? {} : { ifNoneMatch }),
      body: "",
    },
    onAnswer,
  );
}
