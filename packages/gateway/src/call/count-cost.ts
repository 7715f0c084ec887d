import type { Runtime } from '../runtime/runtime.ts'
import { boundedName } from './bounded-name.ts'
import type { CallRecord } from './call-record.ts'
import type { Services } from './services.ts'
import type { SpentUsage } from './spent-usage.ts'

const others = 'other'

type CostServices = Pick<Services, 'metrics' | 'unpriced'>

/** Counts what a call has cost, by whom it is spent for, and at which providers. */
export function countCost(record: CallRecord, runtime: Runtime, services: CostServices): void {
  const { costNanodollars: nanodollars } = record
  countSpending(record, runtime, services)
  if (nanodollars === undefined) return
  const { consumers } = runtime.knownCallers
  const { consumer, prompt } = record
  services.metrics.costs.addFor(
    {
      consumer: consumer === '' || consumers.has(consumer) ? consumer : others,
      groups: countedGroups(record, runtime),
      prompt: prompt && `${prompt.namespace}/${prompt.name}`,
      promptVersion: prompt?.version,
    },
    nanodollars,
  )
}

/** Those that the configuration has; `other` once for all else. */
function countedGroups({ groups }: CallRecord, { knownCallers }: Runtime): readonly string[] {
  const counted: string[] = []
  let hasOthers = false
  for (const group of groups) {
    if (group !== others && knownCallers.groups.has(group)) counted.push(group)
    else hasOthers = true
  }
  if (hasOthers) counted.push(others)
  return counted
}

/** Counts what a call has cost at its providers alone. */
export function countSpending(record: CallRecord, runtime: Runtime, services: CostServices): void {
  const { costNanodollars, priceState, spent, target, usage } = record
  if (priceState === undefined) return
  const parts = spent.length > 0 || !target || !usage ? spent : [{ target, usage }]
  countParts(parts, costNanodollars, runtime, services)
}

/** Each part at its provider; the last one has what rounding the whole once has made of the rest. */
function countParts(
  parts: readonly SpentUsage[],
  total: number | undefined,
  runtime: Runtime,
  { metrics: { costs }, unpriced }: CostServices,
): void {
  let left = total
  for (const [index, { target, usage }] of parts.entries()) {
    const model = boundedName(target.model, runtime)
    const own = target.price?.cost(usage).nanodollars
    if (own === undefined) {
      costs.countUnpriced(target.provider.key, model)
      unpriced.note(target.provider.key, target.model)
    } else {
      const isLast = index === parts.length - 1
      costs.addAtProvider(target.provider.key, model, isLast ? Math.max(0, left ?? own) : own)
      left = left === undefined ? undefined : left - own
    }
  }
}
