/** The pods of a Job. */
import type { Container, EnvVar, Job, Pod } from "../../../../src/api/types.js";
import { controllerReference } from "../../engine/ownership.js";
import { podFromTemplate } from "../../engine/pods.js";
import { failureCounts } from "./failed-indexes.js";
import { indexKey } from "./indexes.js";

/** Keeps a pod until the Job has counted it. */
export const trackingFinalizer = "batch.kubernetes.io/job-tracking";

const indexVariable: EnvVar = {
  name: "JOB_COMPLETION_INDEX",
  valueFrom: { fieldRef: { apiVersion: "v1", fieldPath: `metadata.labels['${indexKey}']` } },
};

const withIndex = (container: Container): Container =>
  container.env?.some(({ name }) => name === indexVariable.name)
    ? container
    : { ...container, env: [...(container.env ?? []), indexVariable] };

/** The prefix of the names of an index's pods leaves room for the characters that make them unique. */
const indexedPrefix = (job: string, index: number): string => {
  const ending = `-${index}-`;
  return `${job.slice(0, 63 - 5 - ending.length)}${ending}`;
};

/** `index` is there for Indexed Jobs only; `toReplace` has the failed pods whose places new ones take, by index. */
export function jobPod(job: Job, index: number | undefined, toReplace: ReadonlyMap<number, Pod> = new Map()): Pod {
  const { name = "", namespace = "" } = job.metadata;
  const template = job.spec?.template;
  const indexed: Record<string, string> = index === undefined ? {} : { [indexKey]: `${index}` };
  const pod = podFromTemplate(template, {
    generateName: index === undefined ? `${name}-` : indexedPrefix(name, index),
    namespace,
    labels: indexed,
    ownerReferences: [controllerReference(job, "batch/v1", "Job")],
  });
  const metadata = {
    ...pod.metadata,
    labels: { ...template?.metadata?.labels, ...indexed },
    finalizers: [...(template?.metadata?.finalizers ?? []).filter((each) => each !== trackingFinalizer), trackingFinalizer],
  };
  if (index === undefined || pod.spec === undefined) return { ...pod, metadata };
  const { containers, initContainers, hostname } = pod.spec;
  const spec = {
    ...pod.spec,
    containers: containers.map(withIndex),
    ...(initContainers === undefined ? {} : { initContainers: initContainers.map(withIndex) }),
    hostname: hostname || `${name}-${index}`,
  };
  return {
    ...pod,
    metadata: { ...metadata, annotations: { ...metadata.annotations, ...indexed, ...failureCounts(job, toReplace.get(index)) } },
    spec,
  };
}
