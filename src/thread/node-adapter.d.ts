/** What comlink ships beside its types: MessagePorts and workers of Node as endpoints. */
declare module "comlink/dist/esm/node-adapter.mjs" {
  import type { Endpoint } from "comlink";

  interface NodeEndpoint {
    postMessage(message: unknown, transfer?: readonly import("node:worker_threads").TransferListItem[]): void;
    on(type: string, listener: (data: unknown) => void): unknown;
    off(type: string, listener: (data: unknown) => void): unknown;
  }

  export default function nodeEndpoint(endpoint: NodeEndpoint): Endpoint;
}
