/**
 * Who asks an extension API server, and whether they may: it takes kube-apiserver's word for the one, once the certificate shows that it is kube-apiserver
 * who says so, and asks kube-apiserver for the other.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/configure-aggregation-layer/#authentication-flow
 */
import { X509Certificate } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { TLSSocket } from "node:tls";
import { askCluster } from "../in-cluster.js";

export interface Person {
  readonly name: string;
  readonly groups: readonly string[];
}

export type Attributes =
  | { readonly resourceAttributes: Readonly<Record<string, string>> }
  | { readonly nonResourceAttributes: { readonly path: string; readonly verb: string } };

/** What the ConfigMap says whose word counts. */
interface FrontProxy {
  readonly authority: X509Certificate;
  readonly names: readonly string[];
  readonly userHeaders: readonly string[];
  readonly groupHeaders: readonly string[];
}

const configMap = "/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication";
const everybody: Person = { name: "system:anonymous", groups: ["system:unauthenticated"] };
/** What anybody may ask, so that others can tell whether the server is well. */
const open: ReadonlySet<string> = new Set(["/healthz", "/livez", "/readyz"]);

export class Delegation {
  private frontProxy: FrontProxy | undefined;

  /** Whoever the front proxy says, or whose token it is; without either everybody. Undefined for a token of nobody. */
  async whoAsks(request: IncomingMessage): Promise<Person | undefined> {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
    if (token !== undefined) return this.byToken(token);
    this.frontProxy ??= await readFrontProxy();
    const { frontProxy } = this;
    if (frontProxy === undefined || !isProxy(request.socket as TLSSocket, frontProxy)) return everybody;
    const name = valuesOf(request, frontProxy.userHeaders)[0];
    return name === undefined ? everybody : { name, groups: valuesOf(request, frontProxy.groupHeaders) };
  }

  async allows({ name, groups }: Person, attributes: Attributes): Promise<boolean> {
    if (groups.includes("system:masters")) return true;
    if ("nonResourceAttributes" in attributes && open.has(attributes.nonResourceAttributes.path)) return true;
    const review = await this.review("authorization.k8s.io", "SubjectAccessReview", { user: name, groups, ...attributes });
    return review.allowed === true;
  }

  private async byToken(token: string): Promise<Person | undefined> {
    const review = await this.review("authentication.k8s.io", "TokenReview", { token });
    const { username, groups } = (review.user ?? {}) as { username?: string; groups?: string[] };
    return review.authenticated === true && username !== undefined ? { name: username, groups: groups ?? [] } : undefined;
  }

  /** The status of a review; an empty one where kube-apiserver does not answer it, which allows nothing. */
  private async review(group: string, kind: string, spec: object): Promise<Record<string, unknown>> {
    const apiVersion = `${group}/v1`;
    const { status, body } = await askCluster("POST", `/apis/${apiVersion}/${kind.toLowerCase()}s`, { apiVersion, kind, spec });
    if (status === 201) return (JSON.parse(body) as { status?: Record<string, unknown> }).status ?? {};
    console.error(`${kind} failed: ${status} ${body}`);
    return {};
  }
}

/** Undefined until the ConfigMap may be read: a role binding gives leave to. */
async function readFrontProxy(): Promise<FrontProxy | undefined> {
  const { status, body } = await askCluster("GET", configMap);
  if (status !== 200) {
    console.error(`Unable to read configmap/extension-apiserver-authentication in kube-system: ${status}`);
    return undefined;
  }
  const { data = {} } = JSON.parse(body) as { data?: Record<string, string> };
  const list = (key: string): string[] => (JSON.parse(data[key] ?? "[]") as string[]).map((each) => each.toLowerCase());
  return {
    authority: new X509Certificate(data["requestheader-client-ca-file"] ?? ""),
    names: JSON.parse(data["requestheader-allowed-names"] ?? "[]") as string[],
    userHeaders: list("requestheader-username-headers"),
    groupHeaders: list("requestheader-group-headers"),
  };
}

function isProxy(socket: TLSSocket, { authority, names }: FrontProxy): boolean {
  const peer = socket.getPeerX509Certificate();
  if (peer === undefined || !peer.verify(authority.publicKey)) return false;
  const commonName = /^CN=(.*)$/m.exec(peer.subject)?.[1] ?? "";
  return names.length === 0 || names.includes(commonName);
}

/** Every value of headers: a name may come more than once, and its values in one line. */
const valuesOf = ({ headersDistinct }: IncomingMessage, names: readonly string[]): string[] =>
  names.flatMap((name) => headersDistinct[name] ?? []);
