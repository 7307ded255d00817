/** One question under way: whom it goes to, and what came of it. */
import { decodeTextBase64 } from "../../../src/api/base64.js";
import type { ServiceReference, WebhookClientConfig } from "../../../src/api/types.js";
import type { Backing } from "../backing.js";
import type { ApiServerConfig } from "../io/io.js";
import type { WebhookAnswer, WebhookPost } from "../io/webhook-client.js";
import type { Answer, Question } from "./question.js";
import { endpointOf } from "./service-endpoint.js";

const httpsPort = 443;

export class Consultation {
  private answer: Answer | undefined;
  private stop: () => void = () => undefined;
  private readonly beganMs: number;

  constructor(
    private readonly backing: Backing,
    private readonly question: Question,
    private readonly onAnswer: (answer: Answer) => void,
  ) {
    this.beganMs = backing.host.clock.monotonicMs();
  }

  get timeoutMs(): number {
    return this.question.timeoutMs;
  }

  call(onAnswered: () => void): void {
    const post = postOf(this.backing, this.question);
    if ("problem" in post) {
      this.note({ ok: false, problem: post.problem });
      onAnswered();
      return;
    }
    const { host, io } = this.backing;
    const answered = host.bind((answer: WebhookAnswer) => {
      this.note(answer);
      onAnswered();
    });
    this.stop = io.webhooks.post(post, answered);
  }

  hangUp(): void {
    this.stop();
  }

  noteDeadline(): void {
    this.note({ ok: false, problem: "context deadline exceeded" });
  }

  tell(): void {
    if (this.answer !== undefined) this.onAnswer(this.answer);
  }

  private note(answer: WebhookAnswer): void {
    const tookMs = this.backing.host.clock.monotonicMs() - this.beganMs;
    this.answer = answer.ok
      ? { ...answer, tookMs }
      : { ok: false, problem: `Post "${urlOf(this.question)}": ${answer.problem}`, tookMs };
  }
}

const portOf = ({ port = httpsPort }: ServiceReference): number => port;

/** The URL that is asked, with the time after which nobody waits for the answer. */
function urlOf({ clientConfig: { url, service }, timeoutMs, requestLeftMs = timeoutMs }: Question): string {
  const timeout = `?timeout=${Math.ceil(Math.min(timeoutMs, requestLeftMs) / 1_000)}s`;
  if (service === undefined) return `${url ?? ""}${timeout}`;
  const { name, namespace, path = "" } = service;
  return `https://${name}.${namespace}.svc:${portOf(service)}${path.startsWith("/") ? "" : "/"}${path}${timeout}`;
}

function postOf(backing: Backing, question: Question): WebhookPost | { readonly problem: string } {
  const { clientConfig, body } = question;
  const url = urlOf(question);
  const authority = certificateAuthorityOf(clientConfig);
  if (clientConfig.service === undefined) return { url, body, ...authority };
  if (isThisServer(clientConfig.service)) return { url, body, ...itself(backing.io.config, authority.certificateAuthority) };
  const { namespace, name } = clientConfig.service;
  const connectTo = endpointOf(backing, namespace, name, portOf(clientConfig.service));
  return "problem" in connectTo ? connectTo : { url, body, connectTo, ...authority };
}

/**
 * Webhooks that extension API servers answer are named by the Service of the API server, which hands such requests on
 * and says who asks: https://kubernetes.io/docs/tasks/extend-kubernetes/configure-aggregation-layer/.
 */
const isThisServer = (service: ServiceReference): boolean =>
  service.namespace === "default" && service.name === "kubernetes" && portOf(service) === httpsPort;

const itself = ({ advertiseAddress, advertisePort, certificateAuthority }: ApiServerConfig, others = "") => ({
  connectTo: { host: advertiseAddress, port: advertisePort },
  certificateAuthority: `${certificateAuthority}\n${others}`,
  asItself: true as const,
});

function certificateAuthorityOf({ caBundle }: WebhookClientConfig): { readonly certificateAuthority?: string } {
  const certificateAuthority = decodeTextBase64(caBundle ?? "");
  return certificateAuthority === undefined || certificateAuthority === "" ? {} : { certificateAuthority };
}
