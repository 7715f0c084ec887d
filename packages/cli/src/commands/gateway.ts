import { resolve } from 'node:path'
import { WatchedConfiguration } from '@fairlead/config'
import { Manager, runnable } from '@fairlead/controller-runtime'
import type { Gateway } from '@fairlead/gateway'
import type { Registry } from 'prom-client'
import { capabilities } from '../capabilities.ts'
import { clusterConfig } from '../cluster-config.ts'
import type { CommandContext } from '../command-context.ts'
import { KubernetesConfigSource } from '../config-source/kubernetes-config-source.ts'
import { ManifestConfigSource } from '../config-source/manifest-config-source.ts'
import { runDataPlane } from '../data-plane.ts'
import { GatewayReadiness } from '../gateway-readiness.ts'
import { newMetricsRegistry } from '../metrics-registry.ts'
import { probesOf } from '../probes.ts'
import { withAdmin } from '../with-admin.ts'

/** The data plane alone: from a cluster, or with --manifests from a directory of files. */
export function gateway(context: CommandContext): Promise<void> {
  return context.options.manifests === undefined
    ? fromCluster(context)
    : fromManifests(context, resolve(context.options.manifests))
}

async function fromCluster(context: CommandContext): Promise<void> {
  const { options, environment, logger, signal } = context
  const registry = newMetricsRegistry(context.log)
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
    return runDataPlane(
      { ...plane(context, registry, readiness), snapshots, secrets, client },
      stop,
    )
  }
  manager.add(runnable(serve, { needLeaderElection: false }))
  manager.addReadyzCheck('gateway', () => readiness.check())
  await withAdmin(context, registry, probesOf(manager), (adminURL) => {
    announceAdmin(context, adminURL)
    return manager.start(signal)
  })
}

async function fromManifests(context: CommandContext, folder: string): Promise<void> {
  const { options, logger, signal } = context
  const registry = newMetricsRegistry(context.log)
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
  await withAdmin(context, registry, probesOf({ healthChecks }), (adminURL) => {
    announceAdmin(context, adminURL)
    return runDataPlane(
      { ...plane(context, registry, readiness), snapshots, secrets, client: undefined },
      signal,
    )
  })
}

function plane(context: CommandContext, registry: Registry, readiness: GatewayReadiness) {
  const { options, logger, print } = context
  return {
    options,
    dataDir: resolve(options.dataDir),
    registry,
    logger,
    onListening: (started: Gateway) => {
      readiness.listening(started)
      print(`The gateway listens at ${started.url}\n`)
    },
  }
}

function announceAdmin({ print }: CommandContext, adminURL: string): void {
  print(`Metrics and probes at ${adminURL}\n`)
}
