import { fixedRate } from './latency.ts'

/** A busy gateway, with room to spare. */
export const latency1000Shape = fixedRate({
  name: 'latency-1000',
  requestsPerSecond: 1000,
  // Portkey and LiteLLM cannot keep the pace on one core.
  peers: ['nginx', 'nginx-key', 'raw-net', 'http-undici', 'envoy'],
})
