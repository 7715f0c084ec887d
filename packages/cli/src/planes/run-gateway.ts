import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { systemClock } from '@fairlead/base'
import { WatchedConfiguration } from '@fairlead/config'
import { Manager, runnable } from '@fairlead/controller-runtime'
import { noEndpointPools } from '@fairlead/gateway'
import type { Registry } from 'prom-client'
import { type GatewayAudit, gatewayAudit } from '../audit/gateway-audit.ts'
import { capabilities } from '../capabilities.ts'
import { clusterConfig } from '../cluster-config.ts'
import type { CommandContext } from '../command-context.ts'
import { KubernetesConfigSource } from '../config-source/kubernetes-config-source.ts'
import { NamedConfigMaps } from '../config-source/named-config-maps.ts'
import { NamedPools } from '../config-source/named-pools.ts'
import { NamedSecrets } from '../config-source/named-secrets.ts'
import { ManifestConfigSource } from '../config-source/manifest-config-source.ts'
import { delayedSignal } from '../delayed-signal.ts'
import { GatewayReadiness } from '../gateway-readiness.ts'
import { probesOf } from '../probes.ts'
import { withAdmin } from '../with-admin.ts'
import { servedOf } from '../workers/admin-pages.ts'
import type { GatewayWorkers } from '../workers/gateway-workers.ts'
import { runDataPlane } from '../workers/run-data-plane.ts'

/** For workers, stores and servers to close. */
const closingMs = 30_000

/**
 * Runs the data plane with these workers until the signal aborts, and then, not ready any more, for
 * the delay of the shutdown: so long may others send callers who have not heard of the stop.
 */
export function runGateway(
  context: CommandContext,
  workers: GatewayWorkers,
  registry: Registry,
): Promise<void> {
  const { options, signal: asked, logger } = context
  const { manifests, shutdownDelayMs } = options
  const readiness = new GatewayReadiness(asked)
  const signal = delayedSignal(systemClock, asked, shutdownDelayMs)
  const announce = (): void => {
    if (shutdownDelayMs > 0) logger.info({ shutdownDelayMs }, 'the gateway is no longer ready')
    workers.announceStop()
  }
  if (asked.aborted) announce()
  else asked.addEventListener('abort', announce, { once: true })
  const stopping = { ...context, signal }
  return manifests === undefined
    ? fromCluster(stopping, workers, readiness, registry)
    : fromManifests(stopping, workers, readiness, registry, resolve(manifests))
}

async function fromCluster(
  context: CommandContext,
  workers: GatewayWorkers,
  readiness: GatewayReadiness,
  registry: Registry,
): Promise<void> {
  const { options, environment, logger, signal } = context
  const manager = new Manager({
    config: clusterConfig(options, environment),
    logger,
    registry,
    // A gateway goes on with the configuration that it has while the API server is away.
    cacheStaleAfterMs: Infinity,
    // After what the workers give to calls in progress.
    gracefulShutdownTimeoutMs: options.drainMs + closingMs,
  })
  const source = new KubernetesConfigSource({
    cache: manager.cache,
    gateway: options.gateway,
    configuration: new WatchedConfiguration(manager.cache, { capabilities }),
    configMaps: new NamedConfigMaps({ client: manager.client, clock: systemClock, logger }),
    endpointPools: new NamedPools({ client: manager.client, clock: systemClock, logger }),
    ...(options.namedSecrets && {
      namedSecrets: new NamedSecrets({ client: manager.client, clock: systemClock, logger }),
    }),
    logger,
  })
  const serve = (stop: AbortSignal) => {
    source.begin(stop)
    const { configMaps, snapshots, secrets, endpointPools } = source
    const { client } = manager
    const parts = plane(context, workers, readiness, gatewayAudit(undefined, logger))
    const sources = { configMaps, snapshots, secrets, endpointPools }
    return runDataPlane({ ...parts, ...sources, registry, client }, stop)
  }
  manager.add(runnable(serve, { needLeaderElection: false }))
  manager.addReadyzCheck('gateway', () => readiness.check())
  await withAdmin(context, servedOf(workers, probesOf(manager)), (adminURL) => {
    announceAdmin(context, adminURL)
    return manager.start(signal)
  })
}

async function fromManifests(
  context: CommandContext,
  workers: GatewayWorkers,
  readiness: GatewayReadiness,
  registry: Registry,
  folder: string,
): Promise<void> {
  const { options, logger, signal } = context
  const source = new ManifestConfigSource({
    folder,
    gateway: options.gateway,
    capabilities,
    logger,
  })
  source.load()
  source.watch(signal)
  const { configMaps, snapshots, secrets } = source
  const healthChecks = {
    healthz: new Map(),
    readyz: new Map([['gateway', () => readiness.check()]]),
  }
  const probes = probesOf({ healthChecks }, () => source.problems())
  const dataDir = resolve(options.dataDir)
  const audit = gatewayAudit(existsSync(dataDir) ? dataDir : undefined, logger)
  try {
    await withAdmin(context, servedOf(workers, probes), (adminURL) => {
      announceAdmin(context, adminURL)
      return runDataPlane(
        {
          ...plane(context, workers, readiness, audit),
          snapshots,
          secrets,
          configMaps,
          registry,
          endpointPools: noEndpointPools,
          client: undefined,
        },
        signal,
      )
    })
  } finally {
    await audit.trail.close()
  }
}

function plane(
  context: CommandContext,
  workers: GatewayWorkers,
  readiness: GatewayReadiness,
  audit: GatewayAudit,
) {
  const { options, logger, print } = context
  return {
    workers,
    audit,
    options,
    dataDir: resolve(options.dataDir),
    logger,
    onListening: () => {
      readiness.listening(workers)
      print(`The gateway listens at ${workers.url}\n`)
    },
  }
}

function announceAdmin({ print }: CommandContext, adminURL: string): void {
  print(`Metrics and probes at ${adminURL}\n`)
}
