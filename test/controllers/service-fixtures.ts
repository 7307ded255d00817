/** A Service, and pods behind it. */
import type { Pod, Service, ServiceSpec } from "../../src/api/types.js";

export const service = (spec: Partial<ServiceSpec> = {}, labels: Record<string, string> = {}): Service => ({
  metadata: { name: "web", namespace: "default", uid: "service-1", labels },
  spec: {
    selector: { app: "web" },
    clusterIP: "10.96.0.10",
    ipFamilies: ["IPv4"],
    ports: [{ port: 80, targetPort: 8080, protocol: "TCP" }],
    ...spec,
  },
});

export interface PodParts {
  readonly ip?: string;
  readonly ready?: boolean;
  readonly phase?: string;
  readonly leaving?: boolean;
  readonly node?: string;
  readonly spec?: object;
}

export const pod = (name: string, parts: PodParts = {}): Pod => {
  const { ip = "10.244.0.5", ready = true, phase = "Running", leaving = false, node = "node-1", spec = {} } = parts;
  return {
    metadata: {
      name,
      namespace: "default",
      uid: `uid-${name}`,
      labels: { app: "web" },
      ...(leaving ? { deletionTimestamp: "2025-01-01T00:00:00Z" } : {}),
    },
    spec: { containers: [{ name: "main" }], nodeName: node, ...spec },
    status: {
      phase,
      ...(ip === "" ? {} : { podIP: ip, podIPs: [{ ip }] }),
      conditions: [{ type: "Ready", status: ready ? "True" : "False" }],
    },
  };
};
