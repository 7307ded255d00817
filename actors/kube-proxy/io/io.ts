/** Where kube-proxy touches the world. Outcomes come as callbacks, which the charts turn into events. */

export interface EndpointAddress {
  readonly ip: string;
  readonly port: number;
}

export interface ListenAddress {
  readonly protocol: "TCP" | "UDP";
  readonly address: string;
  readonly port: number;
}

/** Chooses where a new connection goes; undefined when there is nowhere to go. */
export type PickEndpoint = (clientAddress: string) => EndpointAddress | undefined;

/** `inUse`: somebody else has it; `denied`: this process may not bind it, or this machine does not have the address. */
export type ListenFailure = "inUse" | "denied" | "failed";

export interface ProxyListener {
  close(): void;
}

/** Another port than the one asked for, at which a service port is served. */
export interface PortMapping {
  readonly address: string;
  readonly port: number;
  readonly mappedPort: number;
}

/** What the containers of this node find when they look a name up: fully qualified, in lower case, to addresses. */
export type ServiceNames = ReadonlyMap<string, readonly string[]>;

export interface KubeProxyIo {
  readonly config: {
    readonly nodeName: string;
    /** The node's InternalIP: NodePorts are served here. */
    readonly nodeAddress: string;
    /** The address of the machine that stands for every node, where NodePorts are served too; undefined for none. */
    readonly machineAddress: string | undefined;
  };
  /** Accepts TCP connections, or the datagrams of clients, and joins each with the endpoint that `pick` names. */
  listen(
    at: ListenAddress,
    pick: PickEndpoint,
    onOutcome: (outcome: { ok: true; listener: ProxyListener } | { ok: false; failure: ListenFailure; message: string }) => void,
  ): void;
  /** Makes names and mapped ports known to the containers of this node. */
  publish(names: ServiceNames, mappings: readonly PortMapping[]): void;
}
