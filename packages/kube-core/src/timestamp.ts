/** A timestamp in Kubernetes' format: RFC 3339, whole seconds, UTC. */
export function timestamp(nowMs: number): string {
  return new Date(nowMs).toISOString().replace(/\.\d+Z$/, 'Z')
}
