/**
 * What the server itself writes of volumes and claims: when a volume came into its phase (KEP-3762), and that a claim's data
 * source and its reference to one say the same (KEP-1495).
 */
import type { PersistentVolume, PersistentVolumeClaim } from "../generated/types.js";

export function datesFirstPhase(volume: PersistentVolume, { creationTimestamp }: { readonly creationTimestamp: string }): void {
  volume.status = { ...volume.status, lastPhaseTransitionTime: creationTimestamp };
}

/** Unless whoever changes the phase says when it changed. */
export function datesPhase(volume: PersistentVolume, old: PersistentVolume, now: string): void {
  const { phase, lastPhaseTransitionTime: said } = volume.status ?? {};
  if (phase === old.status?.phase || (said !== undefined && said !== old.status?.lastPhaseTransitionTime)) return;
  volume.status = { ...volume.status, lastPhaseTransitionTime: now };
}

export function alignsDataSources({ spec }: PersistentVolumeClaim): void {
  if (spec === undefined) return;
  const { dataSource, dataSourceRef } = spec;
  if (dataSource !== undefined && dataSourceRef === undefined) spec.dataSourceRef = { ...dataSource };
  if (dataSource !== undefined || dataSourceRef === undefined || dataSourceRef.namespace) return;
  const { namespace: _, ...local } = dataSourceRef;
  spec.dataSource = local;
}
