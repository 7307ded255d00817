/** Where a request comes from, as the audit log tells it. */
import { parseIp } from "../../../src/api/ip.js";

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * Those who passed the request on, as they say themselves (X-Forwarded-For, X-Real-Ip), and last the address of the connection, which
 * nobody can make up. What is no IP address is left out.
 */
export function sourceAddresses(headers: Headers, remoteAddress: string): string[] {
  const addresses = textOf(headers["x-forwarded-for"])
    .split(",")
    .flatMap((part) => addressOf(part.trim()));
  for (const real of addressOf(textOf(headers["x-real-ip"]))) if (!addresses.includes(real)) addresses.push(real);
  for (const remote of addressOf(remoteAddress)) if (addresses.at(-1) !== remote) addresses.push(remote);
  return addresses;
}

const textOf = (header: Headers[string]): string => (typeof header === "string" ? header : (header?.[0] ?? ""));

/** IPv4 addresses that are mapped into IPv6 are shown as what they are. */
function addressOf(text: string): string[] {
  const address = parseIp(text);
  if (address === undefined) return [];
  return [address.family === "IPv4" ? address.bytes.join(".") : text.toLowerCase()];
}
