/**
 * Which objects belong to a node because pods on it refer to them: pods by node, and what each refers to, kept up as the watch
 * cache changes. What a pod refers to is found out when it is first asked for.
 */
import { builtinResources } from "../../../../src/api/kinds.js";
import { storageKey, storagePrefix } from "../../../../src/api/paths.js";
import { type Referred, referencesOf, referenceTo } from "../../../../src/api/pod-references.js";
import type { PersistentVolume, Pod, UntypedObject } from "../../../../src/api/types.js";
import type { WatchCache } from "../../watch-cache/cache.js";
import type { CacheEvent } from "../../watch-cache/cache-event.js";
import type { StoredObject } from "../../watch-cache/stored-object.js";

const core = (plural: string) => builtinResources().preferred("", plural)!;
const podResource = core("pods");
const podPrefix = storagePrefix(podResource);
const volumePrefix = storagePrefix(core("persistentvolumes"));

interface PodOnNode {
  stored: StoredObject;
  /** What `references` was found out from; a newer pod refers to at least as much. */
  readFrom: StoredObject | undefined;
  references: ReadonlySet<string>;
}

export class NodeGraph {
  /** By node, then by key; empty until the first question. */
  private readonly nodes = new Map<string, Map<string, PodOnNode>>();
  private follows = false;

  constructor(private readonly cache: WatchCache) {}

  hasPod(node: string, namespace: string, name: string): boolean {
    return this.podsOf(node).has(storageKey(podResource, namespace, name));
  }

  /** True when a pod on the node refers to the object. */
  refers(node: string, resource: Referred, namespace: string, name: string): boolean {
    const reference = referenceTo(resource, name);
    const pods = [...this.podsOf(node).values()].filter(({ stored }) => stored.namespace === namespace);
    // The spec of a pod keeps what it refers to, so what was found out before still holds.
    return pods.some(({ references }) => references.has(reference)) || pods.some((pod) => readAgain(pod).has(reference));
  }

  /** A volume belongs to a node when it is bound to a claim that a pod there refers to. */
  hasVolume(node: string, name: string): boolean {
    const volume = this.object<PersistentVolume>(core("persistentvolumes"), "", name);
    const claim = volume?.spec?.claimRef;
    return claim !== undefined && this.refers(node, "persistentvolumeclaims", claim.namespace ?? "", claim.name ?? "");
  }

  /** True when a volume that belongs to the node needs the secret. A claim need not know yet which volume is its own. */
  volumesRefer(node: string, namespace: string, name: string): boolean {
    for (const { object } of this.cache.store(volumePrefix).from(volumePrefix)) {
      const volume = object as PersistentVolume;
      const secrets = volumeSecrets(volume, volume.spec?.claimRef?.namespace ?? "");
      if (secrets.includes(`${namespace}/${name}`) && this.hasVolume(node, volume.metadata.name ?? "")) return true;
    }
    return false;
  }

  /** Any object by its resource, for questions that the object itself answers. */
  object<T>(resource: Parameters<typeof storageKey>[0], namespace: string, name: string): T | undefined {
    return this.cache.get(storageKey(resource, namespace, name))?.object as (UntypedObject & T) | undefined;
  }

  private podsOf(node: string): ReadonlyMap<string, PodOnNode> {
    if (!this.follows) this.follow();
    return this.nodes.get(node) ?? new Map();
  }

  private follow(): void {
    this.follows = true;
    const pods = this.cache.store(podPrefix);
    const readAll = (): void => {
      this.nodes.clear();
      for (const stored of pods.from(podPrefix)) this.put(stored);
    };
    pods.followers.push({ changed: (event) => this.changed(event), replaced: readAll });
    readAll();
  }

  private changed({ current, previous }: CacheEvent): void {
    if (previous !== undefined && (current === undefined || current.nodeName !== previous.nodeName)) {
      const pods = this.nodes.get(previous.nodeName);
      pods?.delete(previous.key);
      if (pods?.size === 0) this.nodes.delete(previous.nodeName);
    }
    if (current !== undefined) this.put(current);
  }

  private put(stored: StoredObject): void {
    const { nodeName, key } = stored;
    if (nodeName === "") return;
    const pods = this.nodes.get(nodeName) ?? new Map<string, PodOnNode>();
    this.nodes.set(nodeName, pods);
    const known = pods.get(key);
    if (known === undefined) pods.set(key, { stored, readFrom: undefined, references: new Set() });
    else known.stored = stored;
  }
}

/** What a pod refers to as it is now. */
function readAgain(pod: PodOnNode): ReadonlySet<string> {
  const { stored } = pod;
  if (pod.readFrom === stored) return pod.references;
  pod.references = referencesOf(stored.object as Pod);
  pod.readFrom = stored;
  stored.forget();
  return pod.references;
}

/** `namespace/name` of the secrets that a volume's driver is given on the node. */
function volumeSecrets({ spec }: PersistentVolume, claimNamespace: string): string[] {
  const { azureFile, cephfs, csi, flexVolume, iscsi, rbd, scaleIO, storageos } = spec ?? {};
  const ofAzure =
    azureFile === undefined ? [] : [{ name: azureFile.secretName, namespace: azureFile.secretNamespace ?? claimNamespace }];
  const drivers = [cephfs, flexVolume, iscsi, rbd, scaleIO, storageos].filter((each) => each !== undefined);
  const ofDrivers = drivers.flatMap(({ secretRef }) => (secretRef === undefined ? [] : [secretRef]));
  const ofCsi = [csi?.nodePublishSecretRef, csi?.nodeStageSecretRef, csi?.nodeExpandSecretRef].filter(
    (each) => each !== undefined,
  );
  return [...ofAzure, ...ofDrivers, ...ofCsi].map((secret) => `${secret.namespace ?? claimNamespace}/${secret.name ?? ""}`);
}
