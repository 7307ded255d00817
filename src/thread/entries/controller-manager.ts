import { controllerManagerDefinition } from "../../../actors/controller-manager/definition.js";
import type { ControllerManagerIo } from "../../../actors/controller-manager/io/io.js";
import { realVolumeDisk } from "../../../actors/controller-manager/io/volume-disk.js";
import { caSubject } from "../../pki/authority.js";
import { signRequest } from "../../pki/signing.js";
import { webTokenSigner } from "../../pki/web-token.js";
import type { ControllerManagerSettings } from "../settings.js";
import { runWorker } from "../worker-entry.js";

runWorker<ControllerManagerIo, ControllerManagerSettings>(controllerManagerDefinition, ({ settings }) => {
  const { authorityKey, serviceAccountKey, volumesDirectory, ...facts } = settings;
  const authority = { key: authorityKey, certificate: facts.clusterCa, subject: caSubject };
  return {
    ...facts,
    authority: { sign: (request, asked) => signRequest(authority, request, asked) },
    volumes: realVolumeDisk(volumesDirectory),
    signToken: webTokenSigner(serviceAccountKey),
  };
});
