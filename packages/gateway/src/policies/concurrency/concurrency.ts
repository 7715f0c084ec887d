import { Gauge } from 'prom-client'
import { gatewayError } from '../../errors/gateway-error.ts'
import type { CreateCallPolicy, Permit } from '../call-policy.ts'

/** Limits concurrent calls to LLMGateway `spec.limits.maxConcurrentRequests`. */
export const concurrency: CreateCallPolicy = ({ registry, allowance }) => {
  let running = 0
  registry.registerMetric(
    new Gauge({
      name: 'fairlead_gateway_in_flight_requests',
      help: 'Requests that are being answered now.',
      registers: [],
      collect() {
        this.set(running)
      },
    }),
  )
  const permit: Permit = {
    settle() {
      running -= 1
      allowance.give()
    },
  }
  const admit = (taken: boolean): Permit => {
    if (!taken) throw gatewayError.tooManyCalls()
    running += 1
    return permit
  }
  return {
    name: 'concurrency',
    stage: 'arrival',
    /** Throws `too_many_concurrent_requests`. */
    enter({ runtime }) {
      const taken = allowance.take(runtime.snapshot.gateway.limits.maxConcurrentRequests)
      return typeof taken === 'boolean' ? admit(taken) : taken.then(admit)
    },
  }
}
