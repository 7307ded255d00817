/** Every controller of the controller manager. */
import type { Host } from "../../src/actor/host.js";
import { certificateApprovingController } from "./controllers/certificates/approving.js";
import { certificateCleaner } from "./controllers/certificates/cleaning.js";
import { certificateSigningController } from "./controllers/certificates/signing.js";
import { cronJobController } from "./controllers/cronjob/controller.js";
import { daemonSetController } from "./controllers/daemonset/controller.js";
import { disruptionController } from "./controllers/disruption/controller.js";
import { endpointsController } from "./controllers/endpoints/controller.js";
import { endpointSliceController } from "./controllers/endpointslice/controller.js";
import { endpointSliceMirroringController } from "./controllers/endpointslice-mirroring/controller.js";
import { horizontalPodAutoscaler } from "./controllers/horizontal-pod-autoscaler/controller.js";
import { jobController } from "./controllers/job/controller.js";
import { resourceQuotaController } from "./controllers/resourcequota/controller.js";
import { roleAggregationController } from "./controllers/role-aggregation/controller.js";
import { serviceCidrController } from "./controllers/servicecidr/controller.js";
import { statefulSetController } from "./controllers/statefulset/controller.js";
import { tokenCleaner } from "./controllers/token-secrets/cleaning.js";
import { tokenSecretController } from "./controllers/token-secrets/controller.js";
import { ttlAfterFinishedController } from "./controllers/ttl-after-finished/controller.js";
import { admissionPolicyStatusController } from "./controllers/validatingadmissionpolicy/controller.js";
import { deploymentController } from "./deployment/controller.js";
import { Controller, type ControllerDefinition } from "./engine/controller.js";
import { controllerMachine } from "./engine/controller-machine.js";
import { Informers } from "./engine/informers.js";
import { garbageCollector } from "./garbage/controller.js";
import type { ControllerManagerIo } from "./io/io.js";
import { namespaceController } from "./namespace/controller.js";
import { evictionController, nodeIpamController, nodeLifecycleController } from "./node/controller.js";
import { podGcController } from "./pod-gc/controller.js";
import { replicaSetController, replicationController } from "./replicaset/controller.js";
import { rootCaController, serviceAccountController } from "./service-account/controller.js";
import { claimBindingController, volumeBindingController } from "./volumes/binding/controller.js";
import { ephemeralVolumeController } from "./volumes/ephemeral/controller.js";
import { expansionController } from "./volumes/expand/controller.js";
import { localPathProvisioningController, localPathRemovingController } from "./volumes/local-path/controller.js";
import { claimProtectionController, volumeProtectionController } from "./volumes/protection/controller.js";

/** The controllers that a pod waits for on its way. */
const urgentControllers = (host: Host, informers: Informers, io: ControllerManagerIo): ControllerDefinition[] => [
  deploymentController(informers),
  replicaSetController(informers),
  serviceAccountController(informers),
  nodeIpamController(informers, io),
  nodeLifecycleController(host, informers),
  endpointSliceController(informers),
  endpointsController(informers),
  rootCaController(informers, io.clusterCa),
];

/**
 * The controllers of less common workloads, and those that clear away. They look at many kinds, the garbage collector at
 * all, so they come in when the first rush is over. It is the last, since it finds no objects by indexes, and others do.
 */
const patientControllers = (host: Host, informers: Informers, io: ControllerManagerIo): ControllerDefinition[] => [
  endpointSliceMirroringController(informers),
  daemonSetController(informers),
  statefulSetController(informers),
  jobController(informers),
  ttlAfterFinishedController(informers),
  replicationController(informers),
  cronJobController(informers),
  namespaceController(informers),
  evictionController(host, informers),
  podGcController(informers),
  disruptionController(informers),
  horizontalPodAutoscaler(informers),
  roleAggregationController(informers),
  certificateApprovingController(informers),
  certificateSigningController(informers, io.authority),
  certificateCleaner(informers),
  tokenSecretController(informers, io),
  tokenCleaner(informers),
  resourceQuotaController(informers),
  serviceCidrController(informers),
  claimBindingController(informers),
  volumeBindingController(informers, io.volumes),
  claimProtectionController(informers),
  volumeProtectionController(informers),
  ephemeralVolumeController(informers),
  localPathProvisioningController(informers, io.volumes),
  localPathRemovingController(informers, io.volumes),
  expansionController(informers),
  admissionPolicyStatusController(informers),
  garbageCollector(informers),
];

/** The charts of the controllers, started when this actor leads and stopped when it does no longer. */
export class Controllers {
  private readonly informers: Informers;
  private readonly urgent: readonly ControllerDefinition[];
  private running: string[] = [];

  /** The caches fill from now on, so that leading can begin at once when it comes. */
  constructor(
    private readonly host: Host,
    private readonly io: ControllerManagerIo,
  ) {
    this.informers = new Informers(host);
    this.urgent = urgentControllers(host, this.informers, io);
  }

  startUrgent(): void {
    this.start(this.urgent);
  }

  startPatient(): void {
    this.start(patientControllers(this.host, this.informers, this.io));
  }

  private start(definitions: readonly ControllerDefinition[]): void {
    for (const definition of definitions) {
      const id = `controller ${definition.name}`;
      const { host, informers } = this;
      host.charts.start(controllerMachine, {
        id,
        input: { controller: (tell) => new Controller(host, informers, definition, tell) },
      });
      this.running.push(id);
    }
  }

  stop(): void {
    for (const id of this.running) this.host.charts.get(id)?.send({ type: "stop" });
    this.running = [];
  }
}
