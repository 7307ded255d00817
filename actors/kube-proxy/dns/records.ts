/** What is asked of the cluster's DNS, and what it answers: RFC 1035 without its encoding. Names have no last dot. */

export interface DnsQuestion {
  readonly name: string;
  /** `A`, `AAAA`, `SRV`, `PTR`, `CNAME`, `ANY` … */
  readonly type: string;
}

export type DnsData =
  | { readonly type: "A" | "AAAA"; readonly address: string }
  | { readonly type: "CNAME" | "PTR" | "NS"; readonly target: string }
  | { readonly type: "SRV"; readonly priority: number; readonly weight: number; readonly port: number; readonly target: string }
  | { readonly type: "TXT"; readonly text: string }
  | { readonly type: "SOA"; readonly server: string; readonly mailbox: string; readonly serial: number };

export type DnsRecord = DnsData & { readonly name: string; readonly ttlSeconds: number };

export interface DnsReply {
  readonly code: "NOERROR" | "NXDOMAIN";
  readonly answers: readonly DnsRecord[];
  readonly additionals: readonly DnsRecord[];
  /** Why there is no answer: the zone's SOA. */
  readonly authorities: readonly DnsRecord[];
  /** An alias led out of the cluster: the answer goes on with what others say of this name. */
  readonly outside: string | undefined;
}

/** Undefined: the question is not about the cluster, and others are to be asked. */
export type AnswerDns = (question: DnsQuestion) => DnsReply | undefined;

export const dnsPort = 53;
