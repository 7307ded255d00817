/** A command's client over a WebSocket. */
import { type ChannelProtocol, channels, readClientMessage } from "../../../http/exec-channels.js";
import type { ConnectRequest } from "../../../request.js";
import { ChannelSocket } from "./channel-socket.js";
import type { OpenClient } from "./command.js";
import { acceptWebSocket, type Upgrade } from "./upgrade.js";

export const commandOverWebSocket =
  (upgrade: Upgrade, protocol: ChannelProtocol, { stdout, stderr }: ConnectRequest["options"]): OpenClient =>
  (command, onReady) =>
    acceptWebSocket(upgrade, protocol.name, (client) => {
      const socket = new ChannelSocket(client, protocol, {
        onMessage: (message) => {
          const said = readClientMessage(message);
          if (said === "closeStdin") command.closeStdin();
          else if (said !== undefined && !command.input(said)) socket.pause();
        },
        onClosed: () => command.closed(),
      });
      // An empty message on the first channel that can be written tells the client that it is connected.
      socket.send(stdout ? channels.stdout : stderr ? channels.stderr : channels.error, new Uint8Array(0));
      onReady({
        write: (stream, data, onTaken) => socket.send(channels[stream], data, onTaken),
        finish: (text) => {
          if (text !== undefined) socket.send(channels.error, Buffer.from(text));
          socket.close();
        },
        resume: () => socket.resume(),
      });
    });
