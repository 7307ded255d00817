/** A rolling update that goes well, one that does not, and the way back. */
import { openStage, say, status } from "./stage.js";

interface DeploymentStatus {
  readonly observedGeneration: number;
  readonly updatedReplicas: number;
  readonly availableReplicas: number;
  readonly replicas: number;
}

const stage = await openStage();
const image = (tag: string) => ({
  spec: { template: { spec: { containers: [{ name: "bootcamp", image: `gcr.io/google-samples/kubernetes-bootcamp:${tag}` }] } } },
});
const broken = { spec: { template: { spec: { containers: [{ name: "bootcamp", image: "no such image" }] } } } };

/** Follows the rollout, and says each step of it. */
async function rolledOut(): Promise<void> {
  let told = "";
  await stage.until("the rollout is complete", async () => {
    const sets = await stage.list("replicaset");
    const line = sets
      .map((set) => ({
        revision: set.metadata.annotations?.["deployment.kubernetes.io/revision"] ?? "?",
        ...status<{ replicas: number; readyReplicas: number }>(set),
      }))
      .filter(({ replicas = 0 }) => replicas > 0)
      .sort((one, other) => Number(one.revision) - Number(other.revision))
      .map(({ revision, replicas, readyReplicas = 0 }) => `revision ${revision}: ${readyReplicas}/${replicas} ready`)
      .join(", ");
    if (line !== told) say(`    ${line}`);
    told = line;
    const deployment = await stage.get("deployment", "bootcamp");
    const { observedGeneration = 0, updatedReplicas, availableReplicas, replicas } = status<DeploymentStatus>(deployment);
    // The status may still be of the Deployment as it was before.
    if (observedGeneration < (deployment?.metadata.generation ?? 0)) return false;
    return updatedReplicas === 4 && availableReplicas === 4 && replicas === 4;
  });
}

try {
  say(`A rolling update and a rollback, on ${stage.world}.`);
  await stage.apply(`
apiVersion: apps/v1
kind: Deployment
metadata: { name: bootcamp }
spec:
  replicas: 4
  selector: { matchLabels: { app: bootcamp } }
  template:
    metadata: { labels: { app: bootcamp } }
    spec:
      containers:
        - { name: bootcamp, image: "gcr.io/google-samples/kubernetes-bootcamp:v1", ports: [{ containerPort: 8080 }] }
`);
  say("  version 1:");
  await rolledOut();
  say("  version 2, at most one more and one fewer than asked for at a time:");
  await stage.patch("deployment", "bootcamp", image("v2"));
  await rolledOut();
  say("  an image whose name is wrong: the rollout stops, and the old pods go on serving:");
  await stage.patch("deployment", "bootcamp", broken);
  await stage.until("a new pod cannot start", async () => {
    const pods = await stage.list("pod", "app=bootcamp");
    return pods.some((pod) =>
      JSON.stringify(status<{ containerStatuses: unknown }>(pod).containerStatuses ?? "").includes("InvalidImageName"),
    );
  });
  const { availableReplicas } = status<DeploymentStatus>(await stage.get("deployment", "bootcamp"));
  say(`    ${availableReplicas} of 4 replicas are available`);
  say("  and back, as kubectl rollout undo does:");
  await stage.patch("deployment", "bootcamp", image("v2"));
  await rolledOut();
} finally {
  await stage.end();
}
