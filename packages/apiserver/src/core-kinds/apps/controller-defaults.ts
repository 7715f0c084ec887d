import { defaultTo, type MutableFields } from '../shared/defaulting.ts'

/** Revisions of its pods that a controller keeps. */
export function defaultRevisionHistory(spec: MutableFields): void {
  defaultTo(spec, 'revisionHistoryLimit', 10)
}

export function defaultReplicas(spec: MutableFields): void {
  defaultTo(spec, 'replicas', 1)
}
