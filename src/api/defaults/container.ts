import type {
  Container,
  EphemeralContainer,
  HTTPGetAction,
  LifecycleHandler,
  ObjectFieldSelector,
  Probe,
  ResourceFieldSelector,
} from "../generated/types.js";
import { defaultPullPolicy } from "../images.js";
import { type JsonObject, setField } from "../json-value.js";
import { canonicalQuantity } from "../quantity.js";

/** Defaults of containers, in place. Source: Container v1 core in the Kubernetes API reference. */

type QuantityMap = { [key: string]: string };

/** Quantities come back in canonical form, whatever form they were sent in. */
export const canonicaliseQuantities = (quantities: QuantityMap | undefined): void => {
  if (quantities === undefined) return;
  for (const key of Object.keys(quantities)) setField(quantities as JsonObject, key, canonicalQuantity(quantities[key]!));
};

export const defaultFieldRef = (ref: ObjectFieldSelector | undefined): void => {
  if (ref !== undefined) ref.apiVersion ??= "v1";
};

export const defaultResourceFieldRef = (ref: ResourceFieldSelector | undefined): void => {
  if (ref !== undefined) ref.divisor = canonicalQuantity(ref.divisor ?? "0");
};

const defaultHttpGet = (action: HTTPGetAction | undefined): void => {
  if (action === undefined) return;
  action.path ||= "/";
  action.scheme ||= "HTTP";
};

const defaultProbe = (probe: Probe | undefined): void => {
  if (probe === undefined) return;
  defaultHttpGet(probe.httpGet);
  if (probe.grpc !== undefined) probe.grpc.service ??= "";
  probe.timeoutSeconds ||= 1;
  probe.periodSeconds ||= 10;
  probe.successThreshold ||= 1;
  probe.failureThreshold ||= 3;
};

const defaultHandler = (handler: LifecycleHandler | undefined): void => defaultHttpGet(handler?.httpGet);

export const defaultContainer = (container: Container | EphemeralContainer): void => {
  if (container.image !== undefined) container.imagePullPolicy ||= defaultPullPolicy(container.image);
  else container.imagePullPolicy ||= "IfNotPresent";
  container.terminationMessagePath ||= "/dev/termination-log";
  container.terminationMessagePolicy ||= "File";
  container.resources ??= {};
  canonicaliseQuantities(container.resources.limits);
  canonicaliseQuantities(container.resources.requests);
  for (const port of container.ports ?? []) port.protocol ||= "TCP";
  for (const variable of container.env ?? []) {
    defaultFieldRef(variable.valueFrom?.fieldRef);
    defaultResourceFieldRef(variable.valueFrom?.resourceFieldRef);
  }
  defaultProbe(container.livenessProbe);
  defaultProbe(container.readinessProbe);
  defaultProbe(container.startupProbe);
  defaultHandler(container.lifecycle?.postStart);
  defaultHandler(container.lifecycle?.preStop);
};

/** A limit without a request is a request too; pods only, never their templates. */
export const requestWhatIsLimited = (container: Container): void => {
  const resources = container.resources;
  if (resources?.limits === undefined) return;
  const requests = resources.requests ?? {};
  for (const name of Object.keys(resources.limits)) {
    if (!Object.hasOwn(requests, name)) setField(requests as JsonObject, name, resources.limits[name]!);
  }
  resources.requests = requests;
};
