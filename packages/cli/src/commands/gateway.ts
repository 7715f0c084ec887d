import { resolve } from 'node:path'
import { Manager, runnable } from '@fairlead/controller-runtime'
import { collectDefaultMetrics, Registry } from 'prom-client'
import { startAdminServer, type AdminServerOptions } from '../admin-server.ts'
import { clusterConfig } from '../cluster-config.ts'
import type { CommandContext } from '../command-context.ts'
import { KubernetesConfigSource } from '../config-source/kubernetes-config-source.ts'
import { ManifestConfigSource } from '../config-source/manifest-config-source.ts'
import { runDataPlane } from '../data-plane.ts'
import { probesOf } from '../probes.ts'

/** The data plane alone: from a cluster, or with --manifests from a folder of files. */
export function gateway(context: CommandContext): Promise<void> {
  return context.options.manifests === undefined
    ? fromCluster(context)
    : fromManifests(context, resolve(context.options.manifests))
}

async function fromCluster(context: CommandContext): Promise<void> {
  const { options, environment, logger, signal } = context
  const registry = newRegistry()
  const manager = new Manager({ config: clusterConfig(options, environment), logger, registry })
  const source = new KubernetesConfigSource({
    cache: manager.cache,
    gateway: options.gateway,
    logger,
  })
  const serve = (stop: AbortSignal) => {
    source.begin()
    const { snapshots, secrets } = source
    const { client } = manager
    return runDataPlane({ ...plane(context, registry), snapshots, secrets, client }, stop)
  }
  manager.add(runnable(serve, { needLeaderElection: false }))
  await withAdmin(context, registry, probesOf(manager), () => manager.start(signal))
}

async function fromManifests(context: CommandContext, folder: string): Promise<void> {
  const { options, logger, signal } = context
  const registry = newRegistry()
  const source = new ManifestConfigSource({ folder, gateway: options.gateway, logger })
  source.load()
  source.watch(signal)
  const { snapshots, secrets } = source
  const probe: AdminServerOptions['probe'] = (path) =>
    path === '/healthz' || path === '/readyz' ? { status: 200, body: 'ok' } : undefined
  await withAdmin(context, registry, probe, () =>
    runDataPlane({ ...plane(context, registry), snapshots, secrets, client: undefined }, signal),
  )
}

function plane(context: CommandContext, registry: Registry) {
  const { options, logger, print } = context
  return {
    options,
    dataDir: resolve(options.dataDir),
    registry,
    logger,
    onListening: ({ url }: { readonly url: string }) => print(`The gateway is ready at ${url}\n`),
  }
}

async function withAdmin(
  context: CommandContext,
  registry: Registry,
  probe: AdminServerOptions['probe'],
  run: () => Promise<void>,
): Promise<void> {
  const { host, adminPort: port } = context.options
  const admin = await startAdminServer({ host, port, registry, probe })
  try {
    await run()
  } finally {
    await admin.stop()
  }
}

function newRegistry(): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  return registry
}
