/** What an API server keeps as it should be of its own accord, one thing after the other: a chart says when, a keeper what. */

/** What is to be done next, as of the last look. */
export type Next =
  | { readonly type: "nothing" }
  /** An object is to be written. */
  | { readonly type: "write" }
  /** Others have to do something, or are to be asked, who have so long for it. */
  | { readonly type: "work"; readonly patienceMs: number }
  /** Something is on its way that tells of itself in no other way than by being there. */
  | { readonly type: "wait"; readonly forMs: number };

export interface Keeper {
  readonly next: Next;
  /** Calls back at every change of what is kept. */
  follow(onChanged: () => void): void;
  look(): void;
  write(onEnded: (type: "written" | "failed") => void): void;
  work(onDone: () => void): void;
  /** The work is over, or is not waited for any longer. */
  leave(): void;
  tookTooLong(): void;
}
