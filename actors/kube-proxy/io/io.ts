/** Where kube-proxy touches the world. Outcomes come as callbacks, which the charts turn into events. */
import type { AnswerDns } from "../dns/records.js";

export interface EndpointAddress {
  readonly ip: string;
  readonly port: number;
}

export interface ListenAddress {
  readonly protocol: "TCP" | "UDP";
  readonly address: string;
  readonly port: number;
}

/** Where a new connection goes, and the address from which the endpoint is to see it come. */
export interface Destination extends EndpointAddress {
  readonly source: string;
}

/** Chooses where a new connection goes; undefined when there is nowhere to go. */
export type PickEndpoint = (clientAddress: string) => Destination | undefined;

/** What a load balancer's health check is answered. */
export interface HealthAnswer {
  readonly status: 200 | 503;
  readonly localEndpoints: number;
  /** JSON. */
  readonly body: string;
}

/** What is behind an address that is served. */
export type Behind =
  | { readonly kind: "endpoints"; readonly pick: PickEndpoint }
  | { readonly kind: "health"; readonly answer: () => HealthAnswer }
  | { readonly kind: "names"; readonly answer: AnswerDns };

/** `inUse`: somebody else has it; `denied`: this process may not bind it, or this machine does not have the address. */
export type ListenFailure = "inUse" | "denied" | "failed";

export interface ProxyListener {
  close(): void;
}

export type ListenOutcome =
  | { readonly ok: true; readonly listener: ProxyListener }
  | { readonly ok: false; readonly failure: ListenFailure; readonly message: string };

export interface KubeProxyIo {
  readonly config: {
    readonly nodeName: string;
    /** The node's InternalIP: NodePorts are served here. */
    readonly nodeAddress: string;
    /** The address of the machine that stands for every node, where NodePorts are served too; undefined for none. */
    readonly machineAddress: string | undefined;
    /** The range of all pods: who is not in it comes from outside the cluster. */
    readonly clusterCidr: string;
    /** Where the cluster's DNS is served. */
    readonly dnsAddress: string;
  };
  listen(at: ListenAddress, behind: Behind, onOutcome: (outcome: ListenOutcome) => void): void;
}
