/**
 * The network between simulated pods: who listens where, and what they answer. Nodes of one simulated cluster share
 * one; a probe, a proxy or a user asks it. It knows no delay: whoever asks adds the network's.
 */

export interface SimulatedRequest {
  readonly method: string;
  readonly path: string;
}

export interface SimulatedResponse {
  readonly status: number;
  readonly body: string;
}

export type SimulatedServer = (request: SimulatedRequest) => SimulatedResponse;

export class SimulatedNetwork {
  private readonly servers = new Map<string, SimulatedServer>();

  listen(address: string, port: number, server: SimulatedServer): void {
    this.servers.set(`${address}:${port}`, server);
  }

  close(address: string, port: number): void {
    this.servers.delete(`${address}:${port}`);
  }

  /** Whether a TCP connection would be accepted. */
  listens(address: string, port: number): boolean {
    return this.servers.has(`${address}:${port}`);
  }

  /** Undefined: the connection is refused. */
  request(address: string, port: number, request: SimulatedRequest): SimulatedResponse | undefined {
    return this.servers.get(`${address}:${port}`)?.(request);
  }
}
