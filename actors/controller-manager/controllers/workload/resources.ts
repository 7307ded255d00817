/** The workload resources besides Deployments and ReplicaSets, and how their controllers find objects among them. */
import type {
  ControllerRevision,
  CronJob,
  DaemonSet,
  Job,
  KubernetesObject,
  PersistentVolumeClaim,
  StatefulSet,
} from "../../../../src/api/types.js";
import type { InformedResource } from "../../engine/informers.js";
import { controllerOf } from "../../engine/resources.js";

const namespace = (object: KubernetesObject): readonly string[] => [object.metadata.namespace ?? ""];
const controller = (object: KubernetesObject): readonly string[] => {
  const uid = controllerOf(object)?.uid;
  return uid === undefined ? [] : [uid];
};

const apps = (resource: string) => ({ group: "apps", version: "v1", resource });

export const daemonSets: InformedResource<DaemonSet> = { path: apps("daemonsets"), indexers: { namespace } };
export const statefulSets: InformedResource<StatefulSet> = { path: apps("statefulsets"), indexers: { namespace } };
export const controllerRevisions: InformedResource<ControllerRevision> = {
  path: apps("controllerrevisions"),
  indexers: { controller },
};
export const jobs: InformedResource<Job> = {
  path: { group: "batch", version: "v1", resource: "jobs" },
  indexers: { namespace, controller },
};
export const cronJobs: InformedResource<CronJob> = { path: { group: "batch", version: "v1", resource: "cronjobs" } };
export const claims: InformedResource<PersistentVolumeClaim> = {
  path: { group: "", version: "v1", resource: "persistentvolumeclaims" },
  indexers: { namespace },
};
