import { etcdDefinition } from "../../../actors/etcd/definition.js";
import type { Disk } from "../../../actors/etcd/io/disk.js";
import { openRealDisk } from "../../../actors/etcd/io/real-disk.js";
import { volatileDisk } from "../../../actors/etcd/io/volatile-disk.js";
import type { EtcdIo } from "../../../actors/etcd/service.js";
import type { EtcdSettings } from "../settings.js";
import { runWorker } from "../worker-entry.js";

const diskIn = (directory: string): Promise<Disk> =>
  new Promise((resolve, reject) =>
    openRealDisk(directory, (failure, disk) => (failure === undefined ? resolve(disk) : reject(new Error(failure.message)))),
  );

runWorker<EtcdIo, EtcdSettings>(etcdDefinition, async ({ settings: { directory, outlivesMachine } }) => {
  const disk = await diskIn(directory);
  return { disk: outlivesMachine ? disk : volatileDisk(disk) };
});
