/**
 * What the fields of the most used kinds are for, in a sentence each: `kubectl explain` shows them. By type, one field a
 * line; a line without a colon at its start is about the type itself.
 */
const texts: Readonly<Record<string, string>> = {
  ObjectMeta: `
What every stored object says about itself: its name, where it is, and who looks after it.
annotations: Notes for people and tools, as keys and values; nothing can be selected by them.
creationTimestamp: When the API server first stored the object.
deletionGracePeriodSeconds: How long the object is given to end in order, once its deletion has begun.
deletionTimestamp: When the object is due to go; set by the API server when a deletion begins.
finalizers: Who still has something to do before the object may go; it goes when the list is empty.
generateName: The beginning of a name that the API server completes with random letters.
generation: A number that grows whenever what is asked for changes.
labels: Keys and values that objects are selected by.
managedFields: Which writer owns which fields, kept by the API server for server-side apply.
name: The name of the object, unique among those of its kind in its namespace.
namespace: The namespace that the object is in; kinds of the whole cluster have none.
ownerReferences: The objects that this one belongs to; it is deleted when none of them is left.
resourceVersion: Names the state of the object; to be sent back unchanged with an update.
uid: Tells this object from every other one, also from a later one of the same name.`,
  Pod: `
One or more containers that run together on one node and share its network address and volumes.
spec: What is to run, and how.
status: How it runs, as the kubelet of its node last reported.`,
  PodSpec: `
What a pod is to run and under which conditions.
activeDeadlineSeconds: How long the pod may be active before it is ended as failed.
affinity: Which nodes and which other pods it should be near to or away from.
automountServiceAccountToken: Whether a token of the service account is mounted into the containers.
containers: The containers that run side by side; at least one.
dnsPolicy: Where the containers' name server comes from.
hostNetwork: Use the network of the node instead of one of the pod's own.
hostname: The host name inside of the pod, where it is not to be the pod's name.
imagePullSecrets: Secrets in the namespace with which private images are fetched.
initContainers: Containers that run to their end one after the other before the others start.
nodeName: The node that the pod is bound to; normally set by the scheduler.
nodeSelector: Labels that a node must have for the pod to run there.
priorityClassName: The class that says how important the pod is to the scheduler.
restartPolicy: Whether containers that end are started again: Always, OnFailure or Never.
schedulerName: The scheduler that is to place the pod.
securityContext: The user, groups and privileges that all containers have unless they say otherwise.
serviceAccountName: The service account that the pod runs as.
terminationGracePeriodSeconds: How long containers have to end after the first signal before they are killed.
tolerations: The taints of nodes that do not keep the pod away.
topologySpreadConstraints: How evenly pods like this one are to be spread over zones or nodes.
volumes: Storage that the containers may mount.`,
  PodStatus: `
How a pod is, as the kubelet sees it.
conditions: Whether the pod is scheduled, initialized and ready, each with a reason.
containerStatuses: How each container is.
hostIP: The address of the pod's node.
message: Why the pod is as it is, for people to read.
phase: Where the pod is in its life: Pending, Running, Succeeded, Failed or Unknown.
podIP: The address of the pod.
qosClass: How the pod fares when its node runs short: Guaranteed, Burstable or BestEffort.
reason: Why the pod is as it is, in a word.
startTime: When the kubelet accepted the pod.`,
  Container: `
One program of a pod, with its image.
args: Arguments to the program; the image's own where none are given.
command: The program and its first arguments; the image's entry point where none is given.
env: Environment variables of the program.
envFrom: ConfigMaps and Secrets whose keys all become environment variables.
image: The image to run, by its name in a registry.
imagePullPolicy: When the image is fetched: Always, IfNotPresent or Never.
lifecycle: What is done right after the container starts and before it is stopped.
livenessProbe: A check that has the container started again when it fails.
name: The name of the container, unique in its pod.
ports: The ports that the container listens on.
readinessProbe: A check that takes the pod out of its Services while it fails.
resources: How much CPU and memory the container asks for and may use.
restartPolicy: For init containers: Always makes a sidecar that goes on running.
securityContext: The user and privileges of this container.
startupProbe: A check that holds the others back until the container has started.
stdin: Keep the input of the program open for somebody to attach to.
terminationMessagePath: The file whose content becomes the container's last message.
tty: Give the program a terminal.
volumeMounts: Where the volumes of the pod are in this container's file system.
workingDir: The directory that the program starts in.`,
  ContainerPort: `
A port that a container listens on.
containerPort: The number of the port.
hostPort: A port of the node that leads to this one.
name: A name for the port, for Services and probes to refer to.
protocol: TCP, UDP or SCTP.`,
  EnvVar: `
An environment variable.
name: The name of the variable.
value: Its value; other variables may be named in it as $(NAME).
valueFrom: Where its value comes from instead.`,
  Probe: `
A check of a container that is made again and again.
exec: Runs a command in the container; exit code 0 is success.
failureThreshold: So many failures in a row count.
grpc: Asks a gRPC health service.
httpGet: Sends an HTTP request; a status from 200 to 399 is success.
initialDelaySeconds: How long to wait after the start before the first check.
periodSeconds: How often to check.
successThreshold: So many successes in a row count after a failure.
tcpSocket: Opens a connection; that it opens is success.
timeoutSeconds: After how long an unanswered check has failed.`,
  ResourceRequirements: `
What a container asks for and what it may use at most.
limits: The most of each resource that may be used.
requests: How much of each resource the scheduler sets aside.`,
  Volume: `
Storage that the containers of a pod may mount, under a name.
configMap: The keys of a ConfigMap as files.
emptyDir: A directory that begins empty and goes with the pod.
hostPath: A path of the node itself.
name: The name that containers mount it by.
persistentVolumeClaim: Storage that a claim in the namespace has got.
projected: Several sources in one directory.
secret: The keys of a Secret as files.`,
  VolumeMount: `
Where a volume is in a container.
mountPath: The path in the container.
name: The name of the volume.
readOnly: Whether nothing may be written there.
subPath: A path inside of the volume to mount instead of its root.`,
  PodTemplateSpec: `
What pods that are made from it look like.
metadata: Labels and annotations of the pods.
spec: What the pods run.`,
  Deployment: `
Keeps a number of equal pods running and replaces them step by step when their template changes.
spec: How many pods of which kind there are to be.
status: How many there are.`,
  DeploymentSpec: `
How many pods of which kind there are to be, and how they are replaced.
minReadySeconds: How long a pod must be ready before it counts as available.
paused: Leave the pods as they are although the template changes.
progressDeadlineSeconds: After how long without progress a change of the template has failed.
replicas: How many pods there are to be.
revisionHistoryLimit: How many old ReplicaSets are kept to go back to.
selector: The labels by which the Deployment knows its pods; it cannot be changed.
strategy: How old pods make way for new ones.
template: What the pods look like.`,
  DeploymentStrategy: `
How old pods make way for new ones.
rollingUpdate: How many pods there may be too many or too few meanwhile.
type: RollingUpdate replaces them step by step, Recreate ends all of them first.`,
  ReplicaSet: `
Keeps a number of equal pods running; usually a Deployment looks after it.
spec: How many pods of which kind there are to be.
status: How many there are.`,
  StatefulSet: `
Keeps pods with names and storage of their own running, in order.
spec: How many pods of which kind there are to be.
status: How many there are.`,
  StatefulSetSpec: `
How many pods there are to be, what they look like and which storage each of them has.
podManagementPolicy: Whether pods come one after the other (OrderedReady) or all at once (Parallel).
replicas: How many pods there are to be.
selector: The labels by which the set knows its pods.
serviceName: The headless Service that gives each pod a name of its own.
template: What the pods look like.
updateStrategy: How pods are replaced when the template changes.
volumeClaimTemplates: Claims of storage that are made for each pod.`,
  DaemonSet: `
Keeps one pod running on every node, or on every node that fits.
spec: What the pods look like.
status: On how many nodes they run.`,
  DaemonSetSpec: `
What runs on every node.
selector: The labels by which the set knows its pods.
template: What the pods look like; its node selector says which nodes fit.
updateStrategy: How pods are replaced when the template changes.`,
  Job: `
Runs pods until enough of them have succeeded.
spec: What is to run, and how often.
status: How many pods are active, have succeeded and have failed.`,
  JobSpec: `
What is to run, how often and at how many places at once.
activeDeadlineSeconds: After how long the Job has failed, whatever its pods do.
backoffLimit: How many failures are made up for before the Job has failed.
completionMode: NonIndexed counts successes; Indexed gives each pod a number to do.
completions: How many pods have to succeed.
parallelism: How many pods may run at once.
suspend: Run nothing for the time being.
template: What the pods look like.
ttlSecondsAfterFinished: How long after its end the Job is deleted.`,
  CronJob: `
Makes a Job at the times of a schedule.
spec: When, and what Job.
status: When it last did.`,
  CronJobSpec: `
When Jobs are made and what they look like.
concurrencyPolicy: Whether a Job may start while the last one runs: Allow, Forbid or Replace.
failedJobsHistoryLimit: How many Jobs that failed are kept.
jobTemplate: What the Jobs look like.
schedule: The times, as cron has them: minute, hour, day, month, day of the week.
startingDeadlineSeconds: How late a Job may start that missed its time.
successfulJobsHistoryLimit: How many Jobs that succeeded are kept.
suspend: Make no Jobs for the time being.
timeZone: The time zone that the schedule is in.`,
  Service: `
One stable address for a changing set of pods.
spec: Which pods, and at which ports.
status: The addresses outside of the cluster, where there are any.`,
  ServiceSpec: `
Which pods a Service leads to and how it is reached.
clusterIP: The address inside of the cluster; None for a headless Service.
externalName: The name outside of the cluster that the Service stands for.
externalTrafficPolicy: Whether traffic from outside may go on to pods of other nodes.
loadBalancerClass: Which load balancer is to serve it.
ports: The ports of the Service.
publishNotReadyAddresses: Count pods in that are not ready.
selector: The labels of the pods that it leads to.
sessionAffinity: Whether a client always comes to the same pod: None or ClientIP.
type: ClusterIP, NodePort, LoadBalancer or ExternalName.`,
  ServicePort: `
A port of a Service.
appProtocol: What is spoken there, as a hint.
name: The name of the port; needed where there are several.
nodePort: The port of every node that leads here.
port: The port of the Service.
protocol: TCP, UDP or SCTP.
targetPort: The port of the pods, by number or name.`,
  ConfigMap: `
Settings that are not secret, as keys and values.
binaryData: Values that are no text, in base64.
data: Values that are text.
immutable: Whether the values can never be changed again.`,
  Secret: `
Passwords, tokens and keys.
data: The values, in base64.
immutable: Whether the values can never be changed again.
stringData: Values as text, for writing only; they are taken over into data.
type: What the Secret is for, which says what keys it must have.`,
  Namespace: `
A part of the cluster with names of its own.
spec: Who still has to clear up before it may go.
status: Whether it is Active or Terminating.`,
  ServiceAccount: `
Somebody that pods act as.
automountServiceAccountToken: Whether pods that run as it get a token.
imagePullSecrets: Secrets with which its pods fetch private images.
secrets: Secrets that its pods may mount, where that is enforced.`,
  Node: `
A machine that runs pods.
spec: What the cluster wants of it.
status: How it is and how much it has.`,
  NodeSpec: `
What the cluster wants of a node.
podCIDR: The range of addresses of its pods.
providerID: What it is called where it comes from.
taints: What keeps pods away that do not tolerate it.
unschedulable: Place no new pods on it.`,
  Ingress: `
Leads requests from outside, by host and path, to Services.
spec: Which requests go where.
status: The addresses where it is reached.`,
  IngressSpec: `
Which requests go where.
defaultBackend: Where requests go that no rule fits.
ingressClassName: Which controller is to serve it.
rules: Hosts and paths, and where they lead.
tls: Certificates for hosts.`,
  PersistentVolumeClaim: `
Asks for storage.
spec: How much storage of which kind is asked for.
status: What was got.`,
  PersistentVolumeClaimSpec: `
How much storage of which kind is asked for.
accessModes: How it is to be mounted: by one node or many, to read or to write.
resources: How much.
selector: The labels of the volumes that may be taken.
storageClassName: The class of storage.
volumeMode: Filesystem or Block.
volumeName: The volume that was got.`,
  PersistentVolume: `
A piece of storage in the cluster.
spec: Where it is, how much there is and who has it.
status: Whether it is free or taken.`,
  LabelSelector: `
Selects objects by their labels; all that it says must hold.
matchExpressions: What must hold of labels, by key, operator and values.
matchLabels: Labels that objects must have.`,
  OwnerReference: `
The object that another one belongs to.
apiVersion: The group and version of the owner.
blockOwnerDeletion: Whether the owner has to wait for this object when it is deleted in the foreground.
controller: Whether the owner is the one that looks after this object.
kind: The kind of the owner.
name: The name of the owner.
uid: The uid of the owner.`,
};

export interface Description {
  readonly type: string | undefined;
  readonly fields: ReadonlyMap<string, string>;
}

const known = new Map<string, Description>();

/** What is said of a type and its fields; undefined when nothing is. */
export function descriptionOf(typeName: string): Description | undefined {
  const found = known.get(typeName);
  if (found !== undefined) return found;
  const text = Object.hasOwn(texts, typeName) ? texts[typeName] : undefined;
  if (text === undefined) return undefined;
  const [first = "", ...lines] = text.trim().split("\n");
  const fields = new Map(
    lines.map((line) => {
      const colon = line.indexOf(": ");
      return [line.slice(0, colon), line.slice(colon + 2)] as const;
    }),
  );
  const made = { type: first, fields };
  known.set(typeName, made);
  return made;
}

/** The types that something is said of. */
export const describedTypes = (): string[] => Object.keys(texts);

/** Said of every kind. */
export const commonFields: ReadonlyMap<string, string> = new Map([
  ["apiVersion", "The group and version that this object is written in."],
  ["kind", "The kind of this object, in CamelCase."],
  ["metadata", "What the object says about itself: name, namespace, labels and so on."],
]);
