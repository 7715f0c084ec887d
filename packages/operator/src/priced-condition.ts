import { compareText } from '@fairlead/base'
import type { PlannedCondition } from '@fairlead/config'
import type { ReplicaFindings } from './replica-findings.ts'

/** As many as the status holds. */
const unpricedMax = 32
const namedMax = 8

/** The models that were called on these gateways without a known price, as provider and model. */
export function unpricedOn(
  gateways: readonly string[],
  findings: ReplicaFindings,
): readonly string[] {
  const reported = gateways.flatMap((gateway) =>
    findings.liveOf(gateway).flatMap(({ unpriced }) => unpriced ?? []),
  )
  return [...new Set(reported)].toSorted(compareText).slice(0, unpricedMax)
}

/** `Priced` of a PriceBook: False while models without a known price have been called. */
export function pricedCondition(
  gateways: readonly string[],
  findings: ReplicaFindings,
): PlannedCondition {
  const type = 'Priced'
  const unpriced = unpricedOn(gateways, findings)
  if (unpriced.length > 0) {
    const more = unpriced.length - namedMax
    const names = unpriced.slice(0, namedMax).join(', ') + (more > 0 ? ` and ${more} more` : '')
    const message = `No price is known for ${names}: add one to spec.prices, or to spec.models of the LLMProvider`
    return { type, status: 'False', reason: 'UnpricedModels', message }
  }
  if (!gateways.some((gateway) => findings.liveOf(gateway).length > 0)) {
    return { type, status: 'Unknown', reason: 'NoReplicas', message: 'No replica has reported' }
  }
  const message = 'The price of every model that was called is known'
  return { type, status: 'True', reason: 'Priced', message }
}
