import { fixedRate } from './latency.ts'

/** A gateway of a company: few calls, so that each is made by a program that was asleep. */
export const latency200Shape = fixedRate({
  name: 'latency-200',
  requestsPerSecond: 200,
  // LiteLLM cannot keep the pace on one core.
  peers: ['nginx', 'nginx-key', 'raw-net', 'http-undici', 'envoy', 'portkey'],
})
