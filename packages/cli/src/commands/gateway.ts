import { resolve } from 'node:path'
import { WatchedConfiguration } from '@fairlead/config'
import { Manager, runnable } from '@fairlead/controller-runtime'
import type { Registry } from 'prom-client'
import { capabilities } from '../capabilities.ts'
import { clusterConfig } from '../cluster-config.ts'
import type { CommandContext } from '../command-context.ts'
import { KubernetesConfigSource } from '../config-source/kubernetes-config-source.ts'
import { ManifestConfigSource } from '../config-source/manifest-config-source.ts'
import { GatewayReadiness } from '../gateway-readiness.ts'
import { newMetricsRegistry } from '../metrics-registry.ts'
import { probesOf } from '../probes.ts'
import { withAdmin } from '../with-admin.ts'
import type { GatewayWorkers } from '../workers/gateway-workers.ts'
import { openWorkers, runDataPlane, workerPerCore } from '../workers/run-data-plane.ts'

/** The data plane alone: from a cluster, or with --manifests from a directory of files. */
export async function gateway(context: CommandContext): Promise<void> {
  const { options, logger } = context
  const { manifests } = options
  const registry = newMetricsRegistry(context.log)
  const defaultWorkers = workerPerCore()
  const dataDir = resolve(options.dataDir)
  const workers = await openWorkers({ options, dataDir, defaultWorkers, registry, logger })
  try {
    await (manifests === undefined
      ? fromCluster(context, workers, registry)
      : fromManifests(context, workers, resolve(manifests)))
  } finally {
    await workers.stop(0)
  }
}

async function fromCluster(
  context: CommandContext,
  workers: GatewayWorkers,
  registry: Registry,
): Promise<void> {
  const { options, environment, logger, signal } = context
  const readiness = new GatewayReadiness(signal)
  const manager = new Manager({ config: clusterConfig(options, environment), logger, registry })
  const source = new KubernetesConfigSource({
    cache: manager.cache,
    gateway: options.gateway,
    configuration: new WatchedConfiguration(manager.cache, { capabilities }),
    logger,
  })
  const serve = (stop: AbortSignal) => {
    source.begin()
    const { snapshots, secrets } = source
    const { client } = manager
    return runDataPlane({ ...plane(context, workers, readiness), snapshots, secrets, client }, stop)
  }
  manager.add(runnable(serve, { needLeaderElection: false }))
  manager.addReadyzCheck('gateway', () => readiness.check())
  await withAdmin(context, workers.metrics, probesOf(manager), (adminURL) => {
    announceAdmin(context, adminURL)
    return manager.start(signal)
  })
}

async function fromManifests(
  context: CommandContext,
  workers: GatewayWorkers,
  folder: string,
): Promise<void> {
  const { options, logger, signal } = context
  const readiness = new GatewayReadiness(signal)
  const source = new ManifestConfigSource({
    folder,
    gateway: options.gateway,
    capabilities,
    logger,
  })
  source.load()
  source.watch(signal)
  const { snapshots, secrets } = source
  const healthChecks = {
    healthz: new Map(),
    readyz: new Map([['gateway', () => readiness.check()]]),
  }
  await withAdmin(context, workers.metrics, probesOf({ healthChecks }), (adminURL) => {
    announceAdmin(context, adminURL)
    return runDataPlane(
      { ...plane(context, workers, readiness), snapshots, secrets, client: undefined },
      signal,
    )
  })
}

function plane(context: CommandContext, workers: GatewayWorkers, readiness: GatewayReadiness) {
  const { options, logger, print } = context
  return {
    workers,
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
