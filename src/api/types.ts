/** TypeScript's view of the Kubernetes API: every type of 1.33 as generated, and those that no definition lists. */
import type { ListMeta, ObjectMeta } from "./generated/types.js";

export type * from "./generated/types.js";

/** What every stored object has. Its other fields belong to its kind. */
export interface KubernetesObject {
  apiVersion?: string;
  kind?: string;
  metadata: ObjectMeta;
}

/** A KubernetesObject whose kind is not known to the compiler: its other fields may be read, as unknown. */
export interface UntypedObject extends KubernetesObject {
  [field: string]: unknown;
}

export interface KubernetesList<Item = KubernetesObject> {
  apiVersion?: string;
  kind?: string;
  metadata?: ListMeta;
  items: Item[];
}

/** `meta.k8s.io/v1` Table: a list as kubectl prints it. */
export interface Table {
  apiVersion?: string;
  kind?: string;
  metadata?: ListMeta;
  columnDefinitions: TableColumnDefinition[];
  rows: TableRow[];
}

export interface TableColumnDefinition {
  name: string;
  type: string;
  format: string;
  description: string;
  /** 0 is shown always; higher ones only in wide output. */
  priority: number;
}

export interface TableRow {
  cells: unknown[];
  conditions?: readonly TableRowCondition[];
  object?: KubernetesObject;
}

/** Of what a row shows: that it is over. */
export interface TableRowCondition {
  type: "Completed";
  status: string;
  reason: string;
  message: string;
}

/** Query of `pods/<name>/log`. */
export interface PodLogOptions {
  container?: string;
  follow?: boolean;
  previous?: boolean;
  sinceSeconds?: number;
  sinceTime?: string;
  timestamps?: boolean;
  tailLines?: number;
  limitBytes?: number;
  insecureSkipTLSVerifyBackend?: boolean;
  stream?: string;
}

/** Query of `pods/<name>/exec`; `attach` has the same without command. */
export interface PodExecOptions {
  stdin?: boolean;
  stdout?: boolean;
  stderr?: boolean;
  tty?: boolean;
  container?: string;
  command?: string[];
}
