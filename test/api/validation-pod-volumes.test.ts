import { test } from "uvu";
import * as assert from "uvu/assert";
import { fieldErrorText } from "../../src/api/field-errors.js";
import type { Volume } from "../../src/api/types.js";
import { validateCreate } from "../../src/api/validation/validation.js";
import { kind, options, pod, volume } from "./validation-pods.js";

const at = (source: string): string => `spec.volumes[0].${source}`;

const sources: Array<[source: Omit<Volume, "name">, errors: string[]]> = [
  [
    { gitRepo: { repository: "", directory: "../x" } },
    [`${at("gitRepo.repository")}: Required value`, `${at("gitRepo.directory")}: Invalid value: "../x": must not contain '..'`],
  ],
  [
    { gcePersistentDisk: { pdName: "", partition: 256 } },
    [
      `${at("persistentDisk.pdName")}: Required value`,
      `${at("persistentDisk.partition")}: Invalid value: 256: must be between 1 and 255, inclusive`,
    ],
  ],
  [{ awsElasticBlockStore: { volumeID: "" } }, [`${at("awsElasticBlockStore.volumeID")}: Required value`]],
  [
    { iscsi: { targetPortal: "a", iqn: "x", lun: 256 } },
    [
      `${at("iscsi.iqn")}: Invalid value: "x": must be valid format starting with iqn, eui, or naa`,
      `${at("iscsi.lun")}: Invalid value: 256: must be between 0 and 255, inclusive`,
    ],
  ],
  [
    { iscsi: { targetPortal: "a", iqn: "iqn.2015-02.example.com:test", lun: 0, chapAuthSession: true } },
    [`${at("iscsi.secretRef")}: Required value`],
  ],
  [
    { glusterfs: { endpoints: "", path: "" } },
    [`${at("glusterfs.endpoints")}: Required value`, `${at("glusterfs.path")}: Required value`],
  ],
  [{ flocker: {} }, [`${at("flocker")}: Required value: one of datasetName and datasetUUID is required`]],
  [{ rbd: { monitors: [], image: "" } }, [`${at("rbd.monitors")}: Required value`, `${at("rbd.image")}: Required value`]],
  [
    { cinder: { volumeID: "", secretRef: {} } },
    [`${at("cinder.volumeID")}: Required value`, `${at("cinder.secretRef.name")}: Required value`],
  ],
  [{ cephfs: { monitors: [] } }, [`${at("cephfs.monitors")}: Required value`]],
  [
    { quobyte: { registry: "a", volume: "" } },
    [
      `${at("quobyte.registry")}: Invalid value: "a": must be a host:port pair or multiple pairs separated by commas`,
      `${at("quobyte.volume")}: Required value`,
    ],
  ],
  [{ fc: {} }, [`${at("fc.targetWWNs")}: Required value: must specify either targetWWNs or wwids, but not both`]],
  [
    { flexVolume: { driver: "", options: { "a.k8s.io/b": "c" } } },
    [
      `${at("flexVolume.driver")}: Required value`,
      `${at("flexVolume.options[a.k8s.io/b]")}: Invalid value: "a.k8s.io/b": kubernetes.io and k8s.io namespaces are reserved`,
    ],
  ],
  [
    { azureFile: { secretName: "", shareName: "" } },
    [`${at("azureFile.secretName")}: Required value`, `${at("azureFile.shareName")}: Required value`],
  ],
  [{ vsphereVolume: { volumePath: "" } }, [`${at("vsphereVolume.volumePath")}: Required value`]],
  [{ portworxVolume: { volumeID: "" } }, [`${at("portworxVolume.volumeID")}: Required value`]],
  [
    { azureDisk: { diskName: "d", diskURI: "x", kind: "Managed" } },
    [
      `${at("azureDisk.diskURI")}: Unsupported value: "x": supported values: "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}"`,
    ],
  ],
  [{ storageos: {} }, [`${at("storageos.volumeName")}: Required value`]],
  [
    { scaleIO: { gateway: "", system: "", secretRef: {} } },
    [
      `${at("scaleIO.gateway")}: Required value`,
      `${at("scaleIO.system")}: Required value`,
      `${at("scaleIO.volumeName")}: Required value`,
    ],
  ],
  [{ csi: { driver: "x", nodePublishSecretRef: {} } }, [`${at("csi.nodePublishSecretRef.name")}: Required value`]],
  [{ ephemeral: {} }, [`${at("ephemeral.volumeClaimTemplate")}: Required value`]],
  [
    { ephemeral: { volumeClaimTemplate: { spec: { accessModes: ["ReadWriteOnce"] } } } },
    [`${at("ephemeral.volumeClaimTemplate.spec.resources[storage]")}: Required value`],
  ],
  [
    {
      projected: {
        sources: [
          { configMap: { name: "a", items: [{ key: "k", path: "p" }] } },
          { secret: { name: "b", items: [{ key: "k", path: "p" }] } },
        ],
      },
    },
    [`${at("projected")}: Invalid value: "b": conflicting duplicate paths`],
  ],
  [
    { projected: { sources: [{ configMap: { name: "a" }, secret: { name: "b" } }] } },
    [`${at("projected.sources[0]")}: Forbidden: may not specify more than 1 volume type per source`],
  ],
  [{ emptyDir: {}, secret: { secretName: "s" } }, [`${at("secret")}: Forbidden: may not specify more than 1 volume type`]],
];

for (const [source, errors] of sources)
  test(`a volume from ${JSON.stringify(source)}`, () =>
    assert.equal(validateCreate(kind, pod(volume(source)), options).map(fieldErrorText), errors));

test.run();
