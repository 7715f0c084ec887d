import { ConditionCompiler } from '@fairlead/cel'
import type { Snapshot } from '@fairlead/snapshot'
import type { AdmissionPolicy, CreateCallPolicy } from '../call-policy.ts'
import { ExpressionFailures } from '../expression-failures.ts'
import { AttemptAdmission } from './attempt-admission.ts'
import { type AdmissionParts, CallAdmission } from './call-admission.ts'
import { CounterSightings } from './counter-sightings.ts'
import { GatewayCounters } from './gateway-counters.ts'
import { LimitsOfCaller } from './limits-of-caller.ts'
import { PolicyIndexer } from './policy-index.ts'
import { type Admission, Reserver } from './reserver.ts'
import { reportedStore, storeProblems } from './store-problems.ts'
import { RunningExcess } from './running-excess.ts'
import { UsageMetrics } from './usage-metrics.ts'
import { UsageObserver } from './usage-observer.ts'
import { UsageQueues } from './usage-queues.ts'
import { UsageReport } from './usage-report.ts'

/**
 * UsagePolicies and the limits of LLMProviders: what calls may use. All that match hold; the tightest
 * refuses.
 */
export const usage: CreateCallPolicy = (parts): AdmissionPolicy => {
  const { changed, clock, logger, registry } = parts
  const queues = new UsageQueues<Admission>(clock)
  const metrics = new UsageMetrics(registry, () => queues.length)
  const failures = new ExpressionFailures({
    count: (policy) => metrics.countExpressionFailure(policy),
    logger,
    clock,
    message:
      'an expression of a UsagePolicy could not be evaluated: the policy holds, for no subject',
  })
  const indexer = new PolicyIndexer(new ConditionCompiler(), (policy, failure) =>
    failures.note(policy, failure),
  )
  const counters = new GatewayCounters(parts)
  const sightings = new CounterSightings()
  const excess = new RunningExcess()
  const report = new UsageReport({ clock, sightings, excess, counters, changed })
  const counted = () => report.counted()
  const observer = new UsageObserver({ metrics, logger, sightings, excess, counted })
  const admission: AdmissionParts = {
    clock,
    counters,
    metrics,
    observer,
    queues,
    reserver: new Reserver(clock, metrics),
    indexOf: ({ runtime }) => indexer.of(runtime.snapshot),
  }
  const calls = new CallAdmission(admission)
  let current: Snapshot | undefined
  return {
    name: 'usage',
    stage: 'admission',
    enter: (call) => calls.enter(call),
    attemptGate: new AttemptAdmission(admission),
    callerLimits: new LimitsOfCaller(indexer, counters),
    configured({ snapshot }) {
      current = snapshot
      indexer.of(snapshot)
      report.configured(snapshot)
    },
    problems: () => storeProblems(current, counters.problem),
    stateStore: () => reportedStore(current, counters.problem),
    counters: () => report.counters,
    async close() {
      report.stop()
      await counters.close()
    },
  }
}
