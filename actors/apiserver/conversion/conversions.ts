/**
 * Versions of custom resources that a webhook converts. Whoever needs an object in another version asks here, and gets it
 * at once when it is known; what is not known is gathered, so that one review asks for all of it, and the work is done again
 * with the answer. So all that is made of objects stays a pure function.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/#webhook-conversion
 */
import type { Ids } from "../../../src/actor/ids.js";
import {
  type ConversionFailure,
  type ConversionReviewOf,
  conversionReview,
  convertedObjects,
  withMetadataOf,
} from "../../../src/api/custom/conversion-review.js";
import { deepCopy } from "../../../src/api/json-value.js";
import type { Resource } from "../../../src/api/kinds.js";
import { type ApiError, internalError } from "../../../src/api/status.js";
import type { UntypedObject } from "../../../src/api/types.js";
import { readJson, writeJson } from "../../../src/json/text.js";
import type { Answers, Question } from "../consult/question.js";

/** What came of some work on objects: it is done, or must be done again once these are answered, or cannot be. */
export type Attempt<T> =
  | { readonly what: "done"; readonly value: T }
  | { readonly what: "asks"; readonly questions: readonly Question[] }
  | { readonly what: "failed"; readonly error: ApiError };

/** Kubernetes waits so long for a conversion. */
const timeoutMs = 30_000;
/** For so long what a webhook said is taken for what it would say: reads that come at once ask once, and a webhook may change. */
const freshMs = 1_000;
/** Conversions that are remembered: their texts together, in characters, and how many reviews may be under way. */
const charactersMost = 32 * 1_024 * 1_024;
const reviewsMost = 1_000;

interface Wanted {
  readonly resource: Resource;
  readonly apiVersion: string;
  readonly objects: Map<string, UntypedObject>;
}

interface Review extends Wanted {
  readonly of: ConversionReviewOf;
}

/** Everything that a conversion depends on but the webhook's own mind. */
const keyOf = (resource: Resource, { kind, apiVersion: from, metadata, ...rest }: UntypedObject, apiVersion: string): string => {
  const { name, namespace, labels, annotations } = metadata;
  return writeJson([resource.custom?.conversion, apiVersion, from, kind, rest, name, namespace, labels, annotations]);
};

interface Known {
  readonly text: string;
  readonly sinceMs: number;
}

/** One review that was answered. */
export interface ConversionAsked {
  /** `widgets.example.com` */
  readonly definition: string;
  readonly from: string;
  readonly to: string;
  /** Absent: it was converted. */
  readonly failure?: ConversionFailure;
  readonly tookMs: number;
}

/** Thrown by what cannot go on without an object that is to be asked for. */
const lacking = new Error("a conversion is lacking");

export class Conversions {
  /** The newest last. */
  private readonly known = new Map<string, Known>();
  private readonly failed = new Map<string, ApiError>();
  private characters = 0;
  private readonly reviews = new Map<string, Review>();
  private wanted: Map<string, Wanted> | undefined;
  private failure: ApiError | undefined;
  /** What was known before is too old for the work at hand. */
  private freshSinceMs = 0;
  private isInOrder = false;
  private works = 0;
  /** Told of every review that was answered. */
  onAnswered: ((asked: ConversionAsked) => void) | undefined;

  constructor(private readonly ids: Ids) {}

  /** A number for the chart of some work. */
  nextWork(): number {
    this.works += 1;
    return this.works;
  }

  /**
   * Does work on many objects, each for itself, that began then; those that are not known in the version they are wanted in are
   * stood in for, and asked for all together.
   */
  attempt<T>(work: () => T, beganMs: number): Attempt<T> {
    const before = [this.wanted, this.failure] as const;
    this.freshSinceMs = beganMs - freshMs;
    const wanted = new Map<string, Wanted>();
    this.wanted = wanted;
    this.failure = undefined;
    try {
      const value = work();
      if (this.failure !== undefined) return { what: "failed", error: this.failure };
      return wanted.size === 0
        ? { what: "done", value }
        : { what: "asks", questions: [...wanted.values()].map((each) => this.question(each)) };
    } finally {
      [this.wanted, this.failure] = before;
    }
  }

  /** Does work where one thing follows from another: it goes no further than to the first object that is to be asked for. */
  attemptInOrder<T>(work: () => T, beganMs: number): Attempt<T> {
    const before = this.isInOrder;
    this.isInOrder = true;
    let value: T | undefined;
    try {
      // A webhook is never asked about what was made of a stand-in.
      const attempted = this.attempt(() => {
        try {
          value = work();
        } catch (error) {
          if (error !== lacking) throw error;
        }
      }, beganMs);
      return attempted.what === "done" ? { what: "done", value: value as T } : attempted;
    } finally {
      this.isInOrder = before;
    }
  }

  /** An object in another version of its resource; in one that is not known yet it only says that it is. */
  convert(resource: Resource, object: UntypedObject, apiVersion: string): UntypedObject {
    if (object.apiVersion === apiVersion) return object;
    const key = keyOf(resource, object, apiVersion);
    const known = this.known.get(key);
    // Who cannot ask, as a watcher that selects, takes what there is.
    if (known !== undefined && (this.wanted === undefined || known.sinceMs >= this.freshSinceMs)) {
      this.known.delete(key);
      this.known.set(key, known);
      return withMetadataOf(readJson(known.text) as UntypedObject, object);
    }
    this.failure ??= this.failed.get(key);
    this.want(resource, object, apiVersion, key);
    if (this.isInOrder) throw lacking;
    return { ...deepCopy(object), apiVersion };
  }

  /** What is wanted after something in another version is not known may be made of that, and is not asked for yet. */
  private want(resource: Resource, object: UntypedObject, apiVersion: string, key: string): void {
    const { wanted } = this;
    if (wanted === undefined) return;
    const place = `${resource.group} ${apiVersion} ${resource.kind} ${object.apiVersion}`;
    if (wanted.size === 0) wanted.set(place, { resource, apiVersion, objects: new Map() });
    wanted.get(place)?.objects.set(key, object);
  }

  /** Takes what was asked for from among answers. What failed is asked again by whoever comes next. */
  learn(answers: Answers, nowMs: number): void {
    this.failed.clear();
    for (const [key, answer] of answers) {
      const review = this.reviews.get(key);
      if (review === undefined) continue;
      this.reviews.delete(key);
      const keys = [...review.objects.keys()];
      const converted = convertedObjects(review.of, answer);
      this.onAnswered?.({
        definition: review.resource.custom?.definition ?? "",
        from: review.of.objects[0]?.apiVersion ?? "",
        to: review.apiVersion,
        ...(converted.ok ? {} : { failure: converted.failure }),
        tookMs: answer.tookMs,
      });
      if (converted.ok) {
        for (const [index, object] of converted.value.entries()) this.remember(keys[index]!, writeJson(object), nowMs);
      } else for (const each of keys) this.failed.set(each, internalError(converted.message));
    }
  }

  private question(wanted: Wanted): Question {
    const { resource, apiVersion, objects } = wanted;
    const { conversion } = resource.custom!;
    const uid = this.ids.uuid();
    const of: ConversionReviewOf = {
      uid,
      apiVersion,
      objects: [...objects.values()],
      versions: conversion.webhook?.conversionReviewVersions ?? [],
    };
    const key = `conversion ${uid}`;
    this.reviews.set(key, { ...wanted, of });
    const oldest = this.reviews.keys().next();
    if (this.reviews.size > reviewsMost && !oldest.done) this.reviews.delete(oldest.value);
    return { key, clientConfig: conversion.webhook?.clientConfig ?? {}, body: conversionReview(of), timeoutMs };
  }

  private remember(key: string, text: string, sinceMs: number): void {
    this.forget(key);
    this.known.set(key, { text, sinceMs });
    this.characters += key.length + text.length;
    for (const oldest of this.known.keys()) {
      if (this.characters <= charactersMost) return;
      this.forget(oldest);
    }
  }

  private forget(key: string): void {
    const known = this.known.get(key);
    if (known === undefined) return;
    this.known.delete(key);
    this.characters -= key.length + known.text.length;
  }
}
