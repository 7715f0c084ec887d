import type { GatewayReport } from '@fairlead/gateway'
import type { KnowledgeOwner } from '../knowledge/knowledge-owner.ts'
import type { WorkerSlot } from './worker-slot.ts'
import type { ReportingReplica } from './replica-reporter.ts'

/** What workers report, with how the indexes of this machine stand. */
export class KnowledgeReports {
  readonly #owner: Pick<KnowledgeOwner, 'onReportChange' | 'report'>
  readonly #replicas = new WeakMap<object, ReportingReplica & { readonly index: number }>()

  constructor(owner: Pick<KnowledgeOwner, 'onReportChange' | 'report'>) {
    this.#owner = owner
  }

  /** The same for the same worker. */
  of(
    slot: Pick<WorkerSlot, 'index' | 'onReportChange' | 'report'>,
  ): ReportingReplica & { readonly index: number } {
    const known = this.#replicas.get(slot)
    if (known !== undefined) return known
    const replica = {
      index: slot.index,
      report: () => this.#withIndexes(slot.report()),
      onReportChange: (listener: () => void) => {
        const undo = [slot.onReportChange(listener), this.#owner.onReportChange(listener)]
        return () => undo.forEach((one) => one())
      },
    }
    this.#replicas.set(slot, replica)
    return replica
  }

  #withIndexes(report: GatewayReport): GatewayReport {
    const { knowledge } = report
    if (knowledge === undefined) return report
    return {
      ...report,
      knowledge: knowledge.map((one) => {
        const index = this.#owner.report(one.base)
        return index === undefined
          ? one
          : { ...index, generation: Math.min(index.generation, one.generation) }
      }),
    }
  }
}
