import { Gauge } from 'prom-client'
import { gatewayError } from '../../errors/gateway-error.ts'
import type { CreateCallPolicy, Permit } from '../call-policy.ts'

/** Limits concurrent calls to LLMGateway `spec.limits.maxConcurrentRequests`. */
export const concurrency: CreateCallPolicy = ({ registry }) => {
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
    },
  }
  return {
    name: 'concurrency',
    stage: 'arrival',
    /** Throws `too_many_concurrent_requests`. */
    enter({ runtime }) {
      const { maxConcurrentRequests } = runtime.snapshot.gateway.limits
      if (running >= maxConcurrentRequests) throw gatewayError.tooManyCalls()
      running += 1
      return permit
    },
  }
}
