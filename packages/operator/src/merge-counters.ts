import { compareText } from '@fairlead/base'
import type { LLMGatewayReplica, UsagePolicyCounter } from '@fairlead/api'
import { compareDecimals, decimalSum } from './decimal-sum.ts'
import type { ReplicaFindings } from './replica-findings.ts'
import { storesOf } from './state-stores.ts'

type ReportedCounter = NonNullable<LLMGatewayReplica['counters']>[number]

/** As many as the status holds. */
const countersMax = 16

/**
 * The fullest counters of a policy. Replicas that share a store report the same counter at different
 * moments: the greatest amounts are taken. Those of different stores are added. A window that has ended
 * counts nothing.
 */
export function mergeCounters(
  policyKey: string,
  gateways: readonly string[],
  { findings, nowMs }: { readonly findings: ReplicaFindings; readonly nowMs: number },
): readonly UsagePolicyCounter[] {
  const counters = new Map<string, UsagePolicyCounter>()
  for (const replicas of storesOf(gateways, findings).values()) {
    for (const [key, found] of countersInStore(policyKey, replicas)) {
      const counter = withRunning(found)
      if (counter.resetsAt !== undefined && Date.parse(counter.resetsAt) <= nowMs) continue
      const other = counters.get(key)
      counters.set(key, other === undefined ? counter : combined(counter, other, sum))
    }
  }
  return [...counters.values()].toSorted(compareFullness).slice(0, countersMax)
}

function countersInStore(
  policyKey: string,
  replicas: readonly LLMGatewayReplica[],
): ReadonlyMap<string, StoredCounter> {
  const counters = new Map<string, StoredCounter>()
  for (const counter of replicas.flatMap((replica) => replica.counters ?? [])) {
    if (counter.policy !== policyKey) continue
    const key = JSON.stringify([counter.limit, counter.subject])
    const other = counters.get(key)
    const own = withoutPolicy(counter)
    counters.set(key, other === undefined ? own : sameWindow(own, other))
  }
  return counters
}

/**
 * Of two reports on one counter the one of the later window, or the greatest amounts. The calls of the
 * replicas are different ones: what they may still use is added.
 */
function sameWindow(left: StoredCounter, right: StoredCounter): StoredCounter {
  const order = compareText(left.resetsAt ?? '', right.resetsAt ?? '')
  if (order !== 0) return order > 0 ? left : right
  const running = sum(left.running, right.running)
  return { ...combined(left, right, greatest), running }
}

function combined(
  left: UsagePolicyCounter,
  right: UsagePolicyCounter,
  combine: (left: string, right: string) => string,
): UsagePolicyCounter {
  const resetsAt = [left.resetsAt, right.resetsAt]
    .filter((time) => time !== undefined)
    .toSorted()
    .at(-1)
  return {
    limit: left.limit,
    subject: left.subject,
    used: combine(left.used, right.used),
    reserved: combine(left.reserved, right.reserved),
    amount: greatest(left.amount, right.amount),
    overshoot: combine(left.overshoot, right.overshoot),
    ...(resetsAt !== undefined && { resetsAt }),
  }
}

const sum = (left: string, right: string) => decimalSum([left, right])
const greatest = (left: string, right: string) => (compareDecimals(left, right) < 0 ? right : left)

/** As the replicas of one store report it. */
interface StoredCounter extends UsagePolicyCounter {
  /** What their running calls may use beyond what is set aside. */
  readonly running: string
}

function withRunning({ running, ...counter }: StoredCounter): UsagePolicyCounter {
  return { ...counter, overshoot: sum(counter.overshoot, running) }
}

function withoutPolicy(counter: ReportedCounter): StoredCounter {
  const { limit, subject, used, reserved, amount, overshoot, resetsAt } = counter
  const running = counter.runningOvershoot ?? '0'
  const amounts = { limit, subject, used, reserved, amount, overshoot, running }
  return resetsAt === undefined ? amounts : { ...amounts, resetsAt }
}

function compareFullness(left: UsagePolicyCounter, right: UsagePolicyCounter): number {
  return (
    fullness(right) - fullness(left) ||
    compareText(left.limit, right.limit) ||
    compareText(left.subject, right.subject)
  )
}

/** The used share of the limit; a limit of nothing is full. */
function fullness({ used, amount }: UsagePolicyCounter): number {
  const limit = Number(amount)
  return limit > 0 ? Number(used) / limit : 1
}
