/** What operations take in their query, and the media types of what they take and give. */
import type { Verb } from "../kinds.js";

export interface QueryParameter {
  readonly name: string;
  readonly type: "string" | "boolean" | "integer";
}

const strings = (...names: string[]): QueryParameter[] => names.map((name) => ({ name, type: "string" }));
const booleans = (...names: string[]): QueryParameter[] => names.map((name) => ({ name, type: "boolean" }));
const integers = (...names: string[]): QueryParameter[] => names.map((name) => ({ name, type: "integer" }));

const prettyQuery = strings("pretty");
const writeQuery = [...strings("dryRun", "fieldManager", "fieldValidation"), ...prettyQuery];
const deleteQuery = [
  ...strings("dryRun", "propagationPolicy"),
  ...integers("gracePeriodSeconds"),
  ...booleans("ignoreStoreReadErrorWithClusterBreakingPotential", "orphanDependents"),
];
const selectQuery = [
  ...strings("continue", "fieldSelector", "labelSelector", "resourceVersion", "resourceVersionMatch"),
  ...integers("limit", "timeoutSeconds"),
  ...booleans("sendInitialEvents"),
  ...prettyQuery,
];
const listQuery = [...selectQuery, ...booleans("allowWatchBookmarks", "watch")];

const queries: Readonly<Record<Verb, readonly QueryParameter[]>> = {
  get: prettyQuery,
  list: listQuery,
  watch: listQuery,
  create: writeQuery,
  update: writeQuery,
  patch: [...writeQuery, ...booleans("force")],
  delete: [...deleteQuery, ...prettyQuery],
  deletecollection: [...deleteQuery, ...selectQuery],
};

/** What a connection or a log takes in its query. */
const subresourceQueries: Readonly<Record<string, readonly QueryParameter[]>> = {
  attach: [...strings("container"), ...booleans("stderr", "stdin", "stdout", "tty")],
  exec: [...strings("command", "container"), ...booleans("stderr", "stdin", "stdout", "tty")],
  log: [
    ...strings("container", "stream"),
    ...booleans("follow", "insecureSkipTLSVerifyBackend", "previous", "timestamps"),
    ...integers("limitBytes", "sinceSeconds", "tailLines"),
    ...prettyQuery,
  ],
  portforward: integers("ports"),
  proxy: strings("path"),
};

export const queryOf = (verb: Verb, subresource: string | undefined): readonly QueryParameter[] =>
  subresourceQueries[subresource ?? ""] ?? queries[verb];

export const anyType = ["*/*"] as const;
export const textTypes = ["application/json", "application/yaml"] as const;
export const objectTypes = [...textTypes, "application/vnd.kubernetes.protobuf"] as const;
/** A list may be asked to go on as a watch. */
export const streamTypes = [
  ...objectTypes,
  "application/json;stream=watch",
  "application/vnd.kubernetes.protobuf;stream=watch",
] as const;
export const logTypes = ["text/plain", ...objectTypes] as const;

/** Clients look here for how a kind may be patched: kubectl apply sends a strategic merge patch where one is listed. */
export const patchTypes = [
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/strategic-merge-patch+json",
  "application/apply-patch+yaml",
] as const;

/** A structural schema says nothing of how lists merge strategically. */
export const customPatchTypes = patchTypes.filter((type) => type !== "application/strategic-merge-patch+json");
