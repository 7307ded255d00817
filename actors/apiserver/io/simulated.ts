/** I/O of an API server in the simulation: no HTTP, and tokens that anybody could read and nobody checks but this signer. */
import { hash32 } from "../../../src/actor/random.js";
import { parseYaml } from "../../../src/api/yaml-text.js";
import { exactInteger } from "../../../src/json/integer.js";
import { readJson } from "../../../src/json/text.js";
import type { ApiServerConfig, ApiServerIo, HttpFront, ProcessFigures, TokenSigner } from "./io.js";
import { type Later, SimulatedWebhooks } from "./simulated-webhooks.js";
import type { TextParser } from "./text-parser.js";

export const simulatedConfig: ApiServerConfig = {
  serviceCidr: "10.96.0.0/16",
  podCidr: "10.244.0.0/16",
  nodePortRange: { from: 30_000, to: 32_767 },
  advertiseAddress: "10.0.0.1",
  advertisePort: 6443,
  issuer: "https://kubernetes.default.svc.cluster.local",
  certificateAuthority: "simulated",
  frontProxyAuthority: "simulated",
  debugPages: true,
};

/** Listens to nobody. */
const noHttp: HttpFront = {
  listen: (_handler, told) => told.onListening(0),
  close: (_graceMs, onClosed) => onClosed(),
};

const digest = (text: string): string => hash32(text).toString(16).padStart(8, "0");

/** `simulated.<digest>.<claims>`: the same claims give the same token. */
export function simulatedSigner(): TokenSigner {
  return {
    sign: (claims, onSigned) => {
      const text = encodeURIComponent(JSON.stringify(claims));
      onSigned({ ok: true, token: `simulated.${digest(text)}.${text}` });
    },
    publicKeys: [],
    verify: (token, onVerified) => {
      const [scheme, sum = ""] = token.split(".", 2);
      const text = token.slice(`${scheme}.${sum}.`.length);
      const valid = scheme === "simulated" && sum === digest(text);
      onVerified(valid ? readJson(decodeURIComponent(text)) : undefined);
    },
  };
}

/** Virtual time that reading takes: a megabyte takes a second. */
const charactersPerMs = 1_000;

const simulatedTexts = (later: Later): TextParser => ({
  parse: (text, onParsed) => {
    let stopped = false;
    later(text.length / charactersPerMs, () => {
      if (!stopped) onParsed(parseYaml(text, exactInteger));
    });
    return () => {
      stopped = true;
    };
  },
});

/** `later` is the clock of the API server; `webhooks` are what it can reach: none unless a test makes some. */
const simulatedFigures: ProcessFigures = {
  cpuSeconds: 0,
  startedAtSeconds: 0,
  residentBytes: 0,
  virtualBytes: undefined,
  openFiles: undefined,
  filesMost: undefined,
  heapBytes: 0,
};

export function simulatedApiServerIo(
  config: Partial<ApiServerConfig>,
  later: Later,
  webhooks: SimulatedWebhooks = new SimulatedWebhooks(),
): ApiServerIo {
  return {
    config: { ...simulatedConfig, ...config },
    http: noHttp,
    signer: simulatedSigner(),
    tokens: new Map(),
    process: () => simulatedFigures,
    webhooks: webhooks.client(later),
    texts: simulatedTexts(later),
  };
}
