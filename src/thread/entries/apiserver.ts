import { randomBytes } from "node:crypto";
import { apiserverDefinition } from "../../../actors/apiserver/definition.js";
import { auditLog } from "../../../actors/apiserver/io/audit-log.js";
import { HttpsFront } from "../../../actors/apiserver/io/http/server.js";
import { httpsWebhookClient } from "../../../actors/apiserver/io/https-webhook-client.js";
import type { ApiServerIo, HttpFront } from "../../../actors/apiserver/io/io.js";
import { processFigures } from "../../../actors/apiserver/io/process.js";
import { es256Signer } from "../../../actors/apiserver/io/token-signer.js";
import { bindingRules, reachableAt } from "../../../actors/runc/io/ports.js";
import type { ApiServerSettings } from "../settings.js";
import { ThreadedTextParser } from "../text-parser.js";
import { type Place, runWorker } from "../worker-entry.js";

const issuer = "https://kubernetes.default.svc.cluster.local";

/**
 * The front at the machine's address, which also tells the cluster once it listens; and at the address in the pod range,
 * by which pods reach it: where that may not be bound they reach it through the Service `kubernetes` no longer, and that is said.
 */
const fronts = (main: HttpFront, inCluster: HttpFront, place: Place<ApiServerSettings>): HttpFront => ({
  listen: (handler, told) => {
    main.listen(handler, {
      ...told,
      onListening: (port) => {
        place.announce({ port });
        told.onListening(port);
      },
    });
    inCluster.listen(handler, { onListening: () => undefined, onFailed: (problem) => place.host.note(problem) });
  },
  close: (graceMs, onClosed) => {
    let open = 2;
    const closed = () => {
      open -= 1;
      if (open === 0) onClosed();
    };
    main.close(graceMs, closed);
    inCluster.close(graceMs, closed);
  },
});

/** Each API server has an address of its own in the cluster, so all may have the same port there, as Endpoints want it. */
const advertisePort = 6443;

runWorker<ApiServerIo, ApiServerSettings>(apiserverDefinition, (place) => {
  const { host, advertiseAddress, port, serviceCidr, podCidr, nodePortRange, certificateAuthority, certificate, key } =
    place.settings;
  const { frontProxyAuthority, frontProxy } = place.settings;
  const signer = es256Signer(place.settings.serviceAccountKey);
  const { audit, debugPages } = place.settings;
  const ownToken = randomBytes(24).toString("base64url");
  const itself = { name: "system:apiserver", groups: ["system:masters", "system:authenticated"] };
  const tokens = new Map([...place.settings.tokens.map(({ token, user }) => [token, user] as const), [ownToken, itself]]);
  const reach = bindingRules();
  const reached = ({ host, port }: { host: string; port: number }) => {
    const { address, port: mapped } = reachableAt(reach, host, port);
    return { host: address, port: mapped };
  };
  const front = (at: { address: string; port: number }) =>
    new HttpsFront({
      host: at.address,
      port: at.port,
      certificate,
      privateKey: key,
      certificateAuthority,
      extensions: { reach: reached, identity: frontProxy },
      note: (text) => place.host.note(text),
    });
  const inCluster = reachableAt(reach, advertiseAddress, advertisePort);
  return {
    config: {
      serviceCidr,
      podCidr,
      nodePortRange,
      advertiseAddress,
      advertisePort,
      issuer,
      certificateAuthority,
      frontProxyAuthority,
      debugPages,
    },
    http: fronts(front({ address: host, port }), front(inCluster), place),
    signer,
    tokens,
    ...(audit === undefined ? {} : { audit: auditLog(audit.path, audit.policy, (text) => place.host.note(text)) }),
    process: processFigures,
    webhooks: httpsWebhookClient(reached, { ...frontProxy, token: ownToken }),
    texts: new ThreadedTextParser(new URL(place.settings.yamlEntry)),
  };
});
