import { semanticEqual } from "../../../../src/api/json-value.js";
import { compileLabelSelectorText } from "../../../../src/api/selectors/label-parser.js";
import type { HorizontalPodAutoscaler, KubernetesObject, Pod } from "../../../../src/api/types.js";
import type { ControllerDefinition } from "../../engine/controller.js";
import { CustomKinds } from "../../engine/custom-kinds.js";
import type { Informed, Informers } from "../../engine/informers.js";
import { keyOf } from "../../engine/ownership.js";
import { nothingToDo } from "../../engine/plan.js";
import * as resources from "../../engine/resources.js";
import type { Memory } from "./limits.js";
import { type AutoscalerView, reconcileAutoscaler } from "./reconcile.js";
import { autoscalers as autoscalersResource } from "./status.js";

export function horizontalPodAutoscaler(informers: Informers): ControllerDefinition {
  const autoscalers = informers.of<HorizontalPodAutoscaler>(autoscalersResource);
  const pods = informers.of(resources.pods);
  const kinds = new CustomKinds(informers);
  /** What was recommended and changed lately; a controller manager that begins knows nothing of that, as in Kubernetes. */
  const memories = new Map<string, Memory>();
  /** Which pods each autoscaler's target was last seen to select, as text. */
  const selectors = new Map<string, string>();

  const othersOf = (key: string): AutoscalerView["othersOf"] => {
    const [namespace] = key.split("/");
    return (selected, selector) => {
      selectors.set(key, selector);
      return [...selectors].flatMap(([other, text]) =>
        other !== key && other.startsWith(`${namespace}/`) && selectsOne(text, selected) ? [other] : [],
      );
    };
  };
  const resourceOf: AutoscalerView["resourceOf"] = ({ apiVersion = "", kind }) => {
    const resource = kinds.byObject(apiVersion, kind);
    if (resource === undefined) return undefined;
    return resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}`;
  };

  return {
    name: "horizontal-pod-autoscaler",
    serviceAccount: "horizontal-pod-autoscaler",
    workers: 5,
    needs: [autoscalers, pods, kinds.informed] as ReadonlyArray<Informed<KubernetesObject>>,
    reconcile: (key, circumstances) => {
      const autoscaler = autoscalers.store.get(key);
      if (autoscaler === undefined) {
        memories.delete(key);
        selectors.delete(key);
        return nothingToDo;
      }
      const { apiVersion = "", kind = "" } = autoscaler.spec?.scaleTargetRef ?? {};
      const target = kinds.byObject(apiVersion, kind);
      return reconcileAutoscaler(
        {
          autoscaler,
          target: target && { group: target.group, version: target.version, resource: target.plural },
          resourceOf,
          pods: pods.store.by("namespace", autoscaler.metadata.namespace ?? ""),
          memory: memories.get(key),
          remember: (memory) => memories.set(key, memory),
          othersOf: othersOf(key),
        },
        circumstances,
      );
    },
    follow: (enqueue) => {
      autoscalers.subscribe((change) => {
        // Its own status is no news: it looks again by itself.
        if (change.type === "updated" && semanticEqual(change.previous.spec, change.object.spec)) return;
        enqueue(keyOf(change.object));
      });
    },
  };
}

function selectsOne(selector: string, pods: readonly Pod[]): boolean {
  const selects = compileLabelSelectorText(selector);
  return selects.ok && pods.some(({ metadata }) => selects.value(metadata.labels));
}
