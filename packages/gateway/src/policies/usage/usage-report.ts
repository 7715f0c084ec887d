import type { Clock, Timer } from '@fairlead/base'
import type { Snapshot } from '@fairlead/snapshot'
import type { CounterView } from '@fairlead/usage'
import type { ReportedCounter } from '../reported-usage.ts'
import type { CounterSightings, Sighting } from './counter-sightings.ts'
import type { GatewayCounters } from './gateway-counters.ts'
import type { RunningExcess } from './running-excess.ts'
import { shownAmount } from './shown-amount.ts'

/** Counters are asked for no more often than this. */
const everyMs = 5000
const countersMax = 64

interface ReportParts {
  readonly clock: Clock
  readonly sightings: CounterSightings
  readonly excess: Pick<RunningExcess, 'byCounter'>
  readonly counters: Pick<GatewayCounters, 'current'>
  /** The report is another. */
  readonly changed: () => void
}

/** The fullest counters of UsagePolicies, asked for some time after calls were counted. */
export class UsageReport {
  readonly #parts: ReportParts
  #policies: ReadonlySet<string> = new Set()
  #timer: Timer | undefined
  #isStopped = false
  #counters: readonly ReportedCounter[] = []

  constructor(parts: ReportParts) {
    this.#parts = parts
  }

  get counters(): readonly ReportedCounter[] {
    return this.#counters
  }

  /** Counters of policies that are gone are reported no more. */
  configured({ usagePolicies }: Pick<Snapshot, 'usagePolicies'>): void {
    this.#policies = new Set(usagePolicies.map(({ name, namespace }) => `${namespace}/${name}`))
    this.#counters = this.#counters.filter(({ policy }) => this.#policies.has(policy))
  }

  /** A call was counted. */
  counted(): void {
    if (this.#timer !== undefined || this.#policies.size === 0 || this.#isStopped) return
    this.#timer = this.#parts.clock.setTimer(everyMs, () => {
      this.#timer = undefined
      void this.#refresh()
    })
  }

  stop(): void {
    this.#isStopped = true
    this.#timer?.cancel()
    this.#timer = undefined
  }

  /** What cannot be asked for is reported as it was last seen. */
  async #refresh(): Promise<void> {
    const { changed, counters, excess, sightings } = this.#parts
    const fullest = sightings.fullest(countersMax, (policy) => this.#policies.has(policy))
    const asked = fullest.map(({ of }) => of.claim.counter)
    const views = await counters.current?.view(asked).catch(() => undefined)
    if (this.#isStopped) return
    const beyond = excess.byCounter()
    this.#counters = fullest.map((one, index) => {
      const running = beyond.get(one.of.claim.counter.key) ?? 0
      return reported(one, views?.[index] ?? one.view, running)
    })
    changed()
  }
}

function reported({ of }: Sighting, view: CounterView, running: number): ReportedCounter {
  const { limit, policy, subject } = of
  const { measure } = limit
  const { reserved, resetsAtMs, unsettled, used } = view
  return {
    policy: policy.key,
    limit: limit.name,
    subject,
    used: shownAmount(measure, used),
    reserved: shownAmount(measure, reserved),
    amount: shownAmount(measure, limit.amount),
    overshoot: shownAmount(measure, unsettled),
    ...(running > 0 && { runningOvershoot: shownAmount(measure, running) }),
    resetsAtMs,
  }
}
