import { builtinResources } from "../../../../src/api/kinds.js";
import { type GroupResource, resourceText } from "../../../../src/api/status.js";
import type { CustomResourceDefinition, KubernetesObject, ResourceQuota, UntypedObject } from "../../../../src/api/types.js";
import type { ResourcePath } from "../../../apiserver/messages.js";
import type { ControllerDefinition } from "../../engine/controller.js";
import type { Informed, Informers } from "../../engine/informers.js";
import { keyOf } from "../../engine/ownership.js";
import { type Answers, nothingToDo } from "../../engine/plan.js";
import * as resources from "../../engine/resources.js";
import { countedResources, quotasPath, reconcileQuota } from "./reconcile.js";

const definitionsPath = { group: "apiextensions.k8s.io", version: "v1", resource: "customresourcedefinitions" } as const;

/** Counts the objects of whatever resources quotas name; each is followed from when a quota first names it. */
export function resourceQuotaController(informers: Informers): ControllerDefinition {
  const namespace = ({ metadata }: KubernetesObject): readonly string[] => [metadata.namespace ?? ""];
  const quotas = informers.of<ResourceQuota>({ path: quotasPath, indexers: { namespace } });
  const definitions = informers.of<CustomResourceDefinition>({ path: definitionsPath });
  /** The quota that a round began with: lists that were asked for then are not newer than a quota that came meanwhile. */
  const begunWith = new WeakMap<Answers, ResourceQuota>();
  const followed = new Map<string, Informed<KubernetesObject>>();

  const pathOf = ({ group, resource }: GroupResource): ResourcePath | undefined => {
    const builtin = builtinResources().preferred(group, resource);
    if (builtin !== undefined) return builtin.namespaced ? { group, version: builtin.version, resource } : undefined;
    const { spec } = definitions.store.get(`${resource}.${group}`) ?? {};
    const version = spec?.scope === "Namespaced" ? spec.versions.find(({ served }) => served)?.name : undefined;
    return version === undefined ? undefined : { group, version, resource };
  };

  const objectsIn = (of: GroupResource, where: string): readonly UntypedObject[] | undefined => {
    const informed = followed.get(resourceText(of));
    if (informed?.synced !== true) return undefined;
    const objects = of.group === "" && of.resource === "pods" ? informed.store.by("namespace", where) : informed.store.list();
    return objects.filter(({ metadata }) => metadata.namespace === where) as UntypedObject[];
  };

  return {
    name: "resourcequota",
    serviceAccount: "resourcequota-controller",
    workers: 5,
    intervalMs: 100,
    needs: [quotas, definitions] as ReadonlyArray<Informed<KubernetesObject>>,
    reconcile: (key, { answers, nowMs }) => {
      const quota = begunWith.get(answers) ?? quotas.store.get(key);
      if (quota === undefined) return nothingToDo;
      begunWith.set(answers, quota);
      const where = quota.metadata.namespace ?? "";
      const inNamespace = (of: GroupResource): ResourcePath | undefined => {
        const path = pathOf(of);
        return path === undefined ? undefined : { ...path, namespace: where };
      };
      return reconcileQuota({ quota, objectsOf: (of) => objectsIn(of, where), pathOf: inNamespace }, answers, nowMs);
    },
    follow: (enqueue) => {
      const enqueueNamespace = ({ metadata }: KubernetesObject): void => {
        for (const quota of quotas.store.by("namespace", metadata.namespace ?? "")) enqueue(keyOf(quota));
      };
      const followCounted = (quota: ResourceQuota): void => {
        for (const { of } of countedResources(quota)) {
          const path = pathOf(of);
          const name = resourceText(of);
          if (path === undefined || followed.has(name)) continue;
          const informed: Informed<KubernetesObject> =
            name === "pods" ? (informers.of(resources.pods) as Informed<KubernetesObject>) : informers.of({ path });
          followed.set(name, informed);
          informed.subscribe(({ object }) => enqueueNamespace(object));
        }
      };
      quotas.subscribe(({ type, object }) => {
        if (type !== "deleted") followCounted(object);
        enqueue(keyOf(object));
      });
      definitions.subscribe(() => {
        for (const quota of quotas.store.list()) followCounted(quota);
      });
    },
  };
}
