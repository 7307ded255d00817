/** What is known of the watch cache anyway, told by the names that kube-apiserver has for it. */
import type { WatchCache } from "../watch-cache/cache.js";
import type { ResourceStore } from "../watch-cache/resource-store.js";
import type { Registry, Sample } from "./registry.js";

/** `/registry/apps/deployments/` is of `deployments.apps`. */
export function resourceOf(prefix: string): string {
  const [group = "", resource = ""] = prefix.split("/").slice(2);
  return group === "core" ? resource : `${resource}.${group}`;
}

export function tellCache(registry: Registry, cache: WatchCache): void {
  const tell = (
    type: "counter" | "gauge",
    name: string,
    help: string,
    value: (store: ResourceStore) => number | undefined,
    labels: (store: ResourceStore) => Sample["labels"] = ({ prefix }) => ({ resource: resourceOf(prefix) }),
  ): void =>
    registry.tell(type, `apiserver_${name}`, help, () =>
      Array.from(cache.resources()).flatMap((store) => {
        const told = value(store);
        return told === undefined ? [] : [{ labels: labels(store) ?? {}, value: told }];
      }),
    );
  const unlessZero = (value: number): number | undefined => (value === 0 ? undefined : value);
  const byPrefix = ({ prefix }: ResourceStore) => ({ resource_prefix: prefix.slice("/registry".length, -1), index: "" });
  tell("gauge", "storage_objects", "Objects that are stored, by resource.", ({ size }) => size);
  tell("gauge", "watch_cache_resource_version", "The revision up to which the watch cache follows etcd.", () =>
    Number(cache.revision),
  );
  tell(
    "gauge",
    "registered_watchers",
    "Watches that follow the watch cache, over HTTP and of the cluster's own components.",
    ({ watchers }) => unlessZero(watchers.size),
  );
  const changes = ({ figures }: ResourceStore) => unlessZero(figures.changes);
  tell("counter", "watch_cache_events_received_total", "Changes that etcd told the watch cache.", changes);
  tell("counter", "storage_events_received_total", "Changes that etcd told.", changes);
  tell("counter", "watch_cache_events_dispatched_total", "Changes that the watch cache told on.", changes);
  tell("counter", "watch_cache_initializations_total", "Times that everything was listed anew into the watch cache.", () =>
    unlessZero(cache.listings),
  );
  tell(
    "counter",
    "cache_list_total",
    "Lists that the watch cache answered.",
    ({ figures }) => unlessZero(figures.lists),
    byPrefix,
  );
  tell(
    "counter",
    "cache_list_fetched_objects_total",
    "Objects that were looked at for lists from the watch cache.",
    ({ figures }) => unlessZero(figures.looked),
    byPrefix,
  );
  tell(
    "counter",
    "cache_list_returned_objects_total",
    "Objects that lists from the watch cache had.",
    ({ figures }) => unlessZero(figures.given),
    ({ prefix }) => ({ resource_prefix: prefix.slice("/registry".length, -1) }),
  );
  registry.tell(
    "counter",
    "apiserver_watch_cache_consistent_read_total",
    "Reads for which the watch cache was made sure to be as new as etcd, and whether that succeeded.",
    () =>
      Array.from(cache.resources()).flatMap(({ prefix, figures }) =>
        [true, false].flatMap((success) => {
          const value = success ? figures.confirmedReads : figures.unconfirmedReads;
          return value === 0
            ? []
            : [{ labels: { resource: resourceOf(prefix), success: `${success}`, fallback: "false" }, value }];
        }),
      ),
  );
}
