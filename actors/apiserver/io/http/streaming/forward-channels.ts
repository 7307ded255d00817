/**
 * Forwarded connections over a WebSocket: for the n-th port channel 2n carries data and 2n + 1 errors. Each begins with the
 * number of its port, two bytes, the lower one first.
 */
import type { WebSocket } from "ws";
import type { ChannelProtocol } from "../../../http/exec-channels.js";
import type { ApiHandler, ConnectRequest } from "../../../request.js";
import { ChannelSocket } from "./channel-socket.js";
import { ForwardedPort, forwardProblem } from "./forwarded-port.js";

export function forwardOverChannels(
  handler: ApiHandler,
  connect: ConnectRequest,
  ports: readonly number[],
  client: WebSocket,
  protocol: ChannelProtocol,
): void {
  let left = ports.length;
  const socket = new ChannelSocket(client, protocol, {
    onMessage: ({ channel, data }) => {
      const port = channel % 2 === 0 ? forwarded[channel / 2] : undefined;
      if (port !== undefined && data.length > 0 && !port.write(data)) socket.pause();
    },
    onClosed: () => {
      for (const port of forwarded) port.abandon();
    },
  });
  ports.forEach((port, index) => {
    const number = Uint8Array.of(port & 0xff, port >>> 8);
    socket.send(2 * index, number);
    socket.send(2 * index + 1, number);
  });
  const forwarded = ports.map(
    (port, index) =>
      new ForwardedPort(handler, connect, port, {
        data: (bytes, onTaken) => socket.send(2 * index, bytes, onTaken),
        // There is no message for one end of a connection: with the one the other ends too.
        end: () => forwarded[index]?.end(),
        closed: (problem) => {
          if (problem !== undefined) socket.send(2 * index + 1, Buffer.from(forwardProblem(port, connect.path.name, problem)));
          left -= 1;
          if (left === 0) socket.close();
        },
        resume: () => socket.resume(),
      }),
  );
}
