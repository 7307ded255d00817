/**
 * The keys of a cluster: its certificate authority, the API server's certificate, the administrator's, and the key that
 * signs service account tokens. Made once for a data directory; the server's certificate again when its names change.
 */
import { randomBytes, X509Certificate } from "node:crypto";
import { frontProxyName } from "../api/aggregation/api-services.js";
import { issue, type KeyAndCertificate, newKey } from "./certificate.js";

export interface ClusterKeys {
  readonly ca: KeyAndCertificate;
  readonly server: KeyAndCertificate;
  /** `kubernetes-admin` in the group `system:masters`. */
  readonly admin: KeyAndCertificate;
  /** Signs for who may say to an extension API server who asks. */
  readonly frontProxyCa: KeyAndCertificate;
  /** The API server's own: `front-proxy-client`. */
  readonly frontProxy: KeyAndCertificate;
  /** P-256, PKCS #8 in PEM: signs tokens with ES256. */
  readonly serviceAccountKey: string;
  /** A bearer token for the administrator, for clients that have no use for certificates. */
  readonly adminToken: string;
}

export const caSubject = { commonName: "chartroom-ca" };
const frontProxyCaSubject = { commonName: "chartroom-front-proxy-ca" };
const caDays = 3650;
/** How long a certificate lasts that is not an authority's. */
export const clientDays = 365;
/** A certificate that ends sooner than this is issued anew at a start. */
const renewBeforeMs = 30 * 86_400_000;

/** The names that the API server is called by (https://kubernetes.io/docs/setup/best-practices/certificates/). */
export const serverNames = (...addresses: readonly string[]): string[] => [
  "localhost",
  "kubernetes",
  "kubernetes.default",
  "kubernetes.default.svc",
  "kubernetes.default.svc.cluster.local",
  "127.0.0.1",
  ...addresses,
];

/** Completes what was kept: whatever is missing, ends soon or does not fit is made. */
export function completeKeys(kept: Partial<ClusterKeys>, names: readonly string[]): ClusterKeys {
  const ca = kept.ca !== undefined && endsLate(kept.ca) ? kept.ca : issue(caSubject, { kind: "ca" }, caDays);
  const issuer = { ...ca, subject: caSubject };
  const ours = (each: KeyAndCertificate | undefined): each is KeyAndCertificate =>
    each !== undefined && ca === kept.ca && endsLate(each);
  const isProxyCaKept = kept.frontProxyCa !== undefined && endsLate(kept.frontProxyCa);
  const frontProxyCa = isProxyCaKept ? kept.frontProxyCa! : issue(frontProxyCaSubject, { kind: "ca" }, caDays);
  const isProxyKept = isProxyCaKept && kept.frontProxy !== undefined && endsLate(kept.frontProxy);
  return {
    ca,
    server:
      ours(kept.server) && covers(kept.server, names)
        ? kept.server
        : issue({ commonName: "kube-apiserver" }, { kind: "server", names }, clientDays, issuer),
    admin: ours(kept.admin)
      ? kept.admin
      : issue({ commonName: "kubernetes-admin", organization: "system:masters" }, { kind: "client" }, clientDays, issuer),
    frontProxyCa,
    frontProxy: isProxyKept
      ? kept.frontProxy!
      : issue({ commonName: frontProxyName }, { kind: "client" }, clientDays, { ...frontProxyCa, subject: frontProxyCaSubject }),
    serviceAccountKey: kept.serviceAccountKey ?? newKey(),
    adminToken: kept.adminToken ?? randomBytes(24).toString("base64url"),
  };
}

const endsLate = ({ certificate }: KeyAndCertificate): boolean =>
  Date.parse(new X509Certificate(certificate).validTo) > Date.now() + renewBeforeMs;

function covers({ certificate }: KeyAndCertificate, names: readonly string[]): boolean {
  const alternatives = new X509Certificate(certificate).subjectAltName?.split(", ") ?? [];
  const held = new Set(alternatives.map((each) => each.slice(each.indexOf(":") + 1)));
  return names.every((name) => held.has(name));
}
