import type { ProbeChecks } from '../probes/probe-response.ts'
import type { Runnable } from '../runnable.ts'
import type { HttpHandler } from './http-handler.ts'
import { healthServer, type HealthServerOptions } from './health-server.ts'
import type { HttpServer } from './http-server.ts'
import { metricsServer, type MetricsServerOptions } from './metrics-server.ts'
import { profilingServer, type ProfilingServerOptions } from './profiling-server.ts'
import type { ServingEnvironment } from './serving-options.ts'

/** Which servers a manager has; none by default. */
export interface ManagerServersOptions {
  /** Serves the metrics at `/metrics`. */
  readonly metricsServer?: MetricsServerOptions
  /** Serves `/healthz` and `/readyz`. */
  readonly healthServer?: HealthServerOptions
  /** Serves profiles below `/debug/pprof/`, and `Manager.explain` at `/debug/explain`. */
  readonly profilingServer?: ProfilingServerOptions
}

/** The servers of a manager, undefined where there is none. */
export interface ManagerServers {
  readonly metrics: HttpServer | undefined
  readonly health: HttpServer | undefined
  readonly profiling: HttpServer | undefined
}

/** The servers, and all that the manager must run for them; `debug` is served with the profiles. */
export function managerServers(
  options: ManagerServersOptions,
  checks: ProbeChecks,
  environment: ServingEnvironment,
  debug: Readonly<Record<string, HttpHandler>>,
): { readonly servers: ManagerServers; readonly runnables: readonly Runnable[] } {
  const metrics = options.metricsServer && metricsServer(options.metricsServer, environment)
  const health = options.healthServer && healthServer(options.healthServer, checks, environment)
  const profiling =
    options.profilingServer && profilingServer(options.profilingServer, environment, debug)
  const servers = {
    metrics: metrics?.server,
    health: health?.server,
    profiling: profiling?.server,
  }
  const runnables = [metrics, health, profiling].flatMap((parts) =>
    parts === undefined ? [] : [...parts.runnables, parts.server],
  )
  return { servers, runnables }
}
