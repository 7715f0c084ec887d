import type { LLMGatewayReplica } from '@fairlead/api'
import { bounded, type PlannedCondition } from '@fairlead/config'

/** A knowledge base as one replica has it. */
export type KnowledgeReport = NonNullable<LLMGatewayReplica['knowledge']>[number] & {
  /** Name of the replica. */
  readonly replica: string
}

/** What the status of a KnowledgeBase says of its index: that of the replica that is furthest behind. */
export function knowledgeFields(
  reports: readonly KnowledgeReport[],
): Readonly<Record<string, unknown>> {
  const { sources } = furthestBehind(reports) ?? {}
  if (sources === undefined) return {}
  return { documents: sumOf(sources, 'documents'), passages: sumOf(sources, 'passages'), sources }
}

/** `Ready` of a KnowledgeBase: True once every live replica can search all of its sources. */
export function readyCondition(
  reports: readonly KnowledgeReport[],
  generation: number,
): PlannedCondition {
  const type = 'Ready'
  const last = furthestBehind(reports)
  if (last === undefined) {
    return { type, status: 'Unknown', reason: 'NoReplicas', message: 'No replica has reported' }
  }
  const where = `(replica ${last.replica})`
  if (last.generation < generation) {
    const message = `The current spec is not served yet ${where}`
    return { type, status: 'False', reason: 'Indexing', message }
  }
  if (last.ready) {
    const passages = sumOf(last.sources ?? [], 'passages')
    const message = last.sources === undefined ? 'It is asked' : `${passages} passages are indexed`
    return { type, status: 'True', reason: 'Ready', message }
  }
  const failed = last.sources?.find(({ lastProblem }) => lastProblem !== undefined)
  if (failed !== undefined) {
    const message = bounded(`source ${failed.name}: ${failed.lastProblem ?? ''} ${where}`)
    return { type, status: 'False', reason: 'SourceFailed', message }
  }
  return last.message === undefined
    ? { type, status: 'False', reason: 'Indexing', message: `Its sources are being read ${where}` }
    : {
        type,
        status: 'False',
        reason: 'Unavailable',
        message: bounded(`${last.message} ${where}`),
      }
}

function furthestBehind(reports: readonly KnowledgeReport[]): KnowledgeReport | undefined {
  return reports.toSorted(
    (left, right) =>
      left.generation - right.generation ||
      Number(left.ready) - Number(right.ready) ||
      sumOf(left.sources ?? [], 'passages') - sumOf(right.sources ?? [], 'passages') ||
      (left.replica < right.replica ? -1 : 1),
  )[0]
}

function sumOf(
  sources: NonNullable<KnowledgeReport['sources']>,
  field: 'documents' | 'passages',
): number {
  return sources.reduce((sum, source) => sum + source[field], 0)
}
