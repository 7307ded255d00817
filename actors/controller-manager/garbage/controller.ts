import { builtinResources, type Resource } from "../../../src/api/kinds.js";
import type { KubernetesObject } from "../../../src/api/types.js";
import type { ResourcePath } from "../../apiserver/messages.js";
import type { ControllerDefinition } from "../engine/controller.js";
import { CustomKinds } from "../engine/custom-kinds.js";
import type { Informed, Informers } from "../engine/informers.js";
import { itemOf, OwnerGraph } from "./graph.js";
import { type GarbageView, isOwner, reconcileItem } from "./reconcile.js";

/** Every kind whose objects can be listed, followed and deleted, once each. Events have no part in ownership. */
export function collectedResources(): Resource[] {
  return builtinResources().resources.filter(
    ({ virtual, stability, verbs, storage, group, version, plural }) =>
      !virtual &&
      stability === "stable" &&
      storage.group === group &&
      storage.version === version &&
      plural !== "events" &&
      ["list", "watch", "delete"].every((verb) => (verbs as readonly string[]).includes(verb)),
  );
}

const pathOf = ({ group, version, plural }: Resource) => ({ group, version, resource: plural });

export function garbageCollector(informers: Informers): ControllerDefinition {
  const graph = new OwnerGraph();
  const custom = new CustomKinds(informers);
  const followed = collectedResources().map((resource) => {
    const path = pathOf(resource);
    return { path, informed: informers.of<KubernetesObject>({ path }) };
  });
  const view: GarbageView = {
    get: (uid) => graph.get(uid),
    dependentsOf: (uid) => graph.dependentsOf(uid),
    isKnownGone: (uid) => graph.isKnownGone(uid),
    resourceOf: ({ apiVersion, kind }) => {
      const resource = custom.byObject(apiVersion, kind);
      return resource === undefined ? undefined : { path: pathOf(resource), namespaced: resource.namespaced };
    },
  };
  return {
    name: "garbage",
    serviceAccount: "generic-garbage-collector",
    workers: 20,
    needs: [custom.informed, ...followed.map(({ informed }) => informed)] as ReadonlyArray<Informed<KubernetesObject>>,
    reconcile: (key, { answers }) => {
      const plan = reconcileItem(view, key, answers);
      for (const [uid, answer] of answers) {
        if (!isOwner(answer, uid)) graph.noteGone(uid);
      }
      return plan;
    },
    follow: (enqueue) => {
      const forget = (object: KubernetesObject): void => {
        for (const uid of graph.delete(object.metadata.uid ?? "")) enqueue(uid);
      };
      const follow = (path: ResourcePath, informed: Informed<KubernetesObject>, isCustom: boolean): void =>
        informed.subscribe(({ type, object }) => {
          if (type === "deleted") forget(object);
          else for (const uid of graph.put(itemOf(object, path, isCustom))) enqueue(uid);
        });
      for (const { path, informed } of followed) follow(path, informed, false);
      custom.subscribe((before, now) => {
        if (before !== undefined) {
          const path = pathOf(before);
          const gone = informers.of<KubernetesObject>({ path }).store.list();
          informers.end(path);
          // With the kind all of its objects have gone; in another version they come again.
          if (now === undefined) for (const object of gone) forget(object);
        }
        if (now !== undefined) follow(pathOf(now), informers.of<KubernetesObject>({ path: pathOf(now) }), true);
      });
    },
  };
}
