import { type ExtensionServices, isAvailable } from "../aggregation/extension-services.js";
import type { Registry } from "./registry.js";

/** Which extension API servers do not answer, by the name that kube-aggregator has for it. */
export const tellExtensions = (registry: Registry, extensions: ExtensionServices): void =>
  registry.tell("gauge", "aggregator_unavailable_apiservice", "1 for each extension API server that does not answer.", () =>
    extensions.all.map((service) => ({
      labels: { name: service.metadata.name ?? "" },
      value: isAvailable(service) ? 0 : 1,
    })),
  );
