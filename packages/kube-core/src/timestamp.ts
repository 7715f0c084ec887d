/** A timestamp in Kubernetes' format: RFC 3339, whole seconds, UTC. */
export function timestamp(nowMs: number): string {
  return `${new Date(nowMs).toISOString().slice(0, -'.000Z'.length)}Z`
}

/** A time as Leases and Events hold it (`metav1.MicroTime`): RFC 3339, microseconds, UTC. */
export function microTimestamp(nowMs: number): string {
  return new Date(nowMs).toISOString().replace('Z', '000Z')
}
