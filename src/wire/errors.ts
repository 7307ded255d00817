/**
 * What can go wrong with a message between actors. `definite` says that nothing happened at the receiver;
 * an indefinite error leaves that open, so whoever gets one reads again before it tries again.
 */
export const wireErrors = {
  refused: { definite: true, meaning: "the route table forbids this message between these actors" },
  unreachable: { definite: true, meaning: "the receiver has no link, so the message was not delivered" },
  overloaded: { definite: true, meaning: "a bounded queue or table of calls is full" },
  unsupported: { definite: true, meaning: "the receiver does not accept a message of this name or protocol version" },
  unavailable: { definite: true, meaning: "the receiver is not in a state in which it serves this message" },
  rejected: { definite: true, meaning: "the receiver understood the message and declined it; details say why" },
  deadline: { definite: false, meaning: "no reply came before the deadline" },
  linkLost: { definite: false, meaning: "the link or the receiver went away while the call was in flight" },
  cancelled: { definite: false, meaning: "the caller gave the call or stream up" },
  slowReader: { definite: false, meaning: "the reader of a stream fell so far behind that the stream was cut off" },
  internal: { definite: false, meaning: "the receiver failed while it handled the message" },
} as const;

export type WireErrorCode = keyof typeof wireErrors;

/** An error as it travels. `details` is plain data that the receiver's declaration describes, such as a Kubernetes Status. */
export interface WireError {
  readonly code: WireErrorCode;
  readonly message: string;
  readonly details?: unknown;
}

export const wireError = (code: WireErrorCode, message: string, details?: unknown): WireError =>
  details === undefined ? { code, message } : { code, message, details };

/** True when the receiver did nothing, so that the same message may be sent again without reading first. */
export const isDefinite = (error: WireError): boolean => wireErrors[error.code].definite;

/** How a call ended. */
export type Outcome<Reply> = { readonly ok: true; readonly reply: Reply } | { readonly ok: false; readonly error: WireError };
