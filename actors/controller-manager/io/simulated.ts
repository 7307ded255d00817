/** The controller manager's I/O in the simulation: it signs with no key at all, so that the same request gives the same text. */
import { encodeTextBase64 } from "../../../src/api/base64.js";
import { writeJson } from "../../../src/json/text.js";
import type { ControllerManagerIo } from "./io.js";

/** An ASN.1 sequence with nothing in it: enough for whoever looks no deeper than the form. */
const emptySequence = "MAA=";

export const simulatedControllerManagerIo = (given: Partial<ControllerManagerIo> = {}): ControllerManagerIo => ({
  clusterCidr: "10.244.0.0/16",
  nodeCidrMaskSize: 24,
  clusterCa: "",
  authority: {
    sign: () => ({ ok: true, certificate: `-----BEGIN CERTIFICATE-----\n${emptySequence}\n-----END CERTIFICATE-----\n` }),
  },
  volumes: { directory: "/var/lib/chartroom/volumes", work: (_work, onEnd) => onEnd({}) },
  signToken: (claims) => `simulated.${encodeTextBase64(writeJson(claims))}`,
  ...given,
});
