/**
 * `attach`: the streams of a container's first process, from now on. Its input stays open for others unless it is to be read once:
 * whoever has no more to type is let go, and whoever typed at an input that is read once hears the process to its end.
 * Source: stdinOnce in https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#debugging
 */
import type { ExecProcess, ExecReader } from "../driver.js";
import type { WorkerContainer } from "./container.js";
import { asTerminalOutput, Terminal } from "./terminal.js";

/** An attached reader that is this far behind misses output: it is in the log, and the container does not wait. */
const behindBytesMost = 1024 * 1024;

export function attachTo(
  container: WorkerContainer,
  request: { readonly stdin: boolean; readonly tty: boolean },
  reader: ExecReader,
): ExecProcess {
  let behindBytes = 0;
  const give = (stream: "stdout" | "stderr", bytes: Uint8Array): void => {
    if (behindBytes > behindBytesMost) return;
    behindBytes += bytes.length;
    reader.onOutput(stream, bytes);
  };
  const detach = container.attach({
    ...reader,
    onExit: (exitCode) => reader.onExit(exitCode),
    onError: (error) => reader.onError(error),
    onOutput: (stream, bytes) => (request.tty ? give("stdout", asTerminalOutput(bytes)) : give(stream, bytes)),
  });
  const terminal = request.tty
    ? new Terminal({
        echo: (bytes) => give("stdout", bytes),
        line: (bytes) => container.writeStdin(bytes),
        end: () => container.closeStdin(),
        interrupt: () => container.signal("SIGINT"),
      })
    : undefined;
  return {
    write: (bytes) => (terminal === undefined ? container.writeStdin(bytes) : terminal.typed(bytes)),
    closeStdin: () => {
      if (!request.stdin) return;
      if (container.record.spec.stdinOnce && !request.tty) container.closeStdin();
      else {
        detach();
        reader.onExit(0);
      }
    },
    resize: (columns, rows) => container.resize(columns, rows),
    taken: (bytes) => {
      behindBytes -= bytes;
    },
    cancel: detach,
  };
}
