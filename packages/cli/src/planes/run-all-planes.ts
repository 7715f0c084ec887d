import { join, resolve } from 'node:path'
import type { ConversionService } from '@fairlead/api'
import { systemClock } from '@fairlead/base'
import { WatchedConfiguration } from '@fairlead/config'
import { loadKubeConfig, Manager, runnable, type KubeConfig } from '@fairlead/controller-runtime'
import { declareWebhooks, setupAdmission, setupOperator, setupVersions } from '@fairlead/operator'
import type { Registry } from 'prom-client'
import { type GatewayAudit, gatewayAudit } from '../audit/gateway-audit.ts'
import { keepManagers, watchChanges } from '../audit/watched-changes.ts'
import { capabilities } from '../capabilities.ts'
import type { CommandContext } from '../command-context.ts'
import { countConditions } from '../condition-counts.ts'
import { KubernetesConfigSource } from '../config-source/kubernetes-config-source.ts'
import { NamedConfigMaps } from '../config-source/named-config-maps.ts'
import { NamedPools } from '../config-source/named-pools.ts'
import type { DataDir } from '../data-dir.ts'
import { startEmbeddedApiServer } from '../embedded-api-server.ts'
import { writeEndpoints, type Endpoints } from '../endpoints-file.ts'
import { GatewayReadiness } from '../gateway-readiness.ts'
import { installCustomResourceDefinitions } from '../install-crds.ts'
import { probesOf } from '../probes.ts'
import { applyQuickstart, readQuickstartKey } from '../quickstart/apply-quickstart.ts'
import { applyEnvironmentProviders } from '../quickstart/environment-providers.ts'
import { withAdmin } from '../with-admin.ts'
import { servedOf } from '../workers/admin-pages.ts'
import type { GatewayWorkers } from '../workers/gateway-workers.ts'
import { runDataPlane } from '../workers/run-data-plane.ts'

/** For workers, stores and servers to close. */
const closingMs = 30_000

/** What runs from the start, before there is anything to serve. */
interface Early {
  readonly workers: GatewayWorkers
  readonly registry: Registry
}

/** Runs API server, operator and gateway until the signal aborts. */
export async function runAllPlanes(
  context: CommandContext,
  dataDir: DataDir,
  early: Early,
): Promise<void> {
  const audit = gatewayAudit(dataDir.path, context.logger)
  const kubernetes = await openKubernetes(context, dataDir, audit)
  try {
    await runPlanes(context, dataDir, { ...kubernetes, audit }, early)
  } finally {
    await kubernetes.stop()
    await audit.trail.close()
  }
}

/** The Kubernetes API in use: the embedded server or an existing cluster. */
interface Kubernetes {
  readonly config: KubeConfig
  readonly kubeconfigPath: string
  /** Lets the manager answer the webhooks of the embedded server, which has no other way to ask it. */
  answersWebhooks?(manager: Manager): void
  stop(): Promise<void>
}

/** Where the embedded server believes the webhooks to be: it asks in the process. */
const webhookService = { namespace: 'default', name: 'fairlead' }

async function openKubernetes(
  context: CommandContext,
  dataDir: DataDir,
  { trail }: GatewayAudit,
): Promise<Kubernetes> {
  const { kubeconfig } = context.options
  if (kubeconfig !== undefined) {
    const config = loadKubeConfig({ file: kubeconfig })
    return { config, kubeconfigPath: resolve(kubeconfig), stop: () => Promise.resolve() }
  }
  const certificates = dataDir.isNew ? ', and making its certificates' : ''
  context.progress.tell(`starting the API server${certificates}`)
  let asked: Manager | undefined
  const { server, kubeconfigPath } = await startEmbeddedApiServer(context, dataDir, {
    onChange: (change) => trail.requested(change),
    localWebhooks: ({ path }, review) =>
      asked?.webhooks.review(path || '/', review) ??
      Promise.reject(new Error('the operator has not started yet')),
  })
  const config = loadKubeConfig({ text: server.kubeconfig() })
  return {
    config,
    kubeconfigPath,
    answersWebhooks: (manager) => void (asked = manager),
    stop: () => server.stop(),
  }
}

async function runPlanes(
  context: CommandContext,
  dataDir: DataDir,
  kubernetes: Kubernetes & { readonly audit: GatewayAudit },
  { workers, registry }: Early,
): Promise<void> {
  const { options, logger, signal } = context
  const manager = new Manager({
    config: kubernetes.config,
    logger,
    registry,
    transform: keepManagers,
    // A gateway goes on with the configuration that it has while the API server is away.
    cacheStaleAfterMs: Infinity,
    // After what the workers give to calls in progress.
    gracefulShutdownTimeoutMs: options.drainMs + closingMs,
    webhookServer: false,
  })
  const isEmbedded = kubernetes.answersWebhooks !== undefined
  setupVersions(manager, { converts: isEmbedded, logger })
  // Before anything is read: objects may be stored in another version.
  kubernetes.answersWebhooks?.(manager)
  await prepareResources(context, dataDir, manager, isEmbedded ? webhookService : undefined)

  const { cache } = manager
  const configuration = new WatchedConfiguration(cache, { capabilities })
  setupOperator(manager, { capabilities, configuration, logger })
  countConditions(registry, cache)
  if (isEmbedded) {
    setupAdmission(manager, { capabilities, configuration })
    declareWebhooks(manager, webhookService)
  }
  const { gateway } = options
  const endpointPools = new NamedPools({ client: manager.client, clock: systemClock, logger })
  const { client } = manager
  const source = new KubernetesConfigSource({
    cache,
    gateway,
    configuration,
    configMaps: new NamedConfigMaps({ client, clock: systemClock, logger }),
    endpointPools,
    logger,
  })
  const { audit } = kubernetes
  // The embedded API server tells by itself, and knows who asked.
  if (options.kubeconfig !== undefined) watchChanges(cache, audit.trail)
  addGateway(context, dataDir, { manager, source, workers, registry, audit })
  await withAdmin(context, servedOf(workers, probesOf(manager)), async (admin) => {
    const running = manager.start(signal)
    context.progress.tell('waiting for the gateway to listen')
    const isServing = await Promise.race([
      // Why they do not is what `running` rejects with.
      workers.listening.then(
        () => true,
        () => false,
      ),
      running.then(() => false),
    ])
    if (isServing) {
      const where = () => ({
        apiServer: kubernetes.config.server,
        gateway: workers.url,
        admin,
        kubeconfig: kubernetes.kubeconfigPath,
      })
      const endpoints = await announce(context, dataDir, manager, where())
      keepAddress(dataDir, source, endpoints, where)
    }
    await running
  })
}

/** Creates what must exist in the API server before any watch starts. */
async function prepareResources(
  context: CommandContext,
  dataDir: DataDir,
  manager: Manager,
  conversions: ConversionService | undefined,
): Promise<void> {
  const { options, environment, logger, progress, signal } = context
  progress.tell('installing the kinds of Fairlead')
  await installCustomResourceDefinitions(manager.client, logger, signal, conversions)
  if (options.quickstart) {
    progress.tell('applying the first resources')
    if (dataDir.isNew) await applyQuickstart(manager.client, signal)
    await applyEnvironmentProviders(manager.client, environment, signal)
  }
  dataDir.markStarted()
}

interface GatewayParts {
  readonly manager: Manager
  readonly source: KubernetesConfigSource
  readonly workers: GatewayWorkers
  readonly registry: Registry
  readonly audit: GatewayAudit
}

/** Adds the gateway to the manager. */
function addGateway(
  context: CommandContext,
  dataDir: DataDir,
  { manager, source, workers, registry, audit }: GatewayParts,
): void {
  const { options, logger } = context
  const readiness = new GatewayReadiness(context.signal)
  manager.addReadyzCheck('gateway', () => readiness.check())
  const serve = (signal: AbortSignal) => {
    // The manager starts this after the cache has synced.
    source.begin(signal)
    const { client } = manager
    const { configMaps, snapshots, secrets, endpointPools } = source
    return runDataPlane(
      {
        workers,
        registry,
        options,
        configMaps,
        dataDir: dataDir.path,
        snapshots,
        secrets,
        endpointPools,
        client,
        audit,
        logger,
        onListening: () => readiness.listening(workers),
      },
      signal,
    )
  }
  manager.add(runnable(serve, { needLeaderElection: false }))
}

async function announce(
  context: CommandContext,
  dataDir: DataDir,
  manager: Manager,
  where: Omit<Endpoints, 'apiKey'>,
): Promise<Endpoints> {
  const apiKey = (await readQuickstartKey(manager.client, context.signal)) ?? null
  const endpointsPath = endpointsFile(dataDir)
  const endpoints = { ...where, apiKey }
  writeEndpoints(endpointsPath, endpoints)
  context.progress.end()
  context.print(
    [
      'Fairlead is ready',
      `  gateway     ${where.gateway}`,
      `  API server  ${where.apiServer}`,
      `  admin       ${where.admin}`,
      `  kubectl     export KUBECONFIG=${where.kubeconfig}`,
      `  endpoints   ${endpointsPath}${apiKey === null ? '' : ' (with the API key)'}`,
      '',
    ].join('\n'),
  )
  return endpoints
}

function endpointsFile(dataDir: DataDir): string {
  return join(dataDir.path, 'endpoints.json')
}

/** A listener that is secured, or no longer, has another address from then on. */
function keepAddress(
  dataDir: DataDir,
  { snapshots }: KubernetesConfigSource,
  announced: Endpoints,
  where: () => Omit<Endpoints, 'apiKey'>,
): void {
  let written = announced
  snapshots.subscribe(() => {
    const present = where()
    if (present.gateway === written.gateway) return
    written = { ...written, ...present }
    writeEndpoints(endpointsFile(dataDir), written)
  })
}
