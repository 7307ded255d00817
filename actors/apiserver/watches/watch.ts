/** One watch: from where it begins, and what it is told at first; its chart says when. */

import { between } from "../../../src/actor/random.js";
import { forbiddenField, notSupported } from "../../../src/api/field-errors.js";
import {
  fail,
  invalid,
  type Result,
  succeed,
  timeout,
  tooLargeResourceVersion,
  tooOldResourceVersion,
} from "../../../src/api/status.js";
import type { Backing } from "../backing.js";
import { convertThen } from "../conversion/work.js";
import type { WatchEvent } from "../messages.js";
import { selected } from "../reads/list.js";
import { invalidResourceVersion, parseRevision } from "../reads/resource-version.js";
import type { ApiError, WatchRequest, WatchSink } from "../request.js";
import type { Served } from "../served.js";
import { bookmarkAt } from "../watch-cache/cache.js";
import { CacheEvent, type Presentation } from "../watch-cache/cache-event.js";
import type { Selection } from "../watch-cache/selection.js";
import { withHeader } from "../watch-cache/stored-text.js";
import { type Watcher, whatToTell } from "../watch-cache/watchers.js";

/** Events that wait for a webhook to convert them at most, and how long it may take for some of them. */
const unconvertedMost = 10_000;
const conversionDeadlineMs = 30_000;

/** Objects in the version that they are stored in. */
const asStored = ({ resource, storageApiVersion }: Served): Presentation => ({
  kind: resource.kind,
  apiVersion: storageApiVersion,
  show: (json) => json,
});

const shownAs = ({ presentation }: Served, event: WatchEvent): WatchEvent =>
  event.type === "BOOKMARK"
    ? { ...event, object: withHeader(event.object, presentation.kind, presentation.apiVersion) }
    : { ...event, object: presentation.show(event.object) };

const lastBookmarkBeforeEndMs = 2_000;
/** Events in one chunk at most. */
const chunkLimit = 250;

export interface WatchFrom {
  readonly what: "newest" | "any" | "revision";
  /** 0n unless `what` is `revision`. */
  readonly revision: bigint;
  /** Tell what exists first, as ADDED. */
  readonly existing: boolean;
  /** Say with a bookmark where what exists ends. */
  readonly markEnd: boolean;
}

const listOptions = { group: "meta.k8s.io", kind: "ListOptions" };

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#semantics-for-watch and #streaming-lists */
export function watchFrom(served: Served, options: WatchRequest["options"]): Result<WatchFrom> {
  const { resourceVersion = "", resourceVersionMatch: match, sendInitialEvents } = options;
  const why = [];
  const forbid = (detail: string) => why.push(forbiddenField("resourceVersionMatch", detail));
  if (sendInitialEvents !== undefined && match !== "NotOlderThan")
    forbid("sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
  if (match !== undefined && sendInitialEvents === undefined)
    forbid("resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
  if (match !== undefined && match !== "NotOlderThan") why.push(notSupported("resourceVersionMatch", match, ["NotOlderThan"]));
  if (match !== undefined && (options.continue ?? "") !== "")
    forbid("resourceVersionMatch is forbidden when continue is provided");
  if (why.length > 0) return fail(invalid(listOptions, "", why));
  const revision = resourceVersion === "" ? 0n : parseRevision(resourceVersion);
  if (revision === undefined) return fail(invalidResourceVersion(served.groupResource, "", resourceVersion));
  const markEnd = sendInitialEvents === true && options.allowWatchBookmarks === true;
  const existing = sendInitialEvents ?? revision === 0n;
  if (resourceVersion === "") return succeed({ what: "newest", revision, existing, markEnd });
  if (revision === 0n) return succeed({ what: "any", revision, existing, markEnd });
  return succeed({ what: "revision", revision, existing, markEnd });
}

export interface WatchPlan {
  readonly served: Served;
  readonly selection: Selection;
  readonly from: WatchFrom;
}

export class Watch {
  readonly timeoutMs: number;
  private watcher: Watcher | undefined;
  private giveUp: () => void = () => undefined;
  /** Events that are told once a webhook has converted them, in their order. */
  private readonly unconverted: WatchEvent[] = [];
  private stopConverting: (() => void) | undefined;
  /** A watch from a revision that is still to come hears of nothing up to it; 0n once that is past. */
  private skips = 0n;

  constructor(
    private readonly backing: Backing,
    private readonly plan: WatchPlan,
    private readonly options: WatchRequest["options"],
    private readonly sink: WatchSink,
  ) {
    const { timeoutSeconds = 0 } = options;
    this.timeoutMs = timeoutSeconds > 0 ? timeoutSeconds * 1_000 : between(backing.host.random, 1_800_000, 3_600_000);
  }

  get mustBeNewest(): boolean {
    return this.plan.from.what === "newest";
  }

  /** What exists is to be told as of a revision that is still to come. */
  get isAhead(): boolean {
    const { from } = this.plan;
    return from.existing && from.revision > this.backing.cache.revision;
  }

  /** What came after the revision that the watch begins at is no longer known. */
  get isTooOld(): boolean {
    const { from } = this.plan;
    return from.what === "revision" && !from.existing && this.store.history.after(from.revision) === undefined;
  }

  confirm(onFresh: () => void): void {
    this.giveUp = this.backing.freshness.confirm(onFresh);
  }

  awaitRevision(onReached: () => void): void {
    this.giveUp = this.backing.cache.whenReached(this.plan.from.revision, onReached);
  }

  stopWaiting(): void {
    this.giveUp();
  }

  /** How long after it begins the last bookmark comes: shortly before it ends, so that its client goes on from there. */
  get lastBookmarkAfterMs(): number {
    return Math.max(0, this.timeoutMs - lastBookmarkBeforeEndMs);
  }

  bookmark(): void {
    const { watcher, backing } = this;
    if (watcher?.bookmarks === true) watcher.take([bookmarkAt(backing.cache.revision, watcher.presentation)]);
  }

  /** Tells what is to be told first and joins the watchers: nothing can happen in between. */
  follow(onExpired: () => void): void {
    const { selection, served } = this.plan;
    this.sink.started();
    const watcher: Watcher = {
      selection,
      presentation: served.isConverted ? asStored(served) : served.presentation,
      bookmarks: this.options.allowWatchBookmarks === true,
      take: (events) => this.take(events, onExpired),
      expire: onExpired,
      pending: [],
    };
    this.watcher = watcher;
    const { from } = this.plan;
    this.skips = !from.existing && from.revision > this.backing.cache.revision ? from.revision : 0n;
    this.store.watchers.add(watcher);
    this.take(this.first(watcher), onExpired);
  }

  stopFollowing(): void {
    if (this.watcher !== undefined) this.store.watchers.remove(this.watcher);
    this.watcher = undefined;
    this.stopConverting?.();
  }

  /** As the watch was understood, what keeps it from beginning is told as its only event. */
  refuse(error: ApiError): void {
    this.sink.started();
    this.sink.ended(error);
  }

  refuseAsTooOld(): void {
    this.refuse(tooOldResourceVersion(String(this.plan.from.revision), String(this.store.history.oldest)));
  }

  refuseAsTooLarge(): void {
    this.refuse(tooLargeResourceVersion(String(this.plan.from.revision), String(this.backing.cache.revision)));
  }

  refuseAsTimeout(): void {
    this.sink.refused(timeout("request did not complete within the allotted timeout"));
  }

  end(): void {
    this.sink.ended();
  }

  /** The client, who has nothing to be told yet, watches again. */
  endUnbegun(): void {
    this.sink.started();
    this.sink.ended();
  }

  /** The cache was listed anew: what happened meanwhile is not known. */
  endAsExpired(): void {
    const { cache } = this.backing;
    this.sink.ended(tooOldResourceVersion(String(this.plan.from.revision), String(cache.revision)));
  }

  private get store() {
    return this.backing.cache.store(this.plan.served.prefix);
  }

  private first(watcher: Watcher): WatchEvent[] {
    const { from, served, selection } = this.plan;
    const { presentation } = watcher;
    if (!from.existing) {
      if (from.what !== "revision") return [];
      const missed = this.store.history.after(from.revision) ?? [];
      return missed.map((event) => whatToTell(event, watcher)).filter((event) => event !== undefined);
    }
    const { cache } = this.backing;
    const existing = Array.from(selected(cache, served, selection), (stored) =>
      new CacheEvent(stored.revision, stored, undefined).tell("ADDED", presentation),
    );
    return from.markEnd ? [...existing, bookmarkAt(cache.revision, presentation, true)] : existing;
  }

  private take(events: readonly WatchEvent[], onExpired: () => void): void {
    if (!this.plan.served.isConverted) {
      this.tell(events);
      return;
    }
    this.unconverted.push(...events);
    // A webhook that is too slow for its watchers makes them list again.
    if (this.unconverted.length > unconvertedMost) onExpired();
    else if (this.stopConverting === undefined) this.convert(onExpired);
  }

  private convert(onExpired: () => void): void {
    const { served } = this.plan;
    const batch = this.unconverted.splice(0);
    let isOver = false;
    const giveUp = convertThen(
      this.backing,
      conversionDeadlineMs,
      () => batch.map((event) => shownAs(served, event)),
      (converted) => {
        isOver = true;
        this.stopConverting = undefined;
        if (!converted.ok) onExpired();
        else {
          this.tell(converted.value);
          if (this.unconverted.length > 0) this.convert(onExpired);
        }
      },
    );
    if (!isOver) this.stopConverting = giveUp;
  }

  private tell(all: readonly WatchEvent[]): void {
    const events = this.skips === 0n ? all : this.afterSkipped(all);
    for (let from = 0; from < events.length; from += chunkLimit) {
      this.sink.events(events.length <= chunkLimit ? events : events.slice(from, from + chunkLimit));
    }
  }

  private afterSkipped(events: readonly WatchEvent[]): readonly WatchEvent[] {
    const first = events.findIndex(({ resourceVersion }) => BigInt(resourceVersion) > this.skips);
    if (first === -1) return [];
    this.skips = 0n;
    return events.slice(first);
  }
}
