import { inCoreWords } from "../events.js";
import { type FieldError, invalidValue, required } from "../field-errors.js";
import type { Event, EventsV1Event } from "../generated/types.js";
import { byteLength, dns1123Subdomain, qualifiedName } from "../names.js";
import { followsRule } from "./common.js";

/**
 * Events, in either form; errors name the fields by the words of the core group, as Kubernetes' do.
 * https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/
 */

const maxWordBytes = 128;
const maxNoteBytes = 1024;

export const eventErrors = (event: Event): FieldError[] => plainErrors(event, "reportingComponent");

/** An event that is made by way of events.k8s.io has nothing of what that calls deprecated. */
export const groupEventErrors = (event: EventsV1Event): FieldError[] => {
  const core = inCoreWords<Event>(event);
  const { eventTime, type = "", source } = core;
  const unset = (path: string): FieldError => invalidValue(path, "", "needs to be unset");
  return [
    ...plainErrors(core, "reportingController"),
    ...seriesErrors(core),
    ...(eventTime ? [] : [required("eventTime")]),
    ...(type === "Normal" || type === "Warning" ? [] : [invalidValue("type", "", `has invalid value: ${type}`)]),
    ...(["firstTimestamp", "lastTimestamp", "count"] as const).flatMap((field) => (core[field] ? [unset(field)] : [])),
    ...(source?.component || source?.host ? [unset("source")] : []),
  ];
};

/** Kubernetes means to hold an update to what was there before, and compares it with itself: anything may change. */
export const groupEventUpdateErrors = (event: EventsV1Event): FieldError[] =>
  plainErrors(inCoreWords<Event>(event), "reportingController");

const seriesErrors = ({ series }: Event): FieldError[] => [
  ...(series !== undefined && (series.count ?? 0) < 2 ? [invalidValue("series.count", "", "should be at least 2")] : []),
  ...(series !== undefined && !series.lastObservedTime ? [required("series.lastObservedTime")] : []),
];

/** An event lives in the namespace of what it is about; one about something without a namespace in `default`. */
const plainErrors = (event: Event, controllerPath: string): FieldError[] => {
  const about = event.involvedObject?.namespace ?? "";
  const namespace = event.metadata.namespace ?? "";
  const isNew = Boolean(event.eventTime);
  const agrees =
    about !== ""
      ? isNew || namespace === about
      : namespace === "default" || (isNew ? namespace === "kube-system" : namespace === "");
  return [
    ...(agrees ? [] : [invalidValue("involvedObject.namespace", about, "does not match event.namespace")]),
    ...(isNew ? newErrors(event, controllerPath) : []),
    ...followsRule(dns1123Subdomain, namespace, "namespace"),
  ];
};

const newErrors = (event: Event, controllerPath: string): FieldError[] => {
  const { reportingComponent = "", reportingInstance, action, reason, message } = event;
  return [
    ...(reportingComponent === "" ? [required(controllerPath)] : []),
    ...followsRule(qualifiedName, reportingComponent, controllerPath),
    ...wordErrors(reportingInstance, "reportingInstance"),
    ...wordErrors(action, "action"),
    ...wordErrors(reason, "reason"),
    ...lengthErrors(message, "message", maxNoteBytes),
  ];
};

const wordErrors = (word: string | undefined, path: string): FieldError[] =>
  word ? lengthErrors(word, path, maxWordBytes) : [required(path)];

/** What is too long is not told again. */
const lengthErrors = (text: string | undefined, path: string, most: number): FieldError[] =>
  byteLength(text ?? "") > most ? [invalidValue(path, "", `can have at most ${most} characters`)] : [];
