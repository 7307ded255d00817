/** Notes at a Secret that its token was used, as the API server itself. */
import { lastUsedLabel } from "../../../../src/api/legacy-tokens.js";
import type { Secret } from "../../../../src/api/types.js";
import type { Server } from "../../server.js";
import { ownUser } from "../users.js";

export function noteUse(server: Server, { metadata }: Secret, day: string, onNoted: () => void): void {
  const { namespace = "", name = "", uid } = metadata;
  server.run(
    {
      verb: "patch",
      user: ownUser,
      fieldManager: "kube-apiserver",
      path: { group: "", version: "v1", resource: "secrets", namespace, name },
      patchType: "application/merge-patch+json",
      patch: { metadata: { ...(uid === undefined ? {} : { uid }), labels: { [lastUsedLabel]: day } } },
      options: {},
    },
    (outcome) => {
      if (!outcome.ok)
        server.host.note(`that the token of ${namespace}/${name} is used cannot be noted: ${outcome.error.status.message}`);
      onNoted();
    },
  );
}
