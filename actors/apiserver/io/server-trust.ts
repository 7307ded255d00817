/**
 * Whether a server that is asked over TLS is trusted, as Go has it. OpenSSL takes a certificate whose subject and issuer are the same, or both empty, for
 * self-signed, whoever signed it; Go asks the signature. https://pkg.go.dev/crypto/x509#Certificate.Verify
 */
import { X509Certificate } from "node:crypto";
import { checkServerIdentity, type PeerCertificate, type TLSSocket } from "node:tls";

const serverAuth = "1.3.6.1.5.5.7.3.1";
const anyPurpose = "2.5.29.37.0";

/** What is wrong with who answers under a name, as an error with Node's code; undefined where it is trusted. `authorities`: PEM. */
export function distrustOf(socket: TLSSocket, name: string, authorities = ""): Error | undefined {
  if (socket.authorized) return undefined;
  const code = String(socket.authorizationError);
  const shown: Partial<PeerCertificate> = socket.getPeerCertificate();
  if (!isShown(shown)) return Object.assign(new Error(code), { code });
  const isSigned = code === "DEPTH_ZERO_SELF_SIGNED_CERT" && isSignedByOneOf(authorities, new X509Certificate(shown.raw));
  if (isSigned || code === "ERR_TLS_CERT_ALTNAME_INVALID") return checkServerIdentity(name, shown);
  return Object.assign(new Error(code), { code });
}

/** Who shows none is told of by an object without fields. */
const isShown = (shown: Partial<PeerCertificate>): shown is PeerCertificate => shown.raw !== undefined;

function isSignedByOneOf(authorities: string, certificate: X509Certificate): boolean {
  if (!isValidNow(certificate)) return false;
  const { keyUsage: purposes, issuer } = certificate;
  if (purposes !== undefined && !purposes.includes(serverAuth) && !purposes.includes(anyPurpose)) return false;
  return certificatesIn(authorities).some(
    (authority) =>
      authority.ca && isValidNow(authority) && authority.subject === issuer && certificate.verify(authority.publicKey),
  );
}

const isValidNow = ({ validFrom, validTo }: X509Certificate): boolean =>
  Date.parse(validFrom) <= Date.now() && Date.now() <= Date.parse(validTo);

function certificatesIn(pem: string): X509Certificate[] {
  const found = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  return found.map((text) => new X509Certificate(text));
}
