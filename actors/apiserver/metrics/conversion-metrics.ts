import type { ConversionAsked, Conversions } from "../conversion/conversions.js";
import type { Registry } from "./registry.js";

/** Seconds: from a millisecond on, each twice the one before. */
const bounds = Array.from({ length: 15 }, (_, index) => 0.001 * 2 ** index);

/** Counts what is asked of webhooks that convert custom resources, by the names that kube-apiserver counts under. */
export function tellConversions(registry: Registry, conversions: Conversions): void {
  const requests = registry.counter("apiserver_conversion_webhook_request_total", "Conversions that a webhook was asked for.", [
    "result",
    "failure_type",
  ]);
  const durations = registry.histogram(
    "apiserver_conversion_webhook_duration_seconds",
    "Seconds that a webhook took to convert objects.",
    ["failure_type", "result"],
    bounds,
  );
  const ofDefinitions = registry.histogram(
    "apiserver_crd_conversion_webhook_duration_seconds",
    "Seconds that conversions of a definition's objects took.",
    ["crd_name", "from_version", "to_version", "succeeded"],
    bounds,
  );
  conversions.onAnswered = ({ definition, from, to, failure, tookMs }: ConversionAsked) => {
    const result = failure === undefined ? "success" : "failure";
    requests.of(result, failure ?? "").value += 1;
    durations.of(failure ?? "", result).observe(tookMs / 1_000);
    ofDefinitions.of(definition, from, to, String(failure === undefined)).observe(tookMs / 1_000);
  };
}
