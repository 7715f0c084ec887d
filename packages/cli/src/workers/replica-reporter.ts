import { LLMGateway } from '@fairlead/api'
import type { Client } from '@fairlead/controller-runtime'
import type { Clock, Logger } from '@fairlead/base'
import type { Gateway, GatewayReport, ReportedCounter, ReportedKnowledge } from '@fairlead/gateway'
import { apiVersionOf, isNotFound, timestamp } from '@fairlead/kube-core'

/** Heartbeat interval when nothing changes. */
const heartbeatMs = 20_000
/**
 * How long what only repeats the configuration's hash waits after the report before. Providers can
 * come and go with every call, and each report is a write to the API server that others watch.
 */
const calmMs = 1000
/** As many as the schema of LLMGateway's status holds. */
const problemsMax = 64
const providersMax = 256
const countersMax = 64
const unpricedMax = 32
const knowledgeMax = 64
/** Of all entries of one replica: etcd holds a megabyte and a half. */
const knowledgeBytesMax = 64 * 1024
const storeNameMax = 253
const messageMax = 4096
/** How often a replica that stops tries to remove its entry. */
const leaveAttempts = 3
/** How long each attempt takes at most: the whole Pod has seconds. */
const leaveTimeoutMs = 2_000
const reportTimeoutMs = 5_000
/** First delay after a failed report; doubles up to the heartbeat interval. */
const retryMs = 500

type Provider = ReturnType<Gateway['report']>['providers'][number]

/** What one replica runs. */
export type ReportingReplica = Pick<Gateway, 'report' | 'onReportChange'>

export interface ReplicaReporterOptions {
  readonly client: Client
  readonly gateway: ReportingReplica
  /** Where callers reach the replica. */
  readonly url: () => string
  /** The LLMGateway that is served. */
  readonly target: { readonly namespace: string; readonly name: string }
  /** Unique among the replicas of this gateway; a restarted replica takes over its entry. */
  readonly replica: string
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * Reports in `LLMGateway.status.replicas` what this replica runs, by server-side apply under its
 * own field manager, so that replicas never touch each other's entries. Reports a new configuration
 * at once, every other change at most once a second, and on a heartbeat; resolves when the signal has
 * aborted and the entry is removed.
 */
export async function reportReplica(
  options: ReplicaReporterOptions,
  signal: AbortSignal,
): Promise<void> {
  const { clock, gateway } = options
  let wake = () => {}
  let hurry = () => {}
  let reportedHash = ''
  const unsubscribe = gateway.onReportChange(() => {
    wake()
    if (gateway.report().configHash !== reportedHash) hurry()
  })
  const stop = () => {
    wake()
    hurry()
  }
  signal.addEventListener('abort', stop)
  let failures = 0
  while (!signal.aborted) {
    // Created before the report is read: a change while it is being sent is not lost.
    const changed = new Promise<void>((resolve) => (wake = resolve))
    const hurried = new Promise<void>((resolve) => (hurry = resolve))
    const startMs = clock.monotonicMs()
    reportedHash = gateway.report().configHash
    failures = (await send(options, false)) ? 0 : failures + 1
    await before(clock, delayAfter(failures), changed)
    const calmLeftMs = startMs + calmMs - clock.monotonicMs()
    if (failures === 0 && calmLeftMs > 0) await before(clock, calmLeftMs, hurried)
  }
  unsubscribe()
  signal.removeEventListener('abort', stop)
  // Several workers leave at the same moment, and may be in each other's way.
  for (let attempt = 0; attempt < leaveAttempts && !(await send(options, true)); attempt++);
}

/** The delay before the next report, after this many failures in a row. */
function delayAfter(failures: number): number {
  return failures === 0 ? heartbeatMs : Math.min(heartbeatMs, retryMs * 2 ** (failures - 1))
}

async function send(options: ReplicaReporterOptions, leaving: boolean): Promise<boolean> {
  const { client, gateway, url, target, replica, clock, logger } = options
  const report = gateway.report()
  const { configHash, notServed, problems, providers } = report
  // A gateway without a snapshot has no resource to report to, or one that is not accepted.
  const entry = {
    name: replica,
    address: url(),
    configHash,
    ready: configHash !== '' && notServed === undefined,
    reportedAt: timestamp(clock.now()),
    problems: problems.slice(0, problemsMax).map((problem) => ({ ...problem })),
    // A provider that nobody has called says nothing, and there may be many of them.
    providers: providers
      .filter(({ health, credentials }) => health !== 'Unknown' || credentials.length > 0)
      .toSorted((left, right) => Number(isWell(left)) - Number(isWell(right)))
      .slice(0, providersMax)
      .map(reportOf),
    ...usageOf(report),
  }
  try {
    await client.status.apply(
      LLMGateway,
      {
        apiVersion: apiVersionOf(LLMGateway),
        kind: LLMGateway.kind,
        metadata: { ...target },
        status: { replicas: leaving ? [] : [entry] },
      },
      {
        fieldManager: `fairlead-gateway-${replica}`,
        force: true,
        timeoutMs: leaving ? leaveTimeoutMs : reportTimeoutMs,
      },
    )
    return true
  } catch (error) {
    if (!isNotFound(error)) logger.warn({ error }, 'cannot report to the LLMGateway; retrying')
    return isNotFound(error)
  }
}

function reportOf({ namespace, name, health, message, credentials }: Provider) {
  if (credentials.length === 0) return { namespace, name, health, message }
  return { namespace, name, health, message, credentials: credentials.map(credentialOf) }
}

/** What is counted, priced, searched and stored, as far as there is any of it. */
function usageOf({ counters = [], knowledge = [], unpriced = [], stateStore }: GatewayReport) {
  return {
    ...(counters.length > 0 && { counters: counters.slice(0, countersMax).map(counterOf) }),
    ...(unpriced.length > 0 && {
      unpriced: unpriced.slice(0, unpricedMax).map(({ provider, model }) => `${provider} ${model}`),
    }),
    ...(knowledge.length > 0 && { knowledge: boundedKnowledge(knowledge.slice(0, knowledgeMax)) }),
    ...(stateStore && {
      stateStore: {
        name: stateStore.name.slice(0, storeNameMax),
        available: stateStore.available,
        message: stateStore.message.slice(0, messageMax),
      },
    }),
  }
}

/** As much of it as there is room for: what failed last is told before what failed else. */
function boundedKnowledge(bases: readonly ReportedKnowledge[]) {
  const whole = bases.map(knowledgeOf)
  const brief = () =>
    bases.map(({ sources, ...base }) =>
      knowledgeOf({
        ...base,
        ...(sources && { sources: sources.map((source) => ({ ...source, problems: [] })) }),
      }),
    )
  const least = () => bases.map(({ sources: _sources, ...base }) => base)
  if (JSON.stringify(whole).length <= knowledgeBytesMax) return whole
  const briefer = brief()
  return JSON.stringify(briefer).length <= knowledgeBytesMax ? briefer : least()
}

function knowledgeOf({ sources, ...base }: ReportedKnowledge) {
  return sources === undefined ? base : { ...base, sources: sources.map(sourceOf) }
}

function sourceOf({
  lastProblem,
  lastRefreshMs,
  lastSuccessMs,
  nextRefreshMs,
  problems,
  ...source
}: NonNullable<ReportedKnowledge['sources']>[number]) {
  return {
    ...source,
    ...(problems.length > 0 && { problems }),
    ...(lastProblem !== undefined && { lastProblem }),
    ...(lastRefreshMs !== undefined && { lastRefresh: timestamp(lastRefreshMs) }),
    ...(lastSuccessMs !== undefined && { lastSuccess: timestamp(lastSuccessMs) }),
    ...(nextRefreshMs !== undefined && { nextRefresh: timestamp(nextRefreshMs) }),
  }
}

function counterOf({ resetsAtMs, ...counter }: ReportedCounter) {
  return resetsAtMs === undefined ? counter : { ...counter, resetsAt: timestamp(resetsAtMs) }
}

function credentialOf({ name, state, sinceMs, untilMs }: Provider['credentials'][number]) {
  const since = timestamp(sinceMs)
  return untilMs === undefined
    ? { name, state, since }
    : { name, state, since, until: timestamp(untilMs) }
}

function isWell({ health }: { readonly health: string }): boolean {
  return health === 'Healthy'
}

/** Waits for the promise, at most `waitMs`. */
async function before(clock: Clock, waitMs: number, promise: Promise<void>): Promise<void> {
  const elapsed = Promise.withResolvers<void>()
  const timer = clock.setTimer(waitMs, elapsed.resolve)
  await Promise.race([promise, elapsed.promise])
  timer.cancel()
}
