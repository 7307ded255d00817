/** A command's client over SPDY/3.1: a stream each for error, stdin, stdout, stderr and resize, which the client opens. */
import { type CommandProtocol, readResize } from "../../../http/exec-channels.js";
import type { ConnectRequest } from "../../../request.js";
import { SpdyConnection } from "../spdy/connection.js";
import type { SpdyStream, StreamListener } from "../spdy/stream.js";
import type { CommandInput, OpenClient } from "./command.js";
import { acceptSpdy, type Upgrade } from "./upgrade.js";

interface SpdyProtocol extends CommandProtocol {
  /** There is a stream for the size of the terminal. */
  readonly resizes: boolean;
}

const protocol = (name: string, version: number): SpdyProtocol => ({
  name,
  tellsStatus: version >= 4,
  opensFirst: false,
  resizes: version >= 3,
});

export const spdyProtocols: readonly SpdyProtocol[] = [
  protocol("v4.channel.k8s.io", 4),
  protocol("v3.channel.k8s.io", 3),
  protocol("v2.channel.k8s.io", 2),
  protocol("channel.k8s.io", 1),
];

/** A client has to have opened all of its streams within. */
const streamCreationMs = 30_000;
const streamTypes = ["error", "stdin", "stdout", "stderr", "resize"];
/** A size of a terminal takes some thirty bytes. */
const resizeTextMost = 1024;

export const commandOverSpdy =
  (upgrade: Upgrade, { name, resizes }: SpdyProtocol, options: ConnectRequest["options"]): OpenClient =>
  (command, onReady) => {
    const { stdin, stdout, stderr, tty } = options;
    const expected = ["error", stdin && "stdin", stdout && "stdout", stderr && "stderr", tty && resizes && "resize"].filter(
      (type) => typeof type === "string",
    );
    const streams = new Map<string, SpdyStream>();
    let onResume: () => void = () => undefined;
    const connection = new SpdyConnection(acceptSpdy(upgrade, name), {
      accepts: (headers) => streamTypes.includes(headers.get("streamtype") ?? ""),
      onStream: (stream) => {
        const type = stream.headers.get("streamtype") ?? "";
        streams.set(type, stream);
        stream.listen(listenerOf(type, stream, command, (resume) => (onResume = resume)));
        if (expected.every((each) => streams.has(each))) ready();
      },
      onClosed: () => {
        clearTimeout(timer);
        command.closed();
      },
    });
    const timer = setTimeout(() => connection.destroy(), streamCreationMs);
    const ready = (): void => {
      clearTimeout(timer);
      onReady({
        write: (type, data, onTaken) => streams.get(type)?.write(data, onTaken),
        finish: (text) => {
          if (text !== undefined) streams.get("error")?.write(Buffer.from(text));
          for (const stream of streams.values()) stream.end();
          connection.goAway();
        },
        resume: () => onResume(),
      });
    };
  };

const ignored: StreamListener = { onData: () => undefined, onEnd: () => undefined, onReset: () => undefined };

/** What a client says on one of its streams; `onFull` is given what resumes stdin when the command was behind. */
function listenerOf(
  type: string,
  stream: SpdyStream,
  command: CommandInput,
  onFull: (resume: () => void) => void,
): StreamListener {
  if (type === "stdin") {
    let owedBytes = 0;
    onFull(() => {
      stream.taken(owedBytes);
      owedBytes = 0;
    });
    return {
      onData: (stdin) => {
        if (command.input({ stdin })) stream.taken(stdin.length);
        else owedBytes += stdin.length;
      },
      onEnd: () => command.closeStdin(),
      onReset: () => command.closeStdin(),
    };
  }
  if (type !== "resize") return { ...ignored, onData: (data) => stream.taken(data.length) };
  let text = "";
  return {
    ...ignored,
    onData: (data) => {
      stream.taken(data.length);
      text = (text + Buffer.from(data).toString("latin1")).slice(-resizeTextMost);
      const end = text.lastIndexOf("}");
      if (end < 0) return;
      const size = readResize(text.slice(text.lastIndexOf("{", end), end + 1));
      text = text.slice(end + 1);
      if (size !== undefined) command.input(size);
    },
  };
}
