import type { Clock, Timer } from '@fairlead/base'
import { Registry } from 'prom-client'
import type { MetricFamily, ToWorker } from '../worker-messages/messages.ts'
import { askEveryMs } from '../worker-messages/worker-process-contract.ts'
import { sumMetrics, withoutGauges } from './metric-sums.ts'

/** How long a worker may take to send its metrics; later, its last ones are used. */
const answerMs = 500

/** One worker's side. */
interface MetricsMember {
  received(families: readonly MetricFamily[]): void
  /** Its process is gone: what it counted stays in the sum. */
  left(): void
}

interface Member {
  readonly send: (message: ToWorker) => void
  families: readonly MetricFamily[]
  answered: (() => void) | undefined
}

/** The metrics of this process and of all workers, added up; served as a Registry is. */
export class SummedMetrics {
  readonly #own: Registry
  readonly #clock: Pick<Clock, 'setTimer'>
  readonly #members = new Set<Member>()
  #refresh: Timer | undefined
  /** Counters and histograms of workers that are gone. */
  #retained: readonly MetricFamily[] = []

  constructor(own: Registry, clock: Pick<Clock, 'setTimer'>) {
    this.#own = own
    this.#clock = clock
  }

  get contentType() {
    return this.#own.contentType
  }

  /** In Prometheus' text format. */
  async metrics(): Promise<string> {
    await Promise.all([...this.#members].map((member) => this.#ask(member)))
    const own = (await this.#own.getMetricsAsJSON()) as unknown as readonly MetricFamily[]
    const living = [...this.#members].map(({ families }) => families)
    return textOf(sumMetrics([own, ...living, this.#retained]))
  }

  join(send: (message: ToWorker) => void): MetricsMember {
    const member: Member = { send, families: [], answered: undefined }
    this.#members.add(member)
    this.#refreshLater()
    return {
      received(families) {
        member.families = families
        member.answered?.()
      },
      left: () => {
        if (!this.#members.delete(member)) return
        this.#retained = sumMetrics([this.#retained, withoutGauges(member.families)])
        member.answered?.()
        if (this.#members.size > 0) return
        this.#refresh?.cancel()
        this.#refresh = undefined
      },
    }
  }

  /** What a worker that is killed has counted since is lost. */
  #refreshLater(): void {
    this.#refresh ??= this.#clock.setTimer(askEveryMs, () => {
      this.#refresh = undefined
      for (const { send } of this.#members) send({ type: 'metrics-wanted' })
      this.#refreshLater()
    })
  }

  /** Resolves when the worker has answered or cannot any more, or time is up. */
  #ask(member: Member): Promise<void> {
    return new Promise((resolve) => {
      const earlier = member.answered
      const timer = this.#clock.setTimer(answerMs, () => member.answered?.())
      member.answered = () => {
        member.answered = undefined
        timer.cancel()
        earlier?.()
        resolve()
      }
      member.send({ type: 'metrics-wanted' })
    })
  }
}

function textOf(families: readonly MetricFamily[]): Promise<string> {
  const registry = new Registry()
  for (const family of families) {
    const metric = { ...family, get: () => family }
    registry.registerMetric(metric as unknown as Parameters<Registry['registerMetric']>[0])
  }
  return registry.metrics()
}
