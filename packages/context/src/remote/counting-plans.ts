import type { Clock } from '@fairlead/base'

/** How long a reader waits for figures that are being counted; they have a deadline of their own. */
const waitMs = 6000
/** How many plans may be counted at once; readers of others get what is stored. */
const countingMax = 1000

interface CountingPlan<Client> {
  readonly client: Client
  readonly counted: Promise<void>
  readonly resolve: () => void
}

/** Plans whose figures a client is counting: whoever reads one meanwhile waits for them. */
export class CountingPlans<Client> {
  readonly #clock: Pick<Clock, 'setTimer'>
  readonly #plans = new Map<string, CountingPlan<Client>>()

  constructor(clock: Pick<Clock, 'setTimer'>) {
    this.#clock = clock
  }

  begin(client: Client, planId: string): void {
    if (this.#plans.size >= countingMax) return
    const { promise: counted, resolve } = Promise.withResolvers<void>()
    this.#plans.set(planId, { client, counted, resolve })
  }

  end(planId: string): void {
    this.#plans.get(planId)?.resolve()
    this.#plans.delete(planId)
  }

  /** The client is gone, and counts nothing any more. */
  endThoseOf(client: Client): void {
    for (const [planId, plan] of this.#plans) if (plan.client === client) this.end(planId)
  }

  /** Resolves when the plan is not about to get other figures. */
  async settled(planId: string): Promise<void> {
    const plan = this.#plans.get(planId)
    if (plan === undefined) return
    const { promise: late, resolve } = Promise.withResolvers<void>()
    const timer = this.#clock.setTimer(waitMs, resolve)
    await Promise.race([plan.counted, late])
    timer.cancel()
  }
}
