import { join } from 'node:path'
import { aborted, systemClock, systemRandom } from '@fairlead/base'
import { ThreadCounter } from '@fairlead/context'
import type { Client } from '@fairlead/controller-runtime'
import {
  CounterOwner,
  openCounters,
  ProcessCounterStore,
  ProcessLedger,
  UsageDatabase,
} from '@fairlead/usage'
import { DocumentFetcher } from '@fairlead/gateway'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { GatewayAudit } from '../audit/gateway-audit.ts'
import type { ConfigMapSource } from '../config-source/config-map-source.ts'
import { indexTypes } from '../knowledge/index-types.ts'
import { KnowledgeMetrics } from '../knowledge/knowledge-metrics.ts'
import { KnowledgeOwner } from '../knowledge/knowledge-owner.ts'
import { EvaluationOwner } from '../evaluations/evaluation-owner.ts'
import { openControlSocket } from '../conversations/control-socket.ts'
import { ConversationControl } from '../conversations/conversation-control.ts'
import type { Options } from '../options.ts'
import { takingPort } from '../port-error.ts'
import { answerPurge } from './cache-control.ts'
import { conversationOwner } from './conversation-owner.ts'
import type { GatewayWorkers } from './gateway-workers.ts'
import { KnowledgeReports } from './knowledge-reports.ts'
import { LedgerOwner } from './ledger-owner.ts'
import type { ConfigurationSources } from './published-configuration.ts'
import { replicaName } from './replica-name.ts'
import { StateLedger } from './state-ledger.ts'
import { tokenReviewer } from './token-reviews.ts'
import { WorkerReports } from './worker-reports.ts'

interface DataPlaneOptions extends ConfigurationSources {
  readonly workers: GatewayWorkers
  /** The ConfigMaps that knowledge bases name. */
  readonly configMaps: ConfigMapSource
  /** Of this process. */
  readonly registry: Registry
  readonly options: Pick<
    Options,
    'gatewayPort' | 'gateway' | 'replica' | 'drainMs' | 'shutdownDelayMs'
  >
  /** Directory against which relative store paths are resolved. */
  readonly dataDir: string
  /** Where to report the replica status; undefined without a Kubernetes API. */
  readonly client: Client | undefined
  /** Told of refused requests, and follows what the LLMGateway says of it. */
  readonly audit: GatewayAudit
  readonly logger: Logger
  /** Called once the first worker listens. */
  onListening(): void
}

/**
 * Serves with the workers and reports to the control plane until the signal aborts; then drains
 * them. Rejects with PortError if they cannot listen.
 */
export async function runDataPlane(plane: DataPlaneOptions, signal: AbortSignal): Promise<void> {
  const { audit, workers, options, dataDir, snapshots, secrets, client, logger } = plane
  const { endpointPools } = plane
  const stopFollowing = audit.follow(snapshots)
  const counter = new ThreadCounter({ clock: systemClock, logger })
  const stores = conversationOwner({
    dataDir,
    replica: replicaName(options),
    secrets,
    counter,
    clock: systemClock,
    logger,
  })
  const usage = new UsageDatabase(join(dataDir, 'usage.db'), systemClock)
  const stored = new ProcessLedger({ database: usage, clock: systemClock, logger })
  const stateLedger = new StateLedger({
    local: stored,
    snapshots,
    secrets,
    clock: systemClock,
    logger,
  })
  const ledger = new LedgerOwner(stateLedger, systemClock)
  const counters = new CounterOwner(
    new ProcessCounterStore({ open: () => openCounters(usage, systemClock), clock: systemClock }),
  )
  const knowledge = openKnowledge(plane)
  const evaluations = new EvaluationOwner({
    client,
    snapshots,
    configMaps: plane.configMaps,
    holder: replicaName(options),
    clock: systemClock,
    logger,
  })
  const reviewToken = client && tokenReviewer(client)
  workers.begin({
    snapshots,
    secrets,
    endpointPools,
    stores,
    ledger,
    counters,
    knowledge: knowledge.owner,
    evaluations,
    audit: audit.trail,
    reviewToken,
  })
  const control = new ConversationControl({ stores, snapshots, clock: systemClock, logger })
  const closeControl = await openControlSocket({
    dataDir,
    answer: async (request, response) => {
      const purge = workers.purgeAnswers.bind(workers)
      if (!answerPurge(request, response, purge)) await control.answer(request, response)
    },
    logger,
  })
  let reports: WorkerReports | undefined
  try {
    await takingPort('gateway-port', Promise.race([workers.listening, aborted(signal)]))
    if (!signal.aborted) plane.onListening()
    if (client !== undefined && !signal.aborted) {
      reports = new WorkerReports({
        client,
        url: () => workers.url,
        target: options.gateway,
        replica: replicaName(options),
        clock: systemClock,
        logger,
      })
      const merged = new KnowledgeReports(knowledge.owner)
      workers.onSlots((slots) => reports?.follow(slots.map((slot) => merged.of(slot))))
    }
    await aborted(signal)
  } finally {
    // A replica that drains runs no later configuration, and need not: nobody waits for it.
    const left = reports?.stop()
    const stopped = evaluations.close()
    await workers.stop(options.drainMs, options.shutdownDelayMs)
    await left
    await stopped
    stopFollowing()
    await knowledge.close()
    closeControl()
    await stores.close()
    await counter.close()
    await stateLedger.close()
    stored.close()
    await closeUsage(counters, usage, logger)
  }
}

/** The indexes of knowledge bases, and what is told of them. */
function openKnowledge({
  configMaps,
  dataDir,
  logger,
  registry,
  secrets,
  snapshots,
}: DataPlaneOptions): { readonly owner: KnowledgeOwner; close(): Promise<void> } {
  const fetcher = new DocumentFetcher({ clock: systemClock })
  const owner: KnowledgeOwner = new KnowledgeOwner({
    snapshots,
    secrets,
    configMaps,
    fetcher,
    indexes: indexTypes({ dataDir, secrets, clock: systemClock, logger }),
    clock: systemClock,
    random: systemRandom,
    logger,
    refreshed: (base, source, refresh) => metrics.countRefresh(base, source, refresh),
  })
  const metrics = new KnowledgeMetrics(registry, () => owner.reports())
  return {
    owner,
    async close() {
      await owner.close()
      fetcher.close()
    },
  }
}

async function closeUsage(
  counters: CounterOwner,
  database: UsageDatabase,
  logger: Logger,
): Promise<void> {
  try {
    await counters.close()
  } catch (error) {
    logger.error({ err: error }, 'the last of what was used could not be kept')
  } finally {
    database.close()
  }
}
