/**
 * Messages are declared once, by the actor that accepts them. The declaration gives the types to both sides,
 * the route table its names, the trace its labels and the documentation its message table.
 */
import type { Address, Role } from "./address.js";
import type { WireError, WireErrorCode } from "./errors.js";
import type { OutgoingStream } from "./streams.js";

interface About {
  /** One line for the message table. */
  readonly about: string;
  /** How long a caller waits when it does not say; calls only. */
  readonly deadlineMs?: number;
  /** What the receiver answers with beyond the errors of the wire itself. */
  readonly errors?: readonly WireErrorCode[];
}

export interface CallShape<Request, Reply> extends About {
  readonly shape: "call";
  readonly __types?: { request: Request; reply: Reply };
}
export interface CastShape<Body> extends About {
  readonly shape: "cast";
  readonly __types?: { body: Body };
}
/** `Down` are chunks from the receiver of the opening message to its sender (a watch's events); `Up` go the other way (stdin). */
export interface StreamShape<Request, Down, Up> extends About {
  readonly shape: "stream";
  readonly __types?: { request: Request; down: Down; up: Up };
}

export const call = <Request, Reply>(about: About): CallShape<Request, Reply> => ({ shape: "call", ...about });
export const cast = <Body>(about: About): CastShape<Body> => ({ shape: "cast", ...about });
export const stream = <Request, Down, Up = never>(about: About): StreamShape<Request, Down, Up> => ({
  shape: "stream",
  ...about,
});

// biome-ignore lint/suspicious/noExplicitAny: the bound of a table of declarations, whatever their bodies
export type AnyShape = CallShape<any, any> | CastShape<any> | StreamShape<any, any, any>;

/** A declaration in its actor's table: the shape, its name and who accepts it. */
export type Declared<Shape extends AnyShape> = Shape & { readonly name: string; readonly role: Role };

export type MessageTable = Readonly<Record<string, Declared<AnyShape>>>;

/** Declares what the actors of one role accept. The keys are the names of the messages on the wire. */
export function declareMessages<Shapes extends Record<string, AnyShape>>(
  role: Role,
  shapes: Shapes,
): { readonly [Name in keyof Shapes]: Declared<Shapes[Name]> } {
  const table: Record<string, Declared<AnyShape>> = {};
  for (const [name, shape] of Object.entries(shapes)) {
    table[name] = { ...shape, name, role };
  }
  return table as { readonly [Name in keyof Shapes]: Declared<Shapes[Name]> };
}

/** The answer to one call; exactly one of the two is called, once. A second answer is ignored and traced. */
export interface Responder<Reply> {
  ok(reply: Reply): void;
  error(error: WireError): void;
}

export interface Received {
  readonly from: Address;
  readonly fromIncarnation: number;
}

/** The event that a declared message becomes when it reaches the chart that accepts it. */
export type IncomingOf<Name, Shape> =
  Shape extends CallShape<infer Request, infer Reply>
    ? Received & {
        readonly type: Name;
        readonly request: Request;
        readonly respond: Responder<Reply>;
        readonly deadlineMs: number;
      }
    : Shape extends StreamShape<infer Request, infer Down, infer Up>
      ? Received & { readonly type: Name; readonly request: Request; readonly stream: OutgoingStream<Down, Up> }
      : Shape extends CastShape<infer Body>
        ? Received & { readonly type: Name; readonly body: Body }
        : never;

/** The union of events that a table of messages gives its actor. */
export type Incoming<Table> = { [Name in keyof Table]: IncomingOf<Name, Table[Name]> }[keyof Table];
