/** Webhooks of a simulated world: functions behind URLs, which answer when and as a test says. */
import type { WebhookAnswer, WebhookClient, WebhookPost } from "./webhook-client.js";

/** What comes of one call; undefined: no answer ever. */
export type SimulatedReply = { readonly afterMs: number; readonly answer: WebhookAnswer } | undefined;
export type SimulatedWebhook = (post: WebhookPost) => SimulatedReply;

/** Calls back after a time on the caller's own clock, unless the caller has crashed by then. */
export type Later = (delayMs: number, callback: () => void) => void;

export class SimulatedWebhooks {
  private readonly webhooks = new Map<string, SimulatedWebhook>();
  /** All calls that were made, in order. */
  readonly posts: WebhookPost[] = [];

  /** `url` without its query. */
  serve(url: string, webhook: SimulatedWebhook): void {
    this.webhooks.set(url, webhook);
  }

  /** The client of one API server. */
  client(later: Later): WebhookClient {
    return {
      post: (post, onAnswer) => {
        this.posts.push(post);
        const webhook = this.webhooks.get(post.url.split("?", 1)[0]!);
        const reply = webhook === undefined ? { afterMs: 0, answer: noSuchHost(post.url) } : webhook(post);
        let listening = true;
        if (reply !== undefined)
          later(reply.afterMs, () => {
            if (listening) onAnswer(reply.answer);
          });
        return () => {
          listening = false;
        };
      },
    };
  }
}

const noSuchHost = (url: string): WebhookAnswer => ({
  ok: false,
  problem: `dial tcp: lookup ${/^\w+:\/\/([^/:?]*)/.exec(url)?.[1] ?? ""}: no such host`,
});
