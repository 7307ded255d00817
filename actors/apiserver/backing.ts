import type { Host } from "../../src/actor/host.js";
import type { Authorizer } from "./access/authorizer.js";
import type { DynamicAdmission } from "./admission/dynamic.js";
import type { Catalog } from "./catalog/catalog.js";
import type { Consultant } from "./consult/consultant.js";
import type { ApiServerIo } from "./io/io.js";
import type { ServerMetrics } from "./metrics/server-metrics.js";
import type { WatchCache } from "./watch-cache/cache.js";
import type { Freshness } from "./watch-cache/freshness.js";
import type { Turns } from "./writes/turns.js";

/** What serving a request stands on. */
export interface Backing {
  readonly host: Host;
  readonly io: ApiServerIo;
  readonly cache: WatchCache;
  /** What is served. */
  readonly catalog: Catalog;
  readonly authorizer: Authorizer;
  readonly freshness: Freshness;
  readonly metrics: ServerMetrics;
  /** Keeps writes that spend from the same quotas out of each other's way. */
  readonly turns: Turns;
  /** Asks webhooks. */
  readonly consultant: Consultant;
  /** Admission by what users register. */
  readonly dynamicAdmission: DynamicAdmission;
}
