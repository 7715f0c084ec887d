import { type ProbeChecks, probeResponse } from '../probes/probe-response.ts'
import { textAnswer } from './http-handler.ts'
import { HttpServer } from './http-server.ts'
import { resolveServing, type ServingEnvironment } from './serving-options.ts'
import type { ServerParts } from './server-parts.ts'

/** Plain HTTP, for the kubelet. */
export interface HealthServerOptions {
  /** `host:port`, `:port` for all addresses, `0` for no server. Defaults to `:8081`. */
  readonly bindAddress?: string
}

/** Serves `/healthz` and `/readyz` as `probeResponse` says. Undefined if it is turned off. */
export function healthServer(
  { bindAddress = ':8081' }: HealthServerOptions,
  checks: ProbeChecks,
  environment: ServingEnvironment,
): ServerParts | undefined {
  const name = 'health probe server'
  const serving = resolveServing(name, { bindAddress }, environment)
  if (serving === undefined) return undefined
  const { address, runnables } = serving
  const { clock, logger } = environment
  const server = new HttpServer({
    name,
    address,
    handle: ({ path, query }) => {
      const { status, body } = probeResponse(path, query, checks)
      return textAnswer(status, body)
    },
    logger,
    clock,
  })
  return { server, runnables }
}
